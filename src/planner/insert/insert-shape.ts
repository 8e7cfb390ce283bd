// Where the rows of an INSERT go: to the shards of their vindex, to one shard, or to all.
import type { NumberSource } from '../../plan/nodes.ts';
import { refusalOf } from '../refusals.ts';
import { keyspaceOf } from '../statement.ts';
import { pureFunctions } from '../stored-functions.ts';
import { returningRefusal } from '../write/returning.ts';
import { checkConflicts, checkOnDuplicate } from '../write/write-checks.ts';
import { autoIncrement, insertColumns, keyCells } from './insert-columns.ts';
import type { InsertShape } from './insert-node.ts';
import type { InsertPlanning } from './insert-planning.ts';

/** What a sharded target refuses whatever the rows are. */
export function checkTarget({ node, table, context }: InsertPlanning): void {
  const conflict = node.replace ? 'REPLACE' : node.ignore ? 'INSERT IGNORE' : 'ON DUPLICATE KEY UPDATE';
  if (node.replace || node.ignore || node.onDuplicate !== null) checkConflicts(table, conflict);
  if (node.onDuplicate !== null) checkOnDuplicate(table, node.onDuplicate.assignments);
  const refused = returningRefusal(node);
  if (refused !== null) throw refused;
  const construct = refusalOf(node, pureFunctions(context, new Set([table.keyspace])));
  if (construct !== null) throw construct;
}

/** Each row on the shard of its primary vindex. */
export function shapeByKey({ node, context, table, reasons }: InsertPlanning): InsertShape {
  const columns = insertColumns(node, table);
  const { key, cells } = keyCells(table, columns);
  const trusted = keyspaceOf(context, table.keyspace).constraints === 'trust';
  const { sequence, guardCell } = autoIncrement(table, columns, trusted);
  const shardingCells = cells.map((cell) => (cell < 0 && sequence !== null ? sequence.cell : cell));
  reasons.push(`each row goes to the shard of its ${key.columns.map((column) => column.name).join(', ')}`);
  if (sequence !== null) reasons.push(`${nameOf(sequence.source)} fills what is left to AUTO_INCREMENT`);
  return { columns, key, shardingCells, guardCell, sequence, shard: null };
}

function nameOf(source: NumberSource): string {
  return source.kind === 'sequence' ? `sequence ${source.sequence}` : source.kind;
}

const noKey = { key: null, shardingCells: [], guardCell: null, sequence: null } as const;

/** A reference table. */
export function onEveryShard(columns: readonly string[]): InsertShape {
  return { ...noKey, columns, shard: null };
}

/** A table that is on one shard. */
export function onShard({ context, table }: InsertPlanning, columns: readonly string[]): InsertShape {
  const [first] = keyspaceOf(context, table.keyspace).shardMap.shards;
  return { ...noKey, columns, shard: table.pinnedShard ?? first?.name ?? '-' };
}
