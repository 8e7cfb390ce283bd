// The `range` kind: intervals, their ids, and which of them an operator can touch.
import { describe, expect, test } from 'vitest';
import type { VindexDefinition } from '../../../src/vindex/definition.ts';
import { movedInterval } from '../../../src/vindex/kinds/range.ts';
import { createVindex } from '../../../src/vindex/registry.ts';
import type { FunctionalVindex, RangeBound, VindexValue } from '../../../src/vindex/vindex.ts';
import { mappingText, rangeText } from './vector.ts';

function definition(values: string, splits: string, ids?: string): VindexDefinition {
  const params = new Map([
    ['values', values],
    ['splits', splits],
  ]);
  if (ids !== undefined) params.set('ids', ids);
  return { type: 'range', params, owner: null };
}

function range(values: string, splits: string, ids?: string): FunctionalVindex {
  const { vindex, problems } = createVindex('r', definition(values, splits, ids));
  if (vindex?.kind !== 'functional') throw new Error(problems.map((problem) => problem.message).join('; '));
  return vindex;
}

const date = (text: string): VindexValue => ({ kind: 'date', text });
const bound = (value: VindexValue, inclusive: boolean): RangeBound => ({ value, inclusive });

const days = range('date', '2024-01-01,2024-07-01,2025-01-01', '00,40,80,c0');
const id = (byte: string): string => `${byte}00000000000000`;

/** First bytes of the ids a comparison touches. */
function touched(vindex: FunctionalVindex, low: RangeBound | null, high: RangeBound | null): string {
  return (vindex.rangeMap?.(low, high) ?? []).map((found) => rangeText(found).slice(0, 2)).join(' ');
}

describe('dates', () => {
  test.each([
    ['1999-12-31', '00'],
    ['2023-12-31', '00'],
    ['2024-01-01', '40'],
    ['2024-06-30', '40'],
    ['2024-07-01', '80'],
    ['2025-01-01', 'c0'],
    ['9999-12-31', 'c0'],
  ])('%s has the id %s', (day, byte) => {
    expect(mappingText(days.map([date(day)]))).toBe(`id ${id(byte)}`);
  });

  test.each([
    [bound(date('2024-01-01'), true), null, '40 80 c0'],
    [bound(date('2023-12-31'), false), null, '00 40 80 c0'],
    [null, bound(date('2024-07-01'), false), '00 40'],
    [null, bound(date('2024-07-01'), true), '00 40 80'],
    [bound(date('2024-02-01'), true), bound(date('2024-03-01'), true), '40'],
    [bound(date('2024-03-01'), true), bound(date('2024-02-01'), true), ''],
    [bound(date('2024-01-01'), true), bound(date('2025-01-01'), false), '40 80'],
    [null, null, '00 40 80 c0'],
  ])('%j to %j touches %s', (low, high, expected) => {
    expect(touched(days, low, high)).toBe(expected);
  });

  test('a range holds exactly its interval, nothing of the shards between', () => {
    expect(days.rangeMap?.(bound(date('2025-02-01'), true), null).map(rangeText)).toEqual([
      'c000000000000000-c000000000000001',
    ]);
  });

  test('a value of another type prunes nothing and maps nowhere', () => {
    expect(days.rangeMap?.(bound({ kind: 'integer', text: '20240101' }, true), null).map(rangeText)).toEqual([
      '-',
    ]);
    expect(days.map([{ kind: 'integer', text: '20240101' }])).toEqual({ kind: 'none' });
    expect(days.map([{ kind: 'null' }])).toEqual({ kind: 'none' });
  });

  test('instants lie in the interval of their day', () => {
    expect(mappingText(days.map([{ kind: 'datetime', text: '2023-12-31 23:59:59.999' }]))).toBe(
      `id ${id('00')}`,
    );
    expect(mappingText(days.map([{ kind: 'datetime', text: '2024-01-01 00:00:00' }]))).toBe(`id ${id('40')}`);
  });
});

