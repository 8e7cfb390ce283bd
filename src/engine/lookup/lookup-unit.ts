// Where statements over lookup tables run: in the unit of the statement, or at once and for good.
import type { Terminal } from '../../backend/contract.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { runStatement } from '../backend-call.ts';
import type { Execution } from '../contract.ts';
import { readRows, type SmallRows } from '../small-rows.ts';
import type { WriteUnit } from '../write/unit.ts';

export interface LookupUnit {
  run(shard: Shard, sql: string): Promise<Terminal>;
  rows(shard: Shard, sql: string): Promise<SmallRows>;
}

/** `autocommit`: every statement on a session of its own, outside the client's transaction. */
export function unitOf(unit: WriteUnit, autocommit: boolean): LookupUnit {
  if (!autocommit) return unit;
  return {
    run: (shard, sql) => alone(unit.execution, shard, sql, (connection) => runStatement(connection, sql)),
    rows: (shard, sql) => rowsAlone(unit.execution, shard, sql),
  };
}

/** Read outside the client's transaction: what other sessions committed is seen, and nothing locked. */
export function rowsAlone(execution: Execution, shard: Shard, sql: string): Promise<SmallRows> {
  return alone(execution, shard, sql, (connection) => readRows(connection, sql));
}

async function alone<T>(
  { scope, signal, observer }: Execution,
  shard: Shard,
  sql: string,
  body: (connection: Parameters<typeof readRows>[0]) => Promise<T>,
): Promise<T> {
  const lease = await scope.workspace(shard.id, signal);
  observer.shardQuery(shard.id, sql);
  try {
    return await body(lease.connection);
  } finally {
    if (lease.connection.alive) lease.release();
    else lease.discard();
  }
}
