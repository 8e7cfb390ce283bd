// sql_safe_updates for writes that Shardgate reads rows for: the servers see our statements, which name keys, not the client's.
import { SqlError } from '../../errors/sql-error.ts';
import type { RowWritesNode } from '../../plan/nodes.ts';
import { shardMapOf } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import type { WriteUnit } from './unit.ts';

/** Access by these reads the whole table; NULL: there is none, as for `WHERE 0` or no WHERE at all. */
const withoutKey: ReadonlySet<string | null> = new Set([null, 'ALL', 'index']);

const message =
  'You are using safe update mode and you tried to update a table without a WHERE that uses a KEY column';

/**
 * Throws 1175 where one server would: the statement has no LIMIT, and its WHERE no key to find rows by. A server's plan tells
 * (in this mode it takes a key wherever it can); for several tables its EXPLAIN fails by itself.
 */
export async function refuseWithoutKey(unit: WriteUnit, node: RowWritesNode): Promise<void> {
  const { execution } = unit;
  const { describe, keyspace } = node;
  const shard = shardMapOf(execution, keyspace).shards[0];
  if (execution.safeUpdates !== true || node.asksKey !== true || describe === null || shard === undefined)
    return;
  // MySQL 9 explains as a tree unless told otherwise.
  const explain = `EXPLAIN FORMAT=TRADITIONAL ${shardText(execution, shard, describe)}`;
  const { columns, rows } = await unit.rows(shard, explain);
  const type = columns.findIndex(({ name }) => name === 'type');
  if (node.targets.length > 1 || !withoutKey.has(rows[0]?.[type] ?? null)) return;
  throw new SqlError(1175, 'HY000', execution.flavour === 'mysql' ? `${message}. ` : message);
}
