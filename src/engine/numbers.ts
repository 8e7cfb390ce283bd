// SELECT NEXT n VALUES FROM sequence.
import { shardgateError } from '../errors/catalog.ts';
import type { NumbersNode } from '../plan/nodes.ts';
import { encodeBinaryRow } from '../value/binary-row.ts';
import type { BindValue } from '../value/bind-value.ts';
import { binaryCollationId } from '../value/collations.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../value/column-definition.ts';
import { encodeTextRow } from '../value/text-row.ts';
import type { Execution } from './contract.ts';
import { bindValueOf } from './values.ts';

const countMax = 1_000_000n;

export const numbersColumn: ColumnDefinition = {
  schema: '',
  table: '',
  orgTable: '',
  name: 'nextval',
  orgName: '',
  collation: binaryCollationId,
  length: 20,
  type: FieldType.longLong,
  flags: ColumnFlag.notNull | ColumnFlag.binary | ColumnFlag.number,
  decimals: 0,
};

/** Drivers send whole numbers as doubles or text, too. */
function countOf(value: BindValue | null): bigint | null {
  const digits = value === null || value.negative ? null : /^(\d{1,18})(?:\.0*|e0)?$/.exec(value.value);
  return digits === null ? null : BigInt(digits[1] ?? '');
}

/** One row with the first of the numbers, in a column called nextval. */
export async function runNumbers(execution: Execution, node: NumbersNode): Promise<void> {
  const { sequences, signal, sink, statement } = execution;
  if (sequences === undefined) throw shardgateError('SG6031', { table: node.sequence });
  const count = countOf(bindValueOf(node.count, execution.binds));
  if (count === null || count === 0n || count > countMax) {
    throw shardgateError('SG6040', { sequence: node.sequence, countMax: String(countMax) });
  }
  const first = await sequences.reserve(node.keyspace, node.sequence, Number(count), signal);
  sink.columns([numbersColumn]);
  const cell = Buffer.from(String(first));
  sink.rows([
    statement.format === 'binary' ? encodeBinaryRow([numbersColumn], [cell]) : encodeTextRow([cell]),
  ]);
  sink.end(0);
}
