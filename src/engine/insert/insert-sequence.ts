// New numbers for the cells an INSERT leaves to AUTO_INCREMENT.
import { shardgateError } from '../../errors/catalog.ts';
import type { InsertNode, RowNumbers } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import type { BindValue } from '../../value/bind-value.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import type { Execution, SequenceSource } from '../contract.ts';
import { shardMapOf } from '../resolve.ts';
import type { Replacements } from './insert-places.ts';
import type { RowSource } from './insert-rows.ts';
import { type StoredCells, storeCells } from './insert-values.ts';
import { newUuid } from './uuid7.ts';

export interface SequenceFill {
  /** By row; null where the client gave a value. */
  readonly replaced: readonly (Replacements | null)[];
  /** LAST_INSERT_ID() of the statement: the first number generated; null when none was. */
  readonly firstId: bigint | null;
}

export const noFill: SequenceFill = { replaced: [], firstId: null };

/** One block for all rows that need a number, consecutive in their order as on one server. */
export async function fillFromSequence(
  execution: Execution,
  node: InsertNode,
  numbers: RowNumbers,
  rows: RowSource,
): Promise<SequenceFill> {
  const given = await givenValues(execution, node, numbers, rows);
  const wanting: number[] = [];
  let greatest: bigint | null = null;
  for (const [row, value] of given.entries()) {
    if (value === 'left out') wanting.push(row);
    else if (value !== null && (greatest === null || value > greatest)) greatest = value;
  }
  const { source } = numbers;
  if (greatest !== null && source.kind === 'sequence') {
    await sourceOf(execution, node).skip(node.keyspace, source.sequence, greatest, execution.signal);
  }
  if (wanting.length === 0) return noFill;
  const literals = await newValues(execution, node, numbers, wanting.length);
  const replaced: (Replacements | null)[] = Array.from({ length: rows.count }, () => null);
  wanting.forEach((row, i) => {
    const cell = numbers.append ? rows.width(row) : numbers.cell;
    replaced[row] = new Map([[cell, present(literals[i], 'a value per row')]]);
  });
  const first = present(literals[0], 'a value');
  return { replaced, firstId: source.kind === 'uuid7' ? null : BigInt(first) };
}

function sourceOf({ sequences }: Execution, node: InsertNode): SequenceSource {
  if (sequences === undefined) throw shardgateError('SG6031', { table: node.table });
  return sequences;
}

async function newValues(
  execution: Execution,
  node: InsertNode,
  { source, column }: RowNumbers,
  count: number,
): Promise<readonly string[]> {
  const { signal } = execution;
  switch (source.kind) {
    case 'uuid7':
      return Array.from({ length: count }, () => newUuid(column));
    case 'snowflake': {
      const shard = present(shardMapOf(execution, node.keyspace).shards[0], 'a keyspace has a shard');
      const ids = await sourceOf(execution, node).snowflakes(shard.id, count, signal);
      return ids.map(String);
    }
    case 'sequence': {
      const sequences = sourceOf(execution, node);
      const first = await sequences.reserve(node.keyspace, source.sequence, count, signal);
      return Array.from({ length: count }, (_, i) => String(first + BigInt(i)));
    }
  }
}

/** By row: a number the client gives, null for a value that is none, or that it gives nothing. */
async function givenValues(
  execution: Execution,
  node: InsertNode,
  numbers: RowNumbers,
  rows: RowSource,
): Promise<readonly (bigint | null | 'left out')[]> {
  const { append, cell, column, source } = numbers;
  const given: (bigint | null | 'left out' | 'unknown')[] = [];
  for (let row = 0; row < rows.count; row++) {
    given.push(append ? 'left out' : givenValue(rows.value(row, cell), source.kind === 'uuid7'));
  }
  if (source.kind === 'uuid7' || !given.includes('unknown')) {
    return given.map((value) => (value === 'unknown' ? null : value));
  }
  // An expression may turn out to be NULL or 0: then a shard would count by itself.
  const stored = await storedNumbers(execution, node, column, rows, cell, given);
  return given.map((value, row) => (value === 'unknown' ? (stored.get(row) ?? 'left out') : value));
}

async function storedNumbers(
  execution: Execution,
  node: InsertNode,
  column: RoutingColumn,
  rows: RowSource,
  cell: number,
  given: readonly unknown[],
): Promise<ReadonlyMap<number, bigint | 'left out'>> {
  const cells = given.flatMap((value, row) =>
    value === 'unknown'
      ? [{ row, texts: [`COALESCE((${rows.cellText(row, cell)}), 0)`], computed: false }]
      : [],
  );
  const stored = await storeCells(execution, node.keyspace, [column], node.table, cells, false, rows);
  return new Map([...stored].map(([row, found]) => [row, numberOf(found)]));
}

function numberOf({ values }: StoredCells): bigint | 'left out' {
  const [value] = values;
  if (value === undefined || value.kind !== 'integer' || /^-?0+$/.test(value.text)) return 'left out';
  return BigInt(value.text);
}

function givenValue(value: BindValue, uuid: boolean): bigint | null | 'left out' | 'unknown' {
  if (uuid) return value.kind === 'null' || value.kind === 'default' ? 'left out' : null;
  if (isLeftOut(value)) return 'left out';
  const plain = value.kind === 'integer' || (value.kind === 'string' && /^\d{1,20}$/.test(value.value));
  if (!plain) return 'unknown';
  const number = BigInt(value.value);
  return number === 0n ? 'left out' : number;
}

/** NULL, DEFAULT and 0 ask for the next number. */
export function isLeftOut(value: BindValue): boolean {
  return (
    value.kind === 'null' ||
    value.kind === 'default' ||
    (value.kind === 'integer' && /^0+$/.test(value.value))
  );
}
