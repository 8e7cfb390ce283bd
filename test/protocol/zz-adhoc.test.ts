import { spawn } from 'node:child_process';
import { test } from 'vitest';
import fs from 'node:fs';
import { ResultScanner } from '../../src/protocol/result-scanner.ts';
import { PacketFramer, frame } from '../../src/protocol/packet-framing.ts';
import { FakeSessions, textResult } from './fake-sessions.ts';
import { startHarness } from './harness.ts';
const rss = (): number => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1]);
test('speed', () => {
  const point = textResult(['some value of a column']); const s = new ResultScanner(); let ends = 0; const sink = { data: () => true, end: () => { ends++; } };
  const f = new PacketFramer(1e6); const q = frame(Buffer.from('\x03SELECT c FROM users WHERE id = 7'), 0);
  for (let r = 0; r < 3; r++) { let t = performance.now(); for (let i = 0; i < 300000; i++) { s.begin('query'); s.push(point, sink); } console.log('scan ns', ((performance.now() - t) / 300000 * 1e6).toFixed(0));
  t = performance.now(); for (let i = 0; i < 300000; i++) { f.push(q); f.take(); } console.log('frame ns', ((performance.now() - t) / 300000 * 1e6).toFixed(0)); }
  const rows = textResult(Array.from({ length: 100000 }, () => 'x'.repeat(100))); let t = performance.now(); s.begin('query'); for (let at = 0; at < rows.length; at += 65536) s.push(rows.subarray(at, at + 65536), sink); const ms = performance.now() - t; console.log('rows ns/row', (ms / 100000 * 1e6).toFixed(0), 'MB/s', (rows.length / ms / 1000).toFixed(0));
});
test('idle', async () => {
  const h = await startHarness({ connectionsMax: 5000 }, undefined, new FakeSessions('10.11.6-MariaDB'));
  globalThis.gc?.(); const before = rss();
  const child = spawn('node', ['/tmp/c-npm/idle.mjs', String(h.port), '3000']);
  await new Promise<void>((ok) => child.stdout.on('data', (d) => { console.log(String(d)); if (String(d).includes('ready')) ok(); }));
  globalThis.gc?.(); await new Promise((r) => setTimeout(r, 500)); globalThis.gc?.();
  console.log('KB per idle client', ((rss() - before) / 3000).toFixed(1), h.listener.counts());
  child.kill(); await h.close();
}, 60000);
