// What several shards say of one table, as one server would say it.
import { expect, test } from 'vitest';
import { mergeFigures } from '../../../src/session/show/figures.ts';
import type { Keyspace, Table } from '../../../src/vschema/model.ts';

function keyspace(): Keyspace {
  const table = (name: string, kind: Table['kind'], sharding: readonly string[]) => ({
    name,
    kind,
    columnVindexes: sharding.length === 0 ? [] : [{ columns: sharding.map((column) => ({ name: column })) }],
  });
  const tables = new Map<string, object>([
    ['orders', table('orders', 'sharded', ['user_id'])],
    ['countries', table('countries', 'reference', [])],
  ]);
  return { name: 'shop', sharded: true, tables } as unknown as Keyspace;
}

test('sizes add up, times and counters take the latest, averages are made anew', () => {
  const names = ['NAME', 'ROWS', 'AVG_ROW_LENGTH', 'DATA_LENGTH', 'AUTO_INCREMENT', 'UPDATE_TIME', 'COMMENT'];
  const shard = (rows: string, bytes: string, next: string, time: string | null) => [
    ['orders', rows, '9', bytes, next, time, 'c'],
  ];
  expect(
    mergeFigures(
      names,
      [shard('10', '1000', '9', '2024-01-02'), shard('30', '3000', '10', null)],
      keyspace(),
    ),
  ).toEqual([['orders', '40', '100', '4000', '10', '2024-01-02', 'c']]);
});

test('numbers beyond 2^53 stay exact', () => {
  const rows = [[['orders', '9007199254740993']], [['orders', '9007199254740993']]];
  expect(mergeFigures(['NAME', 'ROWS'], rows, keyspace())).toEqual([['orders', '18014398509481986']]);
});

test('a table that is the same everywhere counts once, one that is missing on a shard as it is', () => {
  const names = ['TABLE_NAME', 'TABLE_ROWS'];
  const first = [
    ['countries', '5'],
    ['orders', '7'],
  ];
  expect(mergeFigures(names, [first, [['countries', '5']]], keyspace())).toEqual(first);
});

test('cardinalities add up once the key holds the sharding columns', () => {
  const names = ['TABLE', 'KEY_NAME', 'SEQ_IN_INDEX', 'COLUMN_NAME', 'CARDINALITY'];
  const shard = (status: string, user: string) => [
    ['orders', 'by_status', '1', 'status', status],
    ['orders', 'by_status', '2', 'user_id', user],
  ];
  expect(mergeFigures(names, [shard('5', '20'), shard('4', '30')], keyspace()).map((row) => row[4])).toEqual([
    '5',
    '50',
  ]);
});
