// Bytes of a file that begin no character, by MySQL's rule.
import { describe, expect, test } from 'vitest';
import { checkLeadBytes } from '../../../src/engine/load/load-bytes.ts';

const bytes = (...codes: readonly number[]): string => Buffer.from(codes).toString('latin1');

describe('lead bytes', () => {
  test.each([
    ['ascii', 'abc', 'utf8mb4'],
    ['characters of two to four bytes', Buffer.from('é€😀').toString('latin1'), 'utf8mb4'],
    ['a lead byte alone stands for itself', bytes(0x61, 0xc3), 'utf8mb4'],
    ['and before another character', bytes(0xe2, 0x41), 'utf8mb4'],
    ['other character sets have other rules', bytes(0xff), 'latin1'],
    ['binary has none', bytes(0xff), 'binary'],
  ])('%s', (_, field, charset) => {
    expect(() => checkLeadBytes(field, charset)).not.toThrow();
  });

  test.each([
    ['no lead byte', bytes(0x61, 0x62, 0xff, 0x63), 'utf8mb4', "Invalid utf8mb4 character string: 'ab'"],
    ['first', bytes(0xff), 'utf8mb4', "Invalid utf8mb4 character string: ''"],
    ['a byte that goes on with nothing', bytes(0x80), 'UTF8MB4', "Invalid utf8mb4 character string: ''"],
    [
      'four bytes where three are the most',
      bytes(0xf0, 0x9f, 0x98, 0x80),
      'utf8',
      "Invalid utf8mb3 character string: ''",
    ],
  ])('%s', (_, field, charset, message) => {
    expect(() => checkLeadBytes(field, charset)).toThrowError(
      expect.objectContaining({ errno: 1300, message }),
    );
  });
});
