// The scanner: any response, split anywhere, ends at the same packet and loses no byte.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { ServerStatus } from '../../../src/protocol/capabilities.ts';
import { Command } from '../../../src/protocol/commands.ts';
import {
  encodeColumnCount,
  encodeEof,
  encodeError,
  encodeOk,
  encodePrepareOk,
} from '../../../src/protocol/messages.ts';
import { frame, frameAll } from '../../../src/protocol/packet-framing.ts';
import {
  type ResponseShape,
  ResultScanner,
  responseShape,
  type TerminalPacket,
} from '../../../src/protocol/result-scanner.ts';
import { encodeColumnDefinition } from '../../../src/value/column-codec.ts';
import { encodeTextRow } from '../../../src/value/text-row.ts';
import { cut } from './cut.ts';

const column = encodeColumnDefinition({
  schema: 'shop',
  table: 'u',
  orgTable: 'users',
  name: 'id',
  orgName: 'id',
  collation: 63,
  length: 20,
  type: 8,
  flags: 3,
  decimals: 0,
});
const status = ServerStatus.autocommit;
const ok = (more = 0): Buffer =>
  encodeOk({
    affectedRows: 3n,
    lastInsertId: 1n << 60n,
    status: status | more,
    warnings: 2,
    info: 'Rows matched: 3',
  });
const eof = (flags: number = status): Buffer => encodeEof({ warnings: 1, status: flags });
const failure = encodeError(new SqlError(1064, '42000', 'You have an error'));

function resultSet(columns: number, rows: readonly Buffer[], end: Buffer): Buffer[] {
  return [encodeColumnCount(columns), ...Array.from({ length: columns }, () => column), eof(), ...rows, end];
}

interface Seen {
  readonly chunks: Buffer[];
  readonly calls: string[];
  terminal: TerminalPacket | null;
  /** Payload of the terminal packet. */
  last: Buffer | null;
  rest: Buffer | null;
}

/** Feeds chunks; stops at the end of the response. */
function scan(shape: ResponseShape, chunks: readonly Buffer[], scanner = new ResultScanner()): Seen {
  const seen: Seen = { chunks: [], calls: [], terminal: null, last: null, rest: null };
  scanner.begin(shape);
  for (const chunk of chunks) {
    if (seen.terminal !== null) {
      seen.rest = Buffer.concat([seen.rest ?? Buffer.alloc(0), chunk]);
      continue;
    }
    seen.rest = scanner.push(chunk, {
      data: (bytes) => {
        seen.calls.push('data');
        seen.chunks.push(Buffer.from(bytes));
      },
      end: (bytes, at, terminal) => {
        seen.calls.push('end');
        seen.chunks.push(Buffer.from(bytes));
        seen.terminal = terminal;
        seen.last = Buffer.from(bytes.subarray(at + 4));
      },
    });
  }
  return seen;
}

const cell = fc.oneof(fc.constant(null), fc.uint8Array({ maxLength: 300 }));
const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }).map(encodeTextRow), { maxLength: 8 });
const ending = fc.oneof(
  fc.constant(eof()),
  fc.constant(eof(ServerStatus.inTransaction)),
  fc.constant(failure),
);
const single = fc.oneof(
  fc.constant([ok()]),
  fc.constant([failure]),
  fc.constant([eof()]),
  fc.constant([Buffer.from([0xfb, 0x2f, 0x61])]),
  fc.tuple(rows, ending).map(([some, end]) => resultSet(2, some, end)),
);
const earlier = fc.oneof(
  fc.constant([ok(ServerStatus.moreResults)]),
  rows.map((some) => resultSet(2, some, eof(status | ServerStatus.moreResults))),
);
const queryResponse = fc
  .tuple(fc.array(earlier, { maxLength: 3 }), single)
  .map(([some, end]) => [...some.flat(), ...end]);
const prepareResponse = fc
  .tuple(fc.nat(3), fc.nat(3))
  .map(([params, columns]) => [
    encodePrepareOk({ statementId: 7, columnCount: columns, paramCount: params, warnings: 0 }),
    ...(params > 0 ? [...Array.from({ length: params }, () => column), eof()] : []),
    ...(columns > 0 ? [...Array.from({ length: columns }, () => column), eof()] : []),
  ]);
const anyResponse = fc.oneof(
  queryResponse.map((packets) => ({ shape: 'query' as const, packets })),
  prepareResponse.map((packets) => ({ shape: 'prepare' as const, packets })),
  rows.map((some) => ({ shape: 'rows' as const, packets: [...some, eof()] })),
  fc.constant({ shape: 'single' as const, packets: [Buffer.from('Uptime: 1  Threads: 2')] }),
);

