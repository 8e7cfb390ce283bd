import { describe, expect, test } from 'vitest';
import type { BindValues } from '../../../src/engine/contract.ts';
import { resolveDestination } from '../../../src/engine/destination.ts';
import type { Destination } from '../../../src/plan/destination.ts';
import type { ValueRef } from '../../../src/text/template.ts';
import type { BindValue } from '../../../src/value/bind-value.ts';
import { createVindex } from '../../../src/vindex/registry.ts';
import type { RoutingKey } from '../../../src/vindex/routing-key.ts';
import { createShardMap } from '../../../src/vindex/shard-map.ts';

const made = createShardMap(
  'shop',
  ['-40', '40-80', '80-c0', 'c0-'].map((name, i) => ({ name, database: `shop_${i}` })),
);
if (!('map' in made)) throw new Error('no shard map');
const { map } = made;

function key(type: string): RoutingKey {
  const { vindex } = createVindex(type, { type, params: new Map(), owner: null });
  if (vindex === null) throw new Error(`no vindex ${type}`);
  const id = {
    name: 'id',
    family: 'integer',
    dataType: 'bigint',
    unsigned: true,
    size: 64,
    scale: null,
    collation: null,
  } as const;
  return { table: 't', vindex, columns: [id], exact: true };
}

const hash = key('hash');
const numeric = key('numeric');

function literal(sql: string, kind: BindValue['kind'] = 'integer'): BindValue {
  return { kind, negative: false, sql, value: sql };
}

const slots = [literal('1'), literal('7.5', 'decimal'), literal('2'), literal('4611686018427387904')];
const list = ['1', '2', '3'].map((sql) => literal(sql));
const binds: BindValues = {
  slot: (slot) => slots[slot] ?? literal('NULL', 'null'),
  itemCount: (slot) => (slot === 9 ? list.length : 0),
  itemWidth: () => 1,
  item: (_slot, item) => list[item] ?? literal('NULL', 'null'),
  cell: (_slot, row) => list[row] ?? literal('NULL', 'null'),
  itemText: () => '',
  slotText: () => '',
  param: () => literal('3'),
  paramCount: 1,
  spelling: () => binds,
};

function slot(index: number, negative = false): ValueRef {
  return { kind: 'slot', slot: index, negative };
}

function names(destination: Destination): string[] {
  const context = { map, binds, charset: 'utf8', lookups: null, anyIndex: 1 } as const;
  return resolveDestination(destination, context).map((shard) => shard.name);
}

const everything = ['-40', '40-80', '80-c0', 'c0-'];

describe('resolveDestination', () => {
  test('values of one column', () => {
    // hash(1) = 16.., hash(2) = 06.., hash(3) = 4e..
    expect(names({ kind: 'equal', key: hash, values: [slot(0)] })).toEqual(['-40']);
    expect(names({ kind: 'equal', key: hash, values: [{ kind: 'param', index: 0 }] })).toEqual(['40-80']);
    expect(names({ kind: 'in', key: hash, tuples: [], listSlot: 9 })).toEqual(['-40', '40-80']);
    expect(names({ kind: 'in', key: hash, tuples: [[slot(0)], [slot(2)]], listSlot: null })).toEqual(['-40']);
  });

  test('trap 18: a value that does not route widens to all shards', () => {
    expect(names({ kind: 'equal', key: hash, values: [slot(1)] })).toEqual(everything);
    expect(names({ kind: 'in', key: hash, tuples: [[slot(0)], [slot(1)]], listSlot: null })).toEqual(
      everything,
    );
    expect(names({ kind: 'equal', key: { ...hash, exact: false }, values: [slot(0)] })).toEqual(everything);
    expect(
      names({
        kind: 'equal',
        key: hash,
        values: [{ kind: 'constant', sql: "'a\\'b'", valueKind: 'string' }],
      }),
    ).toEqual(everything);
  });

  test('a minus in front of a slot belongs to the value', () => {
    const signed: RoutingKey = {
      ...hash,
      columns: hash.columns.map((column) => ({ ...column, unsigned: false })),
    };
    const minusOne = names({ kind: 'equal', key: signed, values: [slot(0, true)] });
    expect(minusOne).toEqual(
      names({ kind: 'equal', key: signed, values: [{ kind: 'constant', sql: '-1', valueKind: 'integer' }] }),
    );
  });

  test('ranges of ordered vindexes', () => {
    const bound = (sql: string) =>
      ({ value: { kind: 'constant', sql, valueKind: 'integer' }, inclusive: true }) as const;
    const low = bound('1');
    const high = bound('4611686018427380000');
    const above = bound('4611686018427387904');
    expect(names({ kind: 'range', key: numeric, low, high })).toEqual(['-40']);
    expect(names({ kind: 'range', key: numeric, low, high: above })).toEqual(['-40', '40-80']);
    expect(names({ kind: 'range', key: numeric, low: null, high })).toEqual(['-40']);
    expect(names({ kind: 'range', key: numeric, low: above, high: null })).toEqual(['40-80', '80-c0', 'c0-']);
    expect(names({ kind: 'range', key: hash, low, high })).toEqual(everything);
  });

  test('and, or, any, shard, none', () => {
    const one: Destination = { kind: 'equal', key: hash, values: [slot(0)] };
    const three: Destination = { kind: 'equal', key: hash, values: [{ kind: 'param', index: 0 }] };
    expect(names({ kind: 'and', parts: [one, three] })).toEqual([]);
    expect(names({ kind: 'or', parts: [three, one, one] })).toEqual(['-40', '40-80']);
    expect(names({ kind: 'and', parts: [{ kind: 'all' }, three] })).toEqual(['40-80']);
    expect(names({ kind: 'any' })).toEqual(['40-80']);
    expect(names({ kind: 'shard', shards: ['c0-', '-40'] })).toEqual(['-40', 'c0-']);
    expect(names({ kind: 'none' })).toEqual([]);
  });
});
