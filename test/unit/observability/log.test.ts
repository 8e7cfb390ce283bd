import { describe, expect, test } from 'vitest';
import { createLogger } from '../../../src/observability/log.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void, pretty = false): string {
  const lines: string[] = [];
  const log = createLogger(
    { level: 'info', pretty, output: { write: (line) => void lines.push(line) } },
    () => {},
  );
  write(log);
  return lines.join('');
}

describe('log', () => {
  test('JSON lines, one per event', () => {
    const line = logged((log) => log.info({ shard: 'shop/-80' }, 'server is up'));
    expect(JSON.parse(line)).toMatchObject({ level: 30, shard: 'shop/-80', msg: 'server is up' });
  });

  test('fault 87: secrets, statements and literals are hidden, wherever they stand', () => {
    const line = logged((log) =>
      log.info({
        password: 'planted-1',
        user: { password: 'planted-2', name: 'app' },
        target: { tls: { key: 'planted-3' } },
        sql: "SELECT 'planted-4'",
        binds: ['planted-5'],
        headers: { authorization: 'planted-6' },
      }),
    );
    expect(line).not.toContain('planted');
    expect(line).toContain('"name":"app"');
  });

  test('fault 88: what a client sends cannot make lines of its own', () => {
    const line = logged((log) => log.info({ user: 'a\n{"level":50}\u001b[31m\u0000' }, 'login'));
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(line).not.toContain('\u001b');
    expect(line).not.toContain('\u0000');
  });

  test('levels below the chosen one are silent', () => {
    expect(logged((log) => log.debug('nothing'))).toBe('');
  });

  test('readable lines for people', async () => {
    const { PassThrough } = await import('node:stream');
    const stream = new PassThrough();
    const log = createLogger({ level: 'info', pretty: true, output: stream }, () => {});
    log.info({ shard: 'shop/-80' }, 'server is up');
    const text = String(await new Promise((resolve) => stream.once('data', resolve)));
    expect(text).toContain('INFO');
    expect(text).toContain('server is up');
    expect(text).not.toMatch(/^\{/);
  });
});