test('integers and decimals compare by value, exactly', () => {
  const integers = range('integer', '-5,9007199254740993', '00,40,80');
  const at = (text: string): string => mappingText(integers.map([{ kind: 'integer', text }]));
  expect([at('-6'), at('-5'), at('9007199254740992'), at('9007199254740993')]).toEqual(
    ['00', '40', '40', '80'].map((byte) => `id ${id(byte)}`),
  );
  const decimals = range('decimal', '-0.5,0.10', '00,40,80');
  const decimalAt = (text: string): string => mappingText(decimals.map([{ kind: 'decimal', text }]));
  expect([decimalAt('-0.51'), decimalAt('-0.50'), decimalAt('0.09'), decimalAt('0.1')]).toEqual(
    ['00', '40', '40', '80'].map((byte) => `id ${id(byte)}`),
  );
});

test('strings compare by bytes, and a prefix touches what can begin with it', () => {
  const names = range('string', 'g,p', '00,55,aa');
  expect(mappingText(names.map([{ kind: 'bytes', text: 'Zoe' }]))).toBe(`id ${id('00')}`);
  expect(mappingText(names.map([{ kind: 'bytes', text: 'goa' }]))).toBe(`id ${id('55')}`);
  const starting = (prefix: string) => names.prefixMap?.(prefix).map((found) => rangeText(found).slice(0, 2));
  expect(starting('o')).toEqual(['55']);
  expect(starting('f')).toEqual(['00']);
  expect(starting('')).toEqual(['00', '55', 'aa']);
  expect(starting('\xff')).toEqual(['aa']);
  expect(days.prefixMap).toBeNull();
});

test('without ids interval i starts at floor(i * 2^64 / (n + 1)), with a warning', () => {
  const { vindex, problems } = createVindex('r', definition('integer', '1,2'));
  if (vindex?.kind !== 'functional') throw new Error('refused');
  expect(mappingText(vindex.map([{ kind: 'integer', text: '1' }]))).toBe('id 5555555555555555');
  expect(mappingText(vindex.map([{ kind: 'integer', text: '2' }]))).toBe('id aaaaaaaaaaaaaaaa');
  expect(problems).toMatchObject([{ severity: 'warning' }]);
});

test.each([
  ['dates', '2024-01-01', '00,40', 'found values "dates"; allowed: integer, decimal, date, datetime, string'],
  ['date', '2024-13-01', '00,40', 'found the split "2024-13-01"; allowed: a date in canonical form'],
  ['date', '2024-02-01,2024-01-01', '00,40,80', 'split "2024-01-01" does not ascend'],
  ['integer', '1,,2', '00,40,80,c0', 'found the split ""'],
  ['integer', '1', '00', 'found 1 ids; allowed: 2'],
  ['integer', '1', '40,40', 'id "40" does not ascend'],
  ['integer', '1', '00,4', 'found the id "4"; allowed: 1 to 8 bytes in hexadecimal'],
])('refuses values %s, splits %s, ids %s', (values, splits, ids, message) => {
  const { vindex, problems } = createVindex('r', definition(values, splits, ids));
  expect(vindex).toBeNull();
  expect(problems[0]?.message).toContain(message);
});

describe('a reload', () => {
  const before = definition('integer', '10,20', '00,40,80');

  test('may add a split with an id of its own', () => {
    expect(movedInterval(before, definition('integer', '10,20,30', '00,40,80,c0'))).toBeNull();
    expect(movedInterval(before, definition('integer', '5,10,20', '00,20,40,80'))).toBeNull();
  });

  test('may not move an interval', () => {
    expect(movedInterval(before, definition('integer', '10,20', '00,40,90'))).toContain(
      'interval 2 would move',
    );
    expect(movedInterval(before, definition('integer', '10', '00,40'))).toContain('interval 2 would move');
    expect(movedInterval(before, definition('decimal', '10,20', '00,40,80'))).toContain('values changes');
  });
});
