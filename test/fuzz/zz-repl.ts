import { readFileSync } from 'node:fs';
import { findServers, openServers, sourcesFromEnvironment } from '../../src/cli/servers/choose-servers.ts';
import { differenceOf, summary } from '../support/compare-answers.ts';
import { Stage } from '../support/stage.ts';
import { Arena } from './arena.ts';
import { planOf } from './report.ts';
import { randomWorld } from './tables.ts';

const [seed, file] = process.argv.slice(2);
const stage = await Stage.open(
  openServers(
    await findServers({
      directory: '/work/main/.shardgate',
      sources: sourcesFromEnvironment(undefined),
      progress: () => undefined,
    }),
  ),
);
const w = randomWorld(Number(seed));
const arena = await Arena.open(stage, w);
for (const sql of readFileSync(file ?? '', 'utf8')
  .split('\n')
  .filter(Boolean)) {
  console.log('>>', sql);
  if (sql === 'tables') {
    for (const t of w.tables)
      console.log(
        JSON.stringify((w.schema.vschema as { tables: Record<string, unknown> }).tables[t.name]),
        t.createSql,
      );
    continue;
  }
  const [a, b] = [await (await arena.oracle()).query(sql), await (await arena.proxy()).query(sql)];
  const d = differenceOf(a, b, { ordered: false });
  if (a.kind === 'rows') console.log(a.columns.map((c) => c.name).join());
  console.log(d === null ? `same: ${summary(a)}` : `DIFF\n${d}`);
  if (d !== null) console.log(await planOf(arena, sql).catch(String));
}
await arena.close();
await stage.close();
