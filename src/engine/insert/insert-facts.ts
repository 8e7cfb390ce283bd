// What the answer of an INSERT depends on beside its shards' answers.
import type { InsertNode } from '../../plan/nodes.ts';
import type { RowSource } from './insert-rows.ts';
import type { SequenceFill } from './insert-sequence.ts';
import type { InsertFacts } from './insert-split.ts';

export function insertFacts(node: InsertNode, rows: RowSource, fill: SequenceFill): InsertFacts {
  const rowCount = rows.count;
  const cell = node.guardCell ?? (node.sequence?.append === false ? node.sequence.cell : null);
  return {
    rowCount,
    onConflict: onConflict(node),
    ignores: saysIgnore(node),
    everywhere: node.everywhere,
    // Rows of a file are not among those of the plan.
    informs:
      rowCount > 1 ||
      node.rows.kind === 'query' ||
      (node.rows.kind === 'cells' && node.rows.rows.length === 0),
    warningsBefore: rows.before.warnings,
    firstId: fill.firstId,
    lastGiven: cell === null ? 0n : numberAt(rows, rowCount - 1, cell),
  };
}

function onConflict(node: InsertNode): InsertFacts['onConflict'] {
  if (node.tail.length > 0) return 'update';
  return saysIgnore(node) ? 'ignore' : 'insert';
}

/** INSERT IGNORE converts where INSERT fails. A table of that name at worst converts what the shard then refuses. */
export function saysIgnore({ head }: InsertNode): boolean {
  return head.some((part) => part.kind === 'text' && /\bignore\b/i.test(part.text));
}

function numberAt(rows: RowSource, row: number, cell: number): bigint {
  const { kind, value, negative } = rows.value(row, cell);
  return kind === 'integer' && !negative ? BigInt(value) : 0n;
}
