// After a session of writes: are the shards together what the one server holds, and is every row where its vindex says?

import { defaultMode } from '../../src/sql/mode.ts';
import { TextRow } from '../../src/value/text-row.ts';
import { storedVindexValue } from '../../src/vindex/routable.ts';
import type { RoutingKey } from '../../src/vindex/routing-key.ts';
import { createShardMap, shardOf } from '../../src/vindex/shard-map.ts';
import { buildVSchema } from '../../src/vschema/build.ts';
import { loadKeyspace } from '../../src/vschema/files/load.ts';
import { readSchemaFile } from '../../src/vschema/files/schema-file.ts';
import type { ExactClient } from '../support/exact-client.ts';
import type { Arena } from './arena.ts';
import { type WorldWithLookups, wrongLookups } from './lookups.ts';
import type { FuzzTable, FuzzWorld } from './tables.ts';

/** One line per table that differs or row that is elsewhere; empty: all is well. */
export async function misplaced(arena: Arena, fuzzWorld: WorldWithLookups): Promise<readonly string[]> {
  const shards = await arena.world.shardServer();
  // Fresh connections: the session's settings (time zone, character set) must not colour what is compared.
  const oracle = await arena.world.oracle();
  const keys = routingKeys(fuzzWorld);
  const problems: string[] = [];
  for (const table of fuzzWorld.tables) {
    const expected = await rowsOf(oracle, table.spelled);
    const databases = table.kind === 'unsharded' ? ['main_0'] : arena.world.shardDatabases;
    const parts: string[][] = [];
    for (const database of databases) parts.push(await rowsOf(shards, `${database}.${table.name}`));
    const wholes = table.kind === 'reference' ? parts : [parts.flat()];
    for (const whole of wholes) {
      if (whole.sort().join('\n') !== [...expected].sort().join('\n')) {
        const only = (these: readonly string[], others: readonly string[]): string =>
          these
            .filter((row) => !others.includes(row))
            .slice(0, 2)
            .map((row) => JSON.stringify(row))
            .join(' ');
        problems.push(
          `table ${table.name}: one server has ${expected.length} rows, the shards ${parts.map((part) => part.length).join('+')}; only there ${only(expected, whole)}, only here ${only(whole, expected)}`,
        );
      }
    }
    const key = keys.get(table.name);
    if (key === undefined) continue;
    for (const [index, database] of databases.entries()) {
      problems.push(
        ...(await strangers(shards, table, key, database, fuzzWorld.schema.shards[index] ?? '', fuzzWorld)),
      );
    }
  }
  const idOf = (table: FuzzTable, cells: readonly (string | null)[]) => idHex(keys.get(table.name), cells);
  return [...problems, ...(await wrongLookups(shards, arena.world.shardDatabases, fuzzWorld, idOf))];
}

function idHex(key: RoutingKey | undefined, cells: readonly (string | null)[]): string {
  if (key?.vindex.kind !== 'functional') return 'no id';
  const mapping = key.vindex.map(
    key.columns.map((column, at) => storedVindexValue(cells[at] ?? null, column)),
  );
  return mapping.kind === 'id' ? Buffer.from(mapping.id).toString('hex') : 'no id';
}

async function rowsOf(client: ExactClient, table: string): Promise<string[]> {
  const answer = await client.query(`SELECT * FROM ${table}`);
  if (answer.kind !== 'rows') throw new Error(`cannot read ${table}`);
  return answer.rows.map((row) => row.toString('latin1'));
}

function shardMapOf(fuzzWorld: FuzzWorld) {
  const names = fuzzWorld.schema.shards;
  const made = createShardMap(
    'shop',
    names.map((name, index) => ({ name, database: `shop_${index}` })),
  );
  if ('problems' in made) throw new Error('no shard map');
  return made.map;
}

function routingKeys(fuzzWorld: FuzzWorld): ReadonlyMap<string, RoutingKey> {
  const loaded = loadKeyspace(JSON.stringify(fuzzWorld.schema.vschema), { file: 'vschema' });
  if (loaded.definition === null) throw new Error('no vschema');
  const facts = readSchemaFile(fuzzWorld.schema.schema, 'schema', 'shop', defaultMode('mariadb')).tables;
  const flavour = { kind: 'mariadb', version: 101106, versionText: '10.11.6-MariaDB' } as const;
  const shardMap = shardMapOf(fuzzWorld);
  const vschema = buildVSchema({
    version: 1,
    flavour,
    keyspaces: [{ name: 'shop', shardMap, definition: loaded.definition, constraints: 'check', facts }],
  });
  const keys = new Map<string, RoutingKey>();
  for (const [name, table] of vschema.keyspaces.get('shop')?.tables ?? []) {
    const [key] = table.columnVindexes;
    if (key !== undefined) keys.set(name, key);
  }
  return keys;
}

async function strangers(
  client: ExactClient,
  table: FuzzTable,
  key: RoutingKey,
  database: string,
  shard: string,
  fuzzWorld: FuzzWorld,
): Promise<readonly string[]> {
  const { vindex, columns } = key;
  if (vindex.kind !== 'functional') return [];
  const answer = await client.query(
    `SELECT ${columns.map((column) => column.name).join(', ')} FROM ${database}.${table.name}`,
  );
  if (answer.kind !== 'rows') throw new Error(`cannot read ${database}.${table.name}`);
  const row = new TextRow(columns.length);
  const map = shardMapOf(fuzzWorld);
  return answer.rows.flatMap((payload) => {
    row.load(payload);
    const mapping = vindex.map(columns.map((column, index) => storedVindexValue(row.text(index), column)));
    const home = mapping.kind === 'id' ? shardOf(map, mapping.id).name : 'nowhere';
    return home === shard ? [] : [`a row of ${table.name} is on ${shard}, its vindex says ${home}`];
  });
}
