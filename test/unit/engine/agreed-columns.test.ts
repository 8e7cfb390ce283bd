// Shards of one table may describe a column otherwise by the path to their rows; another form of its cells is another table.
import { expect, test } from 'vitest';
import { agreed, type NamedColumns } from '../../../src/engine/merge/scatter.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../../src/value/column-definition.ts';
import type { Shard } from '../../../src/vindex/shard-map.ts';

const plain: ColumnDefinition = {
  schema: '',
  table: 'v',
  orgTable: '',
  name: 'c',
  orgName: '',
  collation: 63,
  length: 19,
  type: FieldType.long,
  flags: 0,
  decimals: 0,
};

function shardWith(index: number, column: Partial<ColumnDefinition>): NamedColumns {
  const name = index === 0 ? '-80' : '80-';
  const range = { start: new Uint8Array(), end: new Uint8Array() };
  const shard: Shard = { keyspace: 'shop', name, id: `shop/${name}`, index, range, database: '' };
  return { shard, columns: [{ ...plain, ...column }] };
}

function told(one: Partial<ColumnDefinition>, other: Partial<ColumnDefinition>): readonly ColumnDefinition[] {
  return agreed([shardWith(0, one), shardWith(1, other)]);
}

const { unsigned } = ColumnFlag;

test('COALESCE(timestamp) is UNSIGNED on a shard that sorts, and not on one that does not', () => {
  const { timestamp } = FieldType;
  expect(told({ type: timestamp }, { type: timestamp, flags: unsigned })).toHaveLength(1);
});

test('numbers of another sign are of another table', () => {
  expect(() => told({}, { flags: unsigned })).toThrow('SG4020');
  expect(() => told({ type: FieldType.timestamp }, { type: FieldType.long })).toThrow('SG4020');
});

test('NULLs have the type of the shard that has another value', () => {
  expect(told({ type: FieldType.null }, { flags: unsigned })[0]?.flags).toBe(unsigned);
});
