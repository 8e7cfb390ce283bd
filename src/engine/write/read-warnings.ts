// What a read before a write warned of: where the session's mode is strict, one server makes it the error of the write.

import type { BackendConnection } from '../../backend/contract.ts';
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Execution, Warned } from '../contract.ts';
import { renameInMessage } from '../physical-names.ts';
import type { ReadScope } from '../read-scope.ts';
import { readRows } from '../small-rows.ts';

const strictModes: ReadonlySet<string> = new Set(['STRICT_TRANS_TABLES', 'STRICT_ALL_TABLES']);

/** ER_TRUNCATED_WRONG_VALUE. */
const truncated = 1292;

/** What is deprecated is that in strict mode too. */
const harmless: ReadonlySet<number> = new Set([1287, 1681, 3719, 3778]);

/** SQLSTATEs of what expressions warn of; SHOW WARNINGS does not tell them. */
const sqlStates: Readonly<Record<number, string>> = {
  1264: '22003',
  1265: '01000',
  1365: '22012',
  1366: '22007',
  1406: '22001',
  1441: '22008',
};

/** To be called when the read has ended well with `warnings` of them. Throws the first one in a strict session, or SG6044. */
export async function refuseWarned(
  execution: Execution,
  keyspace: string,
  scope: ReadScope,
  warnings: number,
): Promise<void> {
  if (warnings === 0) return;
  const told = await scope.warnings();
  const first = told.find(({ level, code }) => level === 'Warning' && !harmless.has(code));
  if (first === undefined && told.length > 0) return;
  if (!(await isStrict(execution, keyspace))) return;
  // A server stores what it computes of a text column without looking at its digits, and minds them everywhere else.
  if (first === undefined || first.code === truncated)
    throw shardgateError('SG6044', { warning: first?.message ?? 'Truncated incorrect value' });
  throw new SqlError(first.code, sqlStates[first.code] ?? 'HY000', first.message);
}

/** Every shard says for itself what is deprecated. */
function once(told: readonly Warned[]): readonly Warned[] {
  return told.filter(
    ({ code, message }, index) =>
      !harmless.has(code) || told.findIndex((one) => one.code === code && one.message === message) === index,
  );
}

/** What a read warned of on connections that a unit keeps; answers how often. */
export async function tellWarned(execution: Execution, scope: ReadScope, warnings: number): Promise<number> {
  if (warnings === 0 || execution.warned === undefined) return 0;
  const told = once(await scope.warnings());
  execution.warned(told.map((one) => ({ ...one, message: inClientsNames(execution, one.message) })));
  return told.length;
}

function inClientsNames({ shardMaps }: Execution, message: string): string {
  const shards = [...shardMaps.values()].flatMap((map) => map.shards);
  return shards.reduce((text, { database, keyspace }) => renameInMessage(text, database, keyspace), message);
}

async function isStrict(execution: Execution, keyspace: string): Promise<boolean> {
  const lease = await execution.scope.workspace(execution.workspaceShard(keyspace), execution.signal);
  try {
    const modes = await sqlModes(lease.connection);
    lease.release();
    return modes.some((mode) => strictModes.has(mode));
  } catch (error) {
    lease.discard();
    throw error;
  }
}

async function sqlModes(connection: BackendConnection): Promise<readonly string[]> {
  const { rows } = await readRows(connection, 'SELECT @@sql_mode');
  return (rows[0]?.[0] ?? '').split(',');
}
