// What a server says beforehand of a statement that Shardgate runs row by row: its plan for the client's own text.
import { SqlError } from '../../errors/sql-error.ts';
import type { RowWritesNode } from '../../plan/nodes.ts';
import { shardMapOf } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import type { SmallRows } from '../small-rows.ts';
import type { WriteUnit } from './unit.ts';

/** The keyspace's first shard's; null when no single server has all its tables. MySQL 9 explains as a tree unless told otherwise. */
async function explained(unit: WriteUnit, { describe, keyspace }: RowWritesNode): Promise<SmallRows | null> {
  const { execution } = unit;
  const shard = shardMapOf(execution, keyspace).shards[0];
  if (describe === null || shard === undefined) return null;
  return unit.rows(shard, `EXPLAIN FORMAT=TRADITIONAL ${shardText(execution, shard, describe)}`);
}

/** Of other tables one shard has its own rows only, and may find impossible what is not. */
export async function isImpossible(unit: WriteUnit, node: RowWritesNode): Promise<boolean> {
  const plan = node.singleTable ? await explained(unit, node) : null;
  return plan?.rows[0]?.at(-1)?.startsWith('Impossible WHERE') === true;
}

/** Access by these reads the whole table; NULL: there is none, as for `WHERE 0` or no WHERE at all. */
const withoutKey: ReadonlySet<string | null> = new Set([null, 'ALL', 'index']);

const safeUpdateMessage =
  'You are using safe update mode and you tried to update a table without a WHERE that uses a KEY column';

/**
 * sql_safe_updates: servers see statements of ours, which name keys, instead of the client's. Throws 1175 where one server
 * would: the statement has no LIMIT, and its WHERE no key to find rows by. (In this mode a server's plan takes a key wherever it
 * can; for several tables its EXPLAIN fails by itself.)
 */
export async function refuseWithoutKey(unit: WriteUnit, node: RowWritesNode): Promise<void> {
  const { safeUpdates, flavour } = unit.execution;
  if (safeUpdates !== true || node.asksKey !== true) return;
  const plan = await explained(unit, node);
  if (plan === null || node.targets.length > 1) return;
  const type = plan.columns.findIndex(({ name }) => name === 'type');
  if (!withoutKey.has(plan.rows[0]?.[type] ?? null)) return;
  throw new SqlError(1175, 'HY000', flavour === 'mysql' ? `${safeUpdateMessage}. ` : safeUpdateMessage);
}
