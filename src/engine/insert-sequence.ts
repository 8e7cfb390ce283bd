// Numbers from a sequence for the cells an INSERT leaves to AUTO_INCREMENT.
import { shardgateError } from '../errors/catalog.ts';
import type { InsertNode } from '../plan/nodes.ts';
import type { BindValue } from '../value/bind-value.ts';
import type { Execution } from './contract.ts';
import type { Replacements } from './insert-places.ts';
import type { RowSource } from './insert-rows.ts';

export interface SequenceFill {
  /** By row; null where the client gave a number. */
  readonly replaced: readonly (Replacements | null)[];
  /** LAST_INSERT_ID() of the statement: the first number generated; null when none was. */
  readonly firstId: bigint | null;
}

export const noFill: SequenceFill = { replaced: [], firstId: null };

/** One block for all rows that need a number, consecutive in their order as on one server. */
export async function fillFromSequence(
  execution: Execution,
  node: InsertNode,
  sequence: NonNullable<InsertNode['sequence']>,
  rows: RowSource,
): Promise<SequenceFill> {
  const wanting: number[] = [];
  for (let row = 0; row < rows.count; row++) {
    if (sequence.append || isLeftOut(rows.value(row, sequence.cell))) wanting.push(row);
  }
  if (wanting.length === 0) return noFill;
  const { sequences, signal } = execution;
  if (sequences === undefined) throw shardgateError('SG6031', { table: node.table, sequence: sequence.name });
  const firstId = await sequences.reserve(node.keyspace, sequence.name, wanting.length, signal);
  const replaced: (Replacements | null)[] = Array.from({ length: rows.count }, () => null);
  wanting.forEach((row, i) => {
    const cell = sequence.append ? rows.width(row) : sequence.cell;
    replaced[row] = new Map([[cell, String(firstId + BigInt(i))]]);
  });
  return { replaced, firstId };
}

/** NULL, DEFAULT and 0 ask for the next number. */
export function isLeftOut(value: BindValue): boolean {
  return (
    value.kind === 'null' ||
    value.kind === 'default' ||
    (value.kind === 'integer' && /^0+$/.test(value.value))
  );
}
