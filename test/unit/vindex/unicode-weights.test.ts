// Primary weights of odd text (marks out of order, contractions over marks, unknown characters), as golang.org/x/text gives them.
import { expect, test } from 'vitest';
import { toHex } from '../../../src/vindex/key-bytes.ts';
import { primaryWeights } from '../../../src/vindex/kinds/unicode/unicode-weights.ts';
import samples from './unicode-weights.json' with { type: 'json' };

test.each(samples)('%s', (text = '', weights = '') => {
  expect(toHex(primaryWeights(Buffer.from(text, 'hex').toString('utf8')))).toBe(weights);
});

test('case and accents vanish, blanks and order stay', () => {
  const hex = (text: string): string => toHex(primaryWeights(text));
  expect(hex('Tést')).toBe(hex('TEST'));
  expect(hex('ß')).toBe(hex('ss'));
  expect(hex(' a')).not.toBe(hex('a'));
  expect(hex('ab')).not.toBe(hex('ba'));
  expect(hex('각')).toBe(hex('각'));
});