describe('ResultScanner', () => {
  test('finds the same end for any split', () => {
    fc.assert(
      fc.property(anyResponse, fc.array(fc.nat(2000), { maxLength: 30 }), ({ shape, packets }, places) => {
        const stream = frameAll(packets, 1).bytes;
        const seen = scan(shape, cut(stream, places));
        expect(Buffer.concat(seen.chunks)).toEqual(stream);
        expect(seen.last).toEqual(packets.at(-1));
        expect(seen.calls.filter((call) => call === 'end')).toHaveLength(1);
        expect(seen.rest).toBeNull();
      }),
      { numRuns: 400 },
    );
  });

  test('finds the end when bytes come one at a time', () => {
    const stream = frameAll(resultSet(2, [encodeTextRow([Buffer.from('a'), null])], eof()), 1).bytes;
    const seen = scan(
      'query',
      [...stream].map((byte) => Buffer.of(byte)),
    );
    expect(Buffer.concat(seen.chunks)).toEqual(stream);
    expect(seen.terminal?.kind).toBe('eof');
  });

  test('a point read in one chunk is one call', () => {
    const stream = frameAll(resultSet(1, [encodeTextRow([Buffer.from('7')])], eof()), 1).bytes;
    expect(scan('query', [stream]).calls).toEqual(['end']);
  });

  test('leaves the bytes of the next response', () => {
    fc.assert(
      fc.property(anyResponse, anyResponse, fc.nat(500), (first, second, place) => {
        const one = frameAll(first.packets, 1).bytes;
        const two = frameAll(second.packets, 1).bytes;
        const scanner = new ResultScanner();
        const seen = scan(
          first.shape,
          cut(Buffer.concat([one, two]), [one.length + (place % two.length)]),
          scanner,
        );
        expect(Buffer.concat(seen.chunks)).toEqual(one);
        expect(seen.rest).toEqual(two);
        expect(scan(second.shape, [two], scanner).last).toEqual(second.packets.at(-1));
      }),
    );
  });

  test('reads what OK, EOF and ERR say', () => {
    expect(scan('query', [frame(ok(), 1)]).terminal).toEqual({
      kind: 'ok',
      affectedRows: 3n,
      lastInsertId: 1n << 60n,
      warnings: 2,
      status,
      info: 'Rows matched: 3',
      error: null,
    });
    const error = scan('query', [frame(failure, 1)]).terminal?.error;
    expect([error?.errno, error?.sqlState, error?.message]).toEqual([1064, '42000', 'You have an error']);
    const end = scan('query', [
      frameAll(resultSet(1, [], eof(ServerStatus.inTransaction)), 1).bytes,
    ]).terminal;
    expect([end?.kind, end?.status, end?.warnings]).toEqual(['eof', ServerStatus.inTransaction, 1]);
  });

  test('an error may come in the middle of rows', () => {
    const stream = frameAll(resultSet(1, [encodeTextRow([null]), encodeTextRow([null])], failure), 1).bytes;
    expect(scan('query', [stream]).terminal?.error?.errno).toBe(1064);
  });

  test('an opened cursor ends behind the column definitions', () => {
    const packets = [encodeColumnCount(1), column, eof(status | ServerStatus.cursorExists)];
    expect(scan('query', [frameAll(packets, 1).bytes]).terminal?.status).toBe(
      status | ServerStatus.cursorExists,
    );
  });

  test('a row of more than 16 MiB whose continuation looks like EOF is no end', () => {
    const cellBytes = Buffer.alloc(0xffffff + 100, 0xfe);
    const row = encodeTextRow([cellBytes]);
    const first = frameAll([encodeColumnCount(1), column, eof()], 1);
    const big = frameAll([row], first.nextSequence);
    const stream = Buffer.concat([first.bytes, big.bytes, frame(eof(), big.nextSequence)]);
    const seen = scan('query', cut(stream, [1000, 0xffffff, 0xffffff + 90, 0xffffff + 200]));
    expect(seen.terminal?.kind).toBe('eof');
    expect(Buffer.concat(seen.chunks).equals(stream)).toBe(true);
  });

  test('a continued packet of no bytes at all is passed over', () => {
    const head = frameAll([encodeColumnCount(1), column, eof()], 1);
    const row = Buffer.alloc(0xffffff, 0xfe);
    row[0] = 0xfd;
    const big = frameAll([row], head.nextSequence);
    const stream = Buffer.concat([head.bytes, big.bytes, frame(eof(), big.nextSequence)]);
    expect(scan('query', [stream]).terminal?.kind).toBe('eof');
  });

  test.each([
    ['a wrong sequence number', frame(ok(), 2)],
    ['an empty packet', frame(Buffer.alloc(0), 1)],
    ['a column count of 2^32', frame(Buffer.from([0xfe, 0, 0, 0, 0, 1, 0, 0, 0]), 1)],
    ['a truncated OK', frame(Buffer.from([0, 0xfc, 1]), 1)],
    ['an over-long status packet', Buffer.from([0, 0, 2, 1, 0])],
    ['an EOF where definitions belong', frameAll([encodeColumnCount(2), column, eof()], 1).bytes],
    ['rows where the EOF belongs', frameAll([encodeColumnCount(1), column, encodeTextRow([null])], 1).bytes],
  ])('refuses %s', (_, stream) => {
    expect(() => scan('query', [stream])).toThrowError(expect.objectContaining({ id: 'SG1001' }));
  });

  test('refuses bytes that answer nothing', () => {
    const sink = { data: () => true, end: () => undefined };
    expect(() => new ResultScanner().push(frame(ok(), 1), sink)).toThrowError(
      expect.objectContaining({ id: 'SG1001' }),
    );
  });

  test('throws nothing but SqlError on mutated streams', () => {
    fc.assert(
      fc.property(
        anyResponse,
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }),
        (response, edits) => {
          const stream = frameAll(response.packets, 1).bytes;
          for (const [place, byte] of edits) stream[place % stream.length] = byte;
          try {
            scan(response.shape, cut(stream, [9, 40]));
          } catch (error) {
            expect(error).toBeInstanceOf(SqlError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('responseShape knows what is not answered', () => {
  expect(responseShape(Command.stmtClose)).toBeNull();
  expect(responseShape(Command.stmtPrepare)).toBe('prepare');
  expect(responseShape(Command.fieldList)).toBe('rows');
  expect(responseShape(Command.statistics)).toBe('single');
  expect(responseShape(Command.query)).toBe('query');
});
