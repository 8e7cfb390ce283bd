// SHOW TABLE STATUS and SHOW INDEX of a sharded keyspace: sizes and counts are those of all shards together.
import type { Show } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { Keyspace } from '../../vschema/model.ts';
import type { SmallResult } from '../servers/backend-read.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { mergeFigures } from './figures.ts';
import { answerFiltered } from './filter-rows.ts';
import { physicalShow } from './physical-text.ts';
import { answerResult, readFromShard, renameResult } from './server-show.ts';
import { withoutOwnTables } from './visible.ts';

/** LIKE and WHERE look at the sums, so they are applied to them. */
export async function showTableStatus(
  show: Show,
  keyspace: Keyspace,
  context: StatementContext,
): Promise<void> {
  const textFor = (shard: Shard): SqlText => `SHOW TABLE STATUS FROM ${quoteIdentifier(shard.database)}`;
  const merged = await mergedOverShards(keyspace, textFor, context);
  await answerFiltered(withoutOwnTables(show, merged), show, context, { headTellsLike: false });
}

export async function showIndex(show: Show, keyspace: Keyspace, context: StatementContext): Promise<void> {
  const merged = await mergedOverShards(keyspace, (shard) => physicalShow(show, shard, context), context);
  answerResult(merged, context);
}

async function mergedOverShards(
  keyspace: Keyspace,
  textFor: (shard: Shard) => SqlText,
  context: StatementContext,
): Promise<SmallResult> {
  const results = await Promise.all(
    keyspace.shardMap.shards.map(async (shard) =>
      renameResult(await readFromShard(textFor(shard), shard, context), shard),
    ),
  );
  const columns = results[0]?.columns ?? [];
  const names = columns.map((column) => column.name.toUpperCase());
  const rows = mergeFigures(
    names,
    results.map((result) => result.rows),
    keyspace,
  );
  return { columns, rows };
}
