// Statements run on Shardgate and on one plain server alike, and the tables of both compared afterwards.
import type { Connection, ResultSetHeader } from 'mysql2/promise';
import { expect } from 'vitest';
import { createVindex } from '../../../src/vindex/registry.ts';
import { createShardMap, shardOf } from '../../../src/vindex/shard-map.ts';
import type { FunctionalVindex, VindexValue } from '../../../src/vindex/vindex.ts';
import { type Cluster, type ClusterOptions, startCluster } from '../../support/cluster.ts';
import { testFlavour } from '../../support/test-servers.ts';

export interface Outcome {
  readonly rows?: readonly unknown[];
  readonly affected?: number;
  readonly info?: string;
  readonly errno?: number;
  readonly message?: string;
}

export class Shadow {
  readonly cluster: Cluster;
  readonly proxy: Connection;
  readonly oracle: Connection;

  private constructor(cluster: Cluster, proxy: Connection, oracle: Connection) {
    this.cluster = cluster;
    this.proxy = proxy;
    this.oracle = oracle;
  }

  static async start(options: ClusterOptions): Promise<Shadow> {
    const cluster = await startCluster(options);
    return new Shadow(cluster, await cluster.connect(), await cluster.connectOracle());
  }

  close(): Promise<void> {
    return this.cluster.close();
  }

  /** The statement on both; the same outcome is expected, which is answered. */
  async both(sql: string, params?: readonly (string | number | null)[]): Promise<Outcome> {
    const expected = await outcome(this.oracle, sql, params);
    // MySQL does not read the table it inserts into; where we read first, the statement is as good as any other.
    if (testFlavour() === 'mysql' && expected.errno === 1093) return expected;
    const actual = await outcome(this.proxy, sql, params);
    expect({ sql, ...actual }, JSON.stringify({ sql, expected, actual })).toEqual({ sql, ...expected });
    return actual;
  }

  /** One after the other, all of them, before the first difference is reported. */
  async all(statements: readonly string[]): Promise<void> {
    const differences: unknown[] = [];
    for (const sql of statements) {
      await this.both(sql).catch((error: unknown) => differences.push(String(error)));
    }
    expect(differences).toEqual([]);
  }

  /** No rows on either side, past Shardgate. */
  async empty(table: string): Promise<void> {
    await this.oracle.query(`DELETE FROM ${table}`);
    await this.proxy.query(`DELETE FROM ${table}`);
  }

  /** Only on Shardgate. */
  through(sql: string): Promise<Outcome> {
    return outcome(this.proxy, sql);
  }

  /** Rows of a table on every shard, in shard order, past Shardgate. */
  async onShards(sql: string): Promise<readonly (readonly Record<string, unknown>[])[]> {
    const found: Record<string, unknown>[][] = [];
    for (const shard of this.cluster.shards) {
      const connection = await shard.connect();
      const [rows] = await connection.query(sql);
      connection.destroy();
      found.push(asRecords(rows));
    }
    return found;
  }

  /** All rows of the shards together are those of the one server, and each is where its vindex says. */
  async expectSameTable(
    table: string,
    place: { readonly column: string; readonly vindex: string },
  ): Promise<void> {
    const [expected] = await this.oracle.query(`SELECT * FROM ${table}`);
    const shards = await this.onShards(`SELECT * FROM ${table}`);
    expect(sorted(shards.flat()), table).toEqual(sorted(asRecords(expected)));
    const map = shardMap(this.cluster);
    const vindex = functional(place.vindex);
    for (const [index, rows] of shards.entries()) {
      for (const row of rows) {
        const mapping = vindex.map([vindexValue(row[place.column])]);
        if (mapping.kind !== 'id') throw new Error(`no keyspace id for ${JSON.stringify(row)}`);
        expect(shardOf(map, mapping.id).index, `${table}: ${JSON.stringify(row)}`).toBe(index);
      }
    }
  }
}

function shardMap(cluster: Cluster) {
  const made = createShardMap(
    'shop',
    cluster.shards.map(({ name, database }) => ({ name, database })),
  );
  if ('problems' in made) throw new Error('no cover');
  return made.map;
}

function functional(type: string): FunctionalVindex {
  const { vindex } = createVindex(type, { type, params: new Map(), owner: null });
  if (vindex?.kind !== 'functional') throw new Error(`no vindex ${type}`);
  return vindex;
}

/**
 * MySQL deprecates VALUES() in ON DUPLICATE KEY UPDATE, and each shard of a split statement says so; and it notes what a
 * literal loses on its way into a column where it says nothing of another column's value.
 */
function shownInfo(info: string): string {
  return testFlavour() === 'mysql' ? info.replace(/Warnings: \d+$/, 'Warnings: any') : info;
}

/** Keyspace id of a value, in hex. */
export function idHex(type: string, value: unknown): string {
  const mapping = functional(type).map([vindexValue(value)]);
  if (mapping.kind !== 'id') throw new Error(`no keyspace id for ${String(value)}`);
  return Buffer.from(mapping.id).toString('hex');
}

function vindexValue(value: unknown): VindexValue {
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'integer', text: String(value) };
  return { kind: 'bytes', text: Buffer.from(String(value), 'utf8').toString('latin1') };
}

async function outcome(
  connection: Connection,
  sql: string,
  params?: readonly (string | number | null)[],
): Promise<Outcome> {
  try {
    const [result] =
      params === undefined ? await connection.query(sql) : await connection.execute(sql, [...params]);
    if (Array.isArray(result)) return { rows: asRecords(result) };
    return { affected: headerOf(result).affectedRows, info: shownInfo(headerOf(result).info) };
  } catch (error) {
    if (!(error instanceof Error) || !('errno' in error)) throw error;
    return { errno: Number(error.errno), message: error.message };
  }
}

function headerOf(result: object): ResultSetHeader {
  if (!('affectedRows' in result)) throw new Error('no header');
  return result as ResultSetHeader;
}

export function asRecords(rows: unknown): Record<string, unknown>[] {
  if (!Array.isArray(rows)) throw new Error('no rows');
  return rows.map((row: object) => ({ ...row }));
}

export function sorted(rows: readonly Record<string, unknown>[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
