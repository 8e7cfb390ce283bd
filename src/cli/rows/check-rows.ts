// `shardgate check --connect --rows`: is every row of a sharded table on the shard its vindex names?
import type { Config } from '../../config/model.ts';
import { errorAt, type Problem, warningAt } from '../../util/problem.ts';
import { type Shard, type ShardMap, shardOf } from '../../vindex/shard-map.ts';
import type { FunctionalVindex, VindexValue } from '../../vindex/vindex.ts';
import type { Table } from '../../vschema/model.ts';
import { readVSchema, scanKey } from './placed-tables.ts';
import { ShardSession } from './shard-session.ts';
import { scanTable } from './table-scan.ts';

/** Rows shown of a table and shard; all are counted. */
const shownMax = 3;

/** Reads every sharded table of every keyspace once. Never rejects: what cannot be read is a problem itself. */
export async function checkRows(config: Config): Promise<readonly Problem[]> {
  const vschema = await readVSchema(config);
  const problems: Problem[] = [];
  for (const keyspace of config.keyspaces.values()) {
    const known = vschema.keyspaces.get(keyspace.name);
    if (known === undefined || !known.sharded) continue;
    const tables = [...known.tables.values()].filter((table) => table.kind === 'sharded');
    for (const shard of keyspace.shards) {
      const path = `keyspaces.${keyspace.name}.shards.${shard.name}`;
      try {
        const session = await ShardSession.open(shard);
        try {
          for (const table of tables)
            problems.push(...(await checkTable(session, table, known.shardMap, path)));
        } finally {
          session.close();
        }
      } catch (error) {
        problems.push(errorAt(path, error instanceof Error ? error.message : String(error)));
      }
    }
  }
  return problems;
}

async function checkTable(
  session: ShardSession,
  table: Table,
  map: ShardMap,
  path: string,
): Promise<readonly Problem[]> {
  const [key] = table.columnVindexes;
  if (key === undefined || table.view !== null) return [];
  const { vindex } = key;
  if (vindex.kind !== 'functional') {
    return [warningAt(path, `${table.name}: not checked, its rows follow lookup vindex ${vindex.name}`)];
  }
  let misplaced = 0;
  const shown: string[] = [];
  for await (const rows of scanTable(session, table.name, key.columns, scanKey(table))) {
    for (const values of rows) {
      const home = homeOf(vindex, map, values);
      if (home?.name === session.shard.name) continue;
      misplaced++;
      if (shown.length < shownMax) shown.push(`${describe(values)} belongs to ${home?.name ?? 'no shard'}`);
    }
  }
  if (misplaced === 0) return [];
  const columns = key.columns.map((column) => column.name).join(', ');
  const more = misplaced > shown.length ? ', ...' : '';
  return [
    errorAt(path, `${table.name}: ${misplaced} misplaced rows; by ${columns}: ${shown.join(', ')}${more}`),
  ];
}

function homeOf(vindex: FunctionalVindex, map: ShardMap, values: readonly VindexValue[]): Shard | null {
  const mapping = vindex.map(values);
  return mapping.kind === 'id' ? shardOf(map, mapping.id) : null;
}

/** As a person reads it. */
export function describe(values: readonly VindexValue[]): string {
  const texts = values.map((value) =>
    value.kind === 'null' ? 'NULL' : Buffer.from(value.text, 'latin1').toString('utf8'),
  );
  return `(${texts.join(', ')})`;
}
