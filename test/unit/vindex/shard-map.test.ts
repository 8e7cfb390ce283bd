// Shards cover the key space, and every id has exactly one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, fromHex, prefixRange, toHex } from '../../../src/vindex/key-bytes.ts';
import {
  createShardMap,
  parseShardName,
  type ShardMap,
  shardNamed,
  shardOf,
  shardsOf,
} from '../../../src/vindex/shard-map.ts';

function made(names: readonly string[]) {
  return createShardMap(
    'k',
    names.map((name) => ({ name, database: `k_${name}` })),
  );
}

function mapOf(names: readonly string[]): ShardMap {
  const result = made(names);
  if ('problems' in result) throw new Error(result.problems.map((problem) => problem.message).join('; '));
  return result.map;
}

function bytes(hex: string): Uint8Array {
  const parsed = fromHex(hex);
  if (parsed === null) throw new Error(hex);
  return parsed;
}

describe('names', () => {
  test.each(['-', '0', '-40', '40-80', 'c0-', '-0080', 'AB-cd'])('%s is a shard name', (name) => {
    expect(parseShardName(name)).not.toBeNull();
  });

  test.each(['', '40', '80-40', '40-40', '4-8', '-40-', 'x-', '--', '1'])('%s is none', (name) => {
    expect(parseShardName(name)).toBeNull();
  });
});

describe('the cover', () => {
  test('is put in order', () => {
    const map = mapOf(['c0-', '40-80', '-40', '80-c0']);
    expect(map.shards.map((shard) => [shard.index, shard.id])).toEqual([
      [0, 'k/-40'],
      [1, 'k/40-80'],
      [2, 'k/80-c0'],
      [3, 'k/c0-'],
    ]);
    expect(shardNamed(map, '40-80')?.index).toBe(1);
    expect(shardNamed(map, '40-81')).toBeNull();
  });

  test.each([
    [['-40', '80-'], ['no shard holds the key range 40-80']],
    [['40-80'], ['no shard holds the key range -40', 'no shard holds the key range 80-']],
    [['-60', '40-'], ['shards "-60" and "40-" overlap']],
    [['-', '40-80'], ['shards "-" and "40-80" overlap']],
    [
      ['-80', '10-20', '90-'],
      ['shards "-80" and "10-20" overlap', 'no shard holds the key range 80-90'],
    ],
    [[], ['found no shard']],
    [['-40', '40'], ['found shard name "40"']],
  ])('%j: %j', (names, messages) => {
    const result = made(names);
    if (!('problems' in result)) throw new Error('no problem found');
    expect(result.problems).toHaveLength(messages.length);
    for (const [index, message] of messages.entries())
      expect(result.problems[index]?.message).toContain(message);
  });
});

describe('shardOf and shardsOf', () => {
  const map = mapOf(['-40', '40-80', '80-c0', 'c0-']);

  test.each([
    ['', '-40'],
    ['3fffffffffffffff', '-40'],
    ['40', '40-80'],
    ['4000000000000000', '40-80'],
    ['7f', '40-80'],
    ['80', '80-c0'],
    ['ffffffffffffffffff', 'c0-'],
  ])('id %s is on %s', (hex, name) => {
    expect(shardOf(map, bytes(hex)).name).toBe(name);
  });

  test('ranges touch every shard they share an id with', () => {
    const names = (start: string, end: string): string[] =>
      shardsOf(map, [{ start: bytes(start), end: bytes(end) }]).map((shard) => shard.name);
    expect(names('', '')).toEqual(['-40', '40-80', '80-c0', 'c0-']);
    expect(names('40', '80')).toEqual(['40-80']);
    expect(names('3f', '41')).toEqual(['-40', '40-80']);
    expect(names('40', '8000')).toEqual(['40-80', '80-c0']);
    expect(names('c0', '')).toEqual(['c0-']);
    expect(shardsOf(map, [])).toEqual([]);
  });

  test('ids of one length: a range that ends where a shard begins does not touch it', () => {
    const names = (start: string, end: string): string[] =>
      shardsOf(map, [{ start: bytes(start), end: bytes(end) }], true).map((shard) => shard.name);
    expect(names('0000000000000000', '4000000000000000')).toEqual(['-40']);
    expect(names('4000000000000000', '8000000000000000')).toEqual(['40-80']);
    expect(names('4000000000000000', '8000000000000001')).toEqual(['40-80', '80-c0']);
    expect(names('', '0000000000000000')).toEqual([]);
    expect(names('c000000000000000', '')).toEqual(['c0-']);
  });

  test('every id is in the range of its shard and of no other, whatever the split points', () => {
    const hex = fc.uint8Array({ minLength: 1, maxLength: 3 }).map(toHex);
    fc.assert(
      fc.property(fc.uniqueArray(hex, { maxLength: 6 }), fc.uint8Array({ maxLength: 9 }), (splits, id) => {
        const sorted = splits.map(bytes).sort(compareBytes).map(toHex);
        const names = ['', ...sorted].map((start, index) => `${start}-${sorted[index] ?? ''}`);
        const cover = mapOf(names);
        const owner = shardOf(cover, id);
        const holders = cover.shards.filter(({ range }) => {
          const below = range.end.length === 0 || compareBytes(id, range.end) < 0;
          return compareBytes(range.start, id) <= 0 && below;
        });
        expect(holders).toEqual([owner]);
        expect(shardsOf(cover, [prefixRange(id)])).toContain(owner);
      }),
    );
  });
});
