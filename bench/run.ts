// `npm run bench [-- names...] [-- --compare FILE]`: every benchmark beside what it is measured against, one table.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { memoryBench } from './memory/memory-bench.ts';
import { mergeBench } from './merge/merge-bench.ts';
import { relayBench } from './relay/relay-bench.ts';
import type { Bench, Figure } from './report.ts';
import { printFigures } from './report.ts';
import { sqlBench } from './sql/sql-bench.ts';
import { writesBench } from './writes/writes-bench.ts';

const benches: Readonly<Record<string, Bench>> = {
  relay: relayBench,
  sql: sqlBench,
  merge: mergeBench,
  memory: memoryBench,
  writes: writesBench,
};

const { values, positionals } = parseArgs({
  options: { compare: { type: 'string' } },
  allowPositionals: true,
});

const names = positionals.length > 0 ? positionals : Object.keys(benches);
const figures: Figure[] = [];
for (const name of names) {
  const bench = benches[name];
  if (bench === undefined)
    throw new Error(`no benchmark '${name}'; there are ${Object.keys(benches).join(', ')}`);
  process.stdout.write(`\n${name}\n`);
  figures.push(...(await bench()));
}
const before: readonly Figure[] =
  values.compare === undefined ? [] : JSON.parse(readFileSync(values.compare, 'utf8'));
printFigures(figures, before);
writeFileSync(join('bench', 'results.json'), `${JSON.stringify(figures, null, 2)}\n`);
process.exit(0);
