import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
const suites = JSON.parse(readFileSync('/work/shared/corpora/sessions.json', 'utf8')) as any[];
for (const suite of suites) test(suite.suite, async () => {
  let vschema = suite.vschema;
  const creates = String(suite.schema).replace(/^--.*$/gm, '').split(';').map((s: string) => s.trim()).filter(Boolean);
  if (vschema === null) {
    const tables: any = {};
    for (const sql of suite.steps.map((s: any) => s.sql).concat(creates)) {
      const m = /create\s+table\s+(?:if not exists\s+)?`?(\w+)`?\s*\(([\s\S]*)\)/i.exec(sql); if (!m) continue;
      const pk = /primary key\s*\(\s*`?(\w+)/i.exec(m[2]!)?.[1] ?? /`?(\w+)`?[^,]*primary key/i.exec(m[2]!)?.[1];
      if (pk) tables[m[1]!] = { column_vindexes: [{ column: pk, name: 'xx' }] };
    }
    vschema = { sharded: true, vindexes: { xx: { type: 'xxhash' } }, tables };
  }
  const named = new Set(Object.keys(vschema.tables ?? {}));
  const nameOf = (sql: string) => /create\s+table\s+(?:if not exists\s+)?`?(\w+)/i.exec(sql)?.[1] ?? '';
  const join = (list: string[]) => list.map((s) => s + ';').join('\n');
  let c;
  try {
    c = await startCluster({ vschema, schema: join(creates.filter((s: string) => named.has(nameOf(s)))), mainSchema: join(creates.filter((s: string) => !named.has(nameOf(s)))) });
  } catch (e: any) { console.log('START', suite.suite, e.message); return; }
  try {
    const opt = { rowsAsArray: true, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true };
    const p = await c.connect(opt), o = await c.connectOracle(opt);
    let same = 0, oracleError = 0; const bad: string[] = [];
    const go = async (q: any, sql: string) => { try { const [r, f] = await q.query(sql); return Array.isArray(r) ? { r, f: (f as any[])?.map((x) => x.name) } : { ok: r.affectedRows }; } catch (e: any) { return { e: `${e.errno} ${e.message}` }; } };
    for (const { sql } of suite.steps) {
      let so = sql; let m = /^\s*(?:create table)/i.exec(sql);
      void m;
      const a: any = await go(p, sql), b: any = await go(o, so);
      if (b.e) { oracleError++; continue; }
      const norm = (x: any) => JSON.stringify(x.r ? { f: x.f, r: (/order by/i.test(sql) ? x.r.map((y: any) => JSON.stringify(y)) : x.r.map((y: any) => JSON.stringify(y)).sort()) } : x);
      const norm2 = (x: any) => JSON.stringify(x.r ? { f: x.f, r: x.r.map((y: any) => JSON.stringify(y)).sort() } : x);
      if (norm(a) === norm(b) || norm2(a) === norm2(b)) same++; else bad.push(`${sql.replace(/\s+/g, ' ').slice(0, 260)}\n     P ${JSON.stringify(a).slice(0, 260)}\n     O ${JSON.stringify(b).slice(0, 200)}`);
    }
    console.log(`SUITE ${suite.suite} same ${same} oracleErrors ${oracleError} bad ${bad.length}\n` + bad.map((x) => '  BAD ' + x).join('\n'));
  } finally { await c.close(); }
}, 120000);
