// Who a shard says it is: one row in a small table of ours, so that servers that were swapped are noticed before a row is lost.
import type { BackendTarget } from '../backend/options.ts';
import { ControlConnection } from './control-connection.ts';

export interface ShardIdentity {
  readonly keyspace: string;
  /** `-40`: name and key range in one. */
  readonly shard: string;
  /** Of what decides where rows are (`vschemaChecksum`). */
  readonly vschema: string;
}

/** `none`: nobody has said so far. `unknown`: the server could not be asked. */
export type IdentityAnswer =
  | { readonly kind: 'known'; readonly identity: ShardIdentity }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string };

const table = 'shardgate_shard';
const timeoutMs = 5_000;
const noSuchTable = 1146;

/** Never rejects. */
export async function readIdentity(target: BackendTarget): Promise<IdentityAnswer> {
  return withConnection(target, async (connection) => {
    const [row] = await connection.query(
      `SELECT keyspace, shard, vschema FROM ${table} WHERE one = 1`,
      [],
      timeoutMs,
    );
    if (row === undefined) return { kind: 'none' };
    const identity = {
      keyspace: String(row['keyspace']),
      shard: String(row['shard']),
      vschema: String(row['vschema']),
    };
    return { kind: 'known', identity };
  });
}

async function withConnection(
  target: BackendTarget,
  body: (connection: ControlConnection) => Promise<IdentityAnswer>,
): Promise<IdentityAnswer> {
  const connection = new ControlConnection(target);
  try {
    return await body(connection);
  } catch (error) {
    if (error instanceof Error && 'errno' in error && error.errno === noSuchTable) return { kind: 'none' };
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    connection.close();
  }
}

/** From now on the shard says it is this one, whatever it said before. Rejects with the server's error. */
export async function writeIdentity(target: BackendTarget, identity: ShardIdentity): Promise<void> {
  const connection = new ControlConnection(target);
  try {
    await connection.query(
      `CREATE TABLE IF NOT EXISTS ${table} (one TINYINT NOT NULL PRIMARY KEY, keyspace VARCHAR(255) NOT NULL, ` +
        'shard VARCHAR(255) NOT NULL, vschema CHAR(32) NOT NULL, ' +
        'said TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)',
      [],
      timeoutMs,
    );
    const { keyspace, shard, vschema } = identity;
    await connection.query(
      `INSERT INTO ${table} (one, keyspace, shard, vschema) VALUES (1, ?, ?, ?) ` +
        'ON DUPLICATE KEY UPDATE keyspace = VALUES(keyspace), shard = VALUES(shard), vschema = VALUES(vschema)',
      [keyspace, shard, vschema],
      timeoutMs,
    );
  } finally {
    connection.close();
  }
}
