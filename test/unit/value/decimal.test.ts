import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDecimals, compareNumberText, parseDecimal, printDecimal } from '../../../src/value/decimal.ts';

/** Numbers as servers print them: any scale, leading zeros of ZEROFILL. */
const numberText = fc
  .tuple(
    fc.boolean(),
    fc.stringMatching(/^\d{1,25}$/),
    fc.option(fc.stringMatching(/^\d{1,10}$/), { nil: null }),
  )
  .map(
    ([negative, whole, fraction]) =>
      `${negative ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}`,
  );

function compareTexts(a: string, b: string): number {
  return compareNumberText(Buffer.from(a), 0, a.length, Buffer.from(b), 0, b.length);
}

function parsed(text: string) {
  const value = parseDecimal(text);
  if (value === null) throw new Error(`no decimal: ${text}`);
  return value;
}

/** By value: -1, 0 or 1. */
function compareValues(a: string, b: string): number {
  const [left, right] = [parsed(a), parsed(b)];
  const difference = left.unscaled * 10n ** BigInt(right.scale) - right.unscaled * 10n ** BigInt(left.scale);
  return difference < 0n ? -1 : Number(difference > 0n);
}

describe('decimal text', () => {
  test('comparing bytes agrees with comparing values', () => {
    fc.assert(
      fc.property(numberText, numberText, (a, b) => {
        expect(Math.sign(compareTexts(a, b))).toBe(compareValues(a, b));
        expect(compareTexts(a, a)).toBe(0);
      }),
    );
  });

  test.each([
    ['-0', '0.00', 0],
    ['007', '7.0', 0],
    ['18446744073709551615', '9223372036854775808', 1],
    ['-1.5', '-1.49', -1],
    ['0.1', '0.10000000000000000000000000001', -1],
    ['-2', '1', -1],
    ['10', '9', 1],
  ])('%s against %s', (a, b, expected) => {
    expect(Math.sign(compareTexts(a, b))).toBe(expected);
    expect(Math.sign(compareTexts(b, a))).toBe(expected === 0 ? 0 : -expected);
  });

  test('sums are exact and keep the larger scale', () => {
    expect(printDecimal(addDecimals(parsed('0.10'), parsed('-0.3')))).toBe('-0.20');
    expect(printDecimal(addDecimals(parsed('9007199254740993'), parsed('1')))).toBe('9007199254740994');
    expect(printDecimal(addDecimals(parsed('-0.05'), parsed('0.05')))).toBe('0.00');
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.nat(12), (a, b, scale) => {
        const sum = addDecimals({ unscaled: a, scale }, { unscaled: b, scale });
        expect(parseDecimal(printDecimal(sum))).toEqual({ unscaled: a + b, scale });
      }),
    );
  });

  test.each(['', '-', '1e3', '1.2.3', 'abc', ' 1'])('%j is no decimal', (text) => {
    expect(parseDecimal(text)).toBeNull();
  });
});
