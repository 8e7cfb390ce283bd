// COM_STMT_EXECUTE: values of every type, remembered types, the same execution for another handle.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import {
  decodeExecute,
  type ExecuteContext,
  rebindExecute,
  reorderExecute,
} from '../../../src/protocol/stmt-execute.ts';
import { ByteWriter } from '../../../src/value/byte-writer.ts';
import { FieldType } from '../../../src/value/column-definition.ts';

const context: ExecuteContext = { paramCount: 1, types: null, longData: null, noBackslashEscapes: false };

/** One parameter of that type. */
function execute(type: number, value: Buffer, unsigned = false): Buffer {
  return new ByteWriter()
    .u8(23)
    .u32(5)
    .u8(0)
    .u32(1)
    .u8(0)
    .u8(1)
    .u8(type)
    .u8(unsigned ? 0x80 : 0)
    .bytes(value)
    .finish();
}

const text = (value: string): Buffer => new ByteWriter().lenencText(value).finish();
const write = (fill: (writer: ByteWriter) => ByteWriter): Buffer => fill(new ByteWriter()).finish();

describe('parameter values', () => {
  test.each([
    ['tiny', execute(FieldType.tiny, Buffer.of(0x80)), 'integer', '-128', '128'],
    ['tiny unsigned', execute(FieldType.tiny, Buffer.of(0x80), true), 'integer', '128', '128'],
    ['short', execute(FieldType.short, Buffer.of(0xff, 0xff)), 'integer', '-1', '1'],
    [
      'long',
      execute(
        FieldType.long,
        write((w) => w.u32(0x80000000)),
      ),
      'integer',
      '-2147483648',
      '2147483648',
    ],
    [
      'long unsigned',
      execute(
        FieldType.long,
        write((w) => w.u32(4294967295)),
        true,
      ),
      'integer',
      '4294967295',
      '4294967295',
    ],
    [
      'bigint',
      execute(
        FieldType.longLong,
        write((w) => w.u64(-(1n << 63n))),
      ),
      'integer',
      '-9223372036854775808',
      '9223372036854775808',
    ],
    [
      'bigint unsigned',
      execute(
        FieldType.longLong,
        write((w) => w.u64((1n << 64n) - 1n)),
        true,
      ),
      'integer',
      '18446744073709551615',
      '18446744073709551615',
    ],
    [
      'double',
      execute(
        FieldType.double,
        write((w) => w.f64(-0.1)),
      ),
      'float',
      '-1e-1',
      '1e-1',
    ],
    [
      'double 1e300',
      execute(
        FieldType.double,
        write((w) => w.f64(1e300)),
      ),
      'float',
      '1e300',
      '1e300',
    ],
    [
      'float',
      execute(
        FieldType.float,
        write((w) => w.f32(0.5)),
      ),
      'float',
      '5e-1',
      '5e-1',
    ],
    ['decimal', execute(FieldType.newDecimal, text('-12.3400')), 'decimal', '-12.3400', '12.3400'],
    ['decimal without a point', execute(FieldType.newDecimal, text('7')), 'decimal', '7', '7.'],
    ['varchar', execute(FieldType.varString, text("it's \\ ")), 'string', "it's \\ ", "'it''s \\\\ '"],
    ['blob', execute(FieldType.blob, text('a')), 'string', 'a', "_binary'a'"],
    [
      'date',
      execute(
        FieldType.date,
        write((w) => w.u8(4).u16(2024).u8(2).u8(29)),
      ),
      'temporal',
      '2024-02-29',
      "DATE'2024-02-29'",
    ],
    [
      'datetime',
      execute(
        FieldType.dateTime,
        write((w) => w.u8(11).u16(2024).u8(2).u8(29).u8(1).u8(2).u8(3).u32(450000)),
      ),
      'temporal',
      '2024-02-29 01:02:03.450000',
      "TIMESTAMP'2024-02-29 01:02:03.450000'",
    ],
    [
      'zero date',
      execute(FieldType.dateTime, Buffer.of(0)),
      'string',
      '0000-00-00 00:00:00',
      "'0000-00-00 00:00:00'",
    ],
    [
      'time',
      execute(
        FieldType.time,
        write((w) => w.u8(8).u8(1).u32(2).u8(3).u8(4).u8(5)),
      ),
      'temporal',
      '-51:04:05',
      "TIME'-51:04:05'",
    ],
    ['null type', execute(FieldType.null, Buffer.alloc(0)), 'null', '', 'NULL'],
  ])('%s', (_, payload, kind, value, sql) => {
    const { params, statementId } = decodeExecute(payload, context);
    expect(statementId).toBe(5);
    expect(params).toEqual([{ kind, negative: value.startsWith('-') && kind !== 'temporal', value, sql }]);
  });

  test('backslashes stay single when the sql_mode takes them literally', () => {
    const payload = execute(FieldType.varString, text("a\\'b"));
    const [param] = decodeExecute(payload, { ...context, noBackslashEscapes: true }).params;
    expect(param?.sql).toBe("'a\\''b'");
  });

  test('NaN has no literal', () => {
    const payload = execute(
      FieldType.double,
      write((w) => w.f64(Number.NaN)),
    );
    expect(() => decodeExecute(payload, context)).toThrowError(expect.objectContaining({ errno: 1210 }));
  });
});

