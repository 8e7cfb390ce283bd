import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../../src/value/column-definition.ts';
import { type CompareKind, comparatorOf } from '../../../src/value/comparators.ts';
import { encodeDateTime, encodeTime } from '../../../src/value/temporal-codec.ts';

function column(type: number, flags = 0): ColumnDefinition {
  return {
    schema: '',
    table: '',
    orgTable: '',
    name: 'c',
    orgName: 'c',
    collation: 63,
    length: 20,
    type,
    flags,
    decimals: 0,
  };
}

function ordering(
  kind: CompareKind,
  type: number,
  format: 'text' | 'binary',
  flags = 0,
  padHex: string | null = null,
) {
  const compare = comparatorOf(kind, padHex, column(type, flags), format);
  return (a: Buffer, b: Buffer) => Math.sign(compare(a, 0, a.length, b, 0, b.length));
}

/** Every pair of an ascending list must compare as its positions do. */
function expectAscending(values: readonly Buffer[], order: (a: Buffer, b: Buffer) => number): void {
  values.forEach((a, i) => {
    values.forEach((b, j) => {
      expect(order(a, b)).toBe(Math.sign(i - j));
    });
  });
}

const texts = (...values: string[]) => values.map((value) => Buffer.from(value));

describe('text cells', () => {
  test('temporal, time and float', () => {
    expectAscending(
      texts('0000-00-00', '0999-12-31', '2023-12-31', '2024-01-01'),
      ordering('temporal', FieldType.date, 'text'),
    );
    expectAscending(
      texts(
        '-838:59:59.000',
        '-100:00:00.000',
        '-12:00:00.500',
        '-00:00:00.001',
        '00:00:00.000',
        '99:59:59.999',
        '100:00:00.000',
      ),
      ordering('time', FieldType.time, 'text'),
    );
    expectAscending(
      texts('-1e300', '-2', '-1e-5', '0', '1e-5', '10', '9e9'),
      ordering('float', FieldType.double, 'text'),
    );
  });

  test('trap 17: weights with virtual padding', () => {
    const order = ordering('weight', FieldType.blob, 'text', 0, '0020');
    const weight = (hex: string) => Buffer.from(hex, 'hex');
    // 'a' = 'a ', and 'a\t' sorts below 'a' because a tab is less than a space.
    expect(order(weight('0041'), weight('00410020'))).toBe(0);
    expect(order(weight('00410009'), weight('0041'))).toBe(-1);
    expect(order(weight('0041'), weight('00410009'))).toBe(1);
    expect(order(weight('00410042'), weight('0041'))).toBe(1);
    const noPad = ordering('weight', FieldType.blob, 'text');
    expect(noPad(weight('0041'), weight('00410020'))).toBe(-1);
  });

  test('weights: antisymmetric and transitive over random keys', () => {
    const order = ordering('weight', FieldType.blob, 'text', 0, '20');
    const bytes = fc.uint8Array({ maxLength: 6, min: 0x1e, max: 0x22 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, bytes, bytes, (a, b, c) => {
        expect(order(a, b) + order(b, a)).toBe(0);
        if (order(a, b) <= 0 && order(b, c) <= 0) expect(order(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('binary cells', () => {
  test('integers of every width and sign', () => {
    const long = (value: bigint, unsigned: boolean) => {
      const bytes = Buffer.alloc(8);
      if (unsigned) bytes.writeBigUInt64LE(value);
      else bytes.writeBigInt64LE(value);
      return bytes;
    };
    expectAscending(
      [-9223372036854775808n, -1n, 0n, 9223372036854775807n].map((value) => long(value, false)),
      ordering('number', FieldType.longLong, 'binary'),
    );
    expectAscending(
      [0n, 9223372036854775808n, 18446744073709551615n].map((value) => long(value, true)),
      ordering('number', FieldType.longLong, 'binary', ColumnFlag.unsigned),
    );
    const tiny = (value: number) => Buffer.from(Int8Array.of(value).buffer);
    expectAscending([-128, -1, 0, 127].map(tiny), ordering('number', FieldType.tiny, 'binary'));
    expectAscending(
      [0, 127, -1].map(tiny),
      ordering('number', FieldType.tiny, 'binary', ColumnFlag.unsigned),
    );
    expectAscending(texts('-10.5', '9.25', '10'), ordering('number', FieldType.newDecimal, 'binary'));
  });

  test('dates, times and doubles', () => {
    const dates = [
      '0000-00-00',
      '0255-12-31',
      '0256-01-01',
      '2024-01-01',
      '2024-01-01 00:00:01',
      '2024-01-01 00:00:01.000300',
    ];
    expectAscending(
      dates.map((value) => encodeDateTime(value).subarray(1)),
      ordering('temporal', FieldType.dateTime, 'binary'),
    );
    const times = ['-838:59:59', '-24:00:00', '-00:00:00.000001', '00:00:00', '23:59:59', '24:00:00'];
    expectAscending(
      times.map((value) => encodeTime(value).subarray(1)),
      ordering('time', FieldType.time, 'binary'),
    );
    const double = (value: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value);
      return bytes;
    };
    expectAscending([-1e300, -1, 0, 1e-300, 1].map(double), ordering('float', FieldType.double, 'binary'));
  });
});