/** Two parameters: 7 and NULL; with or without types. */
function pair(withTypes: boolean): Buffer {
  const writer = new ByteWriter().u8(23).u32(5).u8(1).u32(1).u8(0b10);
  if (withTypes) writer.u8(1).u8(FieldType.tiny).u8(0).u8(FieldType.varString).u8(0);
  else writer.u8(0);
  return writer.u8(7).finish();
}
const types = Buffer.from([FieldType.tiny, 0, FieldType.varString, 0]);

describe('types', () => {
  const two = { ...context, paramCount: 2 };

  test('trap 14: are remembered from the first execution', () => {
    const first = decodeExecute(pair(true), two);
    expect([first.sentTypes, first.types]).toEqual([true, types]);
    const later = decodeExecute(pair(false), { ...two, types });
    expect(later.sentTypes).toBe(false);
    expect(later.params.map((param) => param.sql)).toEqual(['7', 'NULL']);
    expect(() => decodeExecute(pair(false), two)).toThrowError(expect.objectContaining({ errno: 1210 }));
  });

  test('trap 14: are put in for a handle that never saw them', () => {
    const rebound = rebindExecute(pair(false), 9, 2, types);
    const expected = pair(true);
    expected.writeUInt32LE(9, 1);
    expected[5] = 0;
    expect(rebound).toEqual(expected);
    expect(rebindExecute(pair(true), 9, 2, null)).toEqual(expected);
  });

  test('the same values for another text: in another order, twice, or not at all', () => {
    const again = (order: readonly number[]): unknown => {
      const payload = reorderExecute(pair(false), 9, order, { paramCount: 2, types });
      const decoded = decodeExecute(payload, { ...context, paramCount: order.length });
      return [decoded.statementId, decoded.flags, decoded.params.map((param) => param.sql)];
    };
    expect(again([1, 0])).toEqual([9, 0, ['NULL', '7']]);
    expect(again([0])).toEqual([9, 0, ['7']]);
    expect(again([0, 1, 1, 0, 0, 1, 0, 0, 1, 0])).toEqual([
      9,
      0,
      ['7', 'NULL', 'NULL', '7', '7', 'NULL', '7', '7', 'NULL', '7'],
    ]);
    expect(() => reorderExecute(pair(false), 9, [0], { paramCount: 2, types: null })).toThrowError(
      expect.objectContaining({ errno: 1210 }),
    );
  });

  test('on MySQL a time of day has six digits of a second', () => {
    const seconds = write((w) => w.u8(7).u16(2024).u8(2).u8(29).u8(1).u8(2).u8(3));
    const payload = execute(FieldType.dateTime, seconds);
    const [plain] = decodeExecute(payload, context).params;
    const [precise] = decodeExecute(payload, { ...context, microseconds: true }).params;
    expect([plain?.sql, plain?.value]).toEqual(["TIMESTAMP'2024-02-29 01:02:03'", '2024-02-29 01:02:03']);
    expect([precise?.sql, precise?.value]).toEqual([
      "TIMESTAMP'2024-02-29 01:02:03.000000'",
      '2024-02-29 01:02:03',
    ]);
    const date = execute(
      FieldType.date,
      write((w) => w.u8(4).u16(2024).u8(2).u8(29)),
    );
    expect(decodeExecute(date, { ...context, microseconds: true }).params[0]?.sql).toBe("DATE'2024-02-29'");
  });

  test('long data stands in for a value', () => {
    const payload = new ByteWriter().u8(23).u32(5).u8(0).u32(1).u8(0).u8(1).u8(FieldType.blob).u8(0).finish();
    const longData = new Map([[0, Buffer.from('long')]]);
    expect(decodeExecute(payload, { ...context, longData }).params[0]?.value).toBe('long');
  });
});

test('random bytes throw nothing but SqlError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 5 }), (bytes, paramCount) => {
      const payload = Buffer.concat([Buffer.of(23, 1, 0, 0, 0, 0, 1, 0, 0, 0), bytes]);
      try {
        decodeExecute(payload, { ...context, paramCount });
        rebindExecute(payload, 1, paramCount, null);
      } catch (error) {
        expect(error).toBeInstanceOf(SqlError);
      }
    }),
    { numRuns: 3000 },
  );
});
