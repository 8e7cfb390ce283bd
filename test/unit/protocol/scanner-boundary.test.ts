// Wherever a response breaks off, what the scanner has handed out ends between two packets, and it says how to go on.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeColumnCount, encodeEof } from '../../../src/protocol/messages.ts';
import { frameAll, PacketFramer, packetPayloadMax } from '../../../src/protocol/packet-framing.ts';
import { ResultScanner } from '../../../src/protocol/result-scanner.ts';
import { encodeColumnDefinition } from '../../../src/value/column-codec.ts';
import { encodeTextRow } from '../../../src/value/text-row.ts';
import { cut } from './cut.ts';

const column = encodeColumnDefinition({
  schema: 'shop',
  table: 'u',
  orgTable: 'users',
  name: 'note',
  orgName: 'note',
  collation: 45,
  length: 255,
  type: 253,
  flags: 0,
  decimals: 0,
});
const eof = encodeEof({ warnings: 0, status: 2 });

/** The bytes of a result whose rows have one cell of these lengths. */
function response(lengths: readonly number[]): Buffer {
  const rows = lengths.map((length) => encodeTextRow([Buffer.alloc(length, 'x')]));
  return frameAll([encodeColumnCount(1), column, eof, ...rows, eof], 1).bytes;
}

interface Broken {
  readonly given: Buffer;
  readonly next: number | null;
  readonly corkedAtEnd: boolean;
}

/** Feeds the chunks of a response that never ends. */
function breakOff(chunks: readonly Buffer[]): Broken {
  const scanner = new ResultScanner();
  scanner.begin('query');
  const given: Buffer[] = [];
  let more = false;
  for (const chunk of chunks) {
    scanner.push(chunk, {
      data: (bytes, follows) => {
        given.push(Buffer.from(bytes));
        more = follows;
      },
      end: () => {
        throw new Error('ended');
      },
    });
  }
  return { given: Buffer.concat(given), next: scanner.boundary, corkedAtEnd: more };
}

/** The sequence id behind the last whole packet; null when bytes are left over. */
function boundaryOf(bytes: Buffer): number | null {
  const framer = new PacketFramer(64 * 1024 * 1024);
  framer.push(bytes);
  framer.expect(1);
  let next = 1;
  for (let packet = framer.take(); packet !== null; packet = framer.take()) {
    next = (packet.lastSequence + 1) & 0xff;
    framer.expect(next);
  }
  return framer.buffered === 0 ? next : null;
}

test('fault 1: rows of ordinary size, broken off anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(400), { maxLength: 300 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.nat(),
      (lengths, places, end) => {
        const whole = response(lengths);
        const received = whole.subarray(0, end % (whole.length - 1));
        const { given, next, corkedAtEnd } = breakOff(cut(received, places));
        expect(whole.subarray(0, given.length).equals(given)).toBe(true);
        expect(next).toBe(boundaryOf(given));
        expect(next).not.toBeNull();
        expect(corkedAtEnd).toBe(false);
        // No more is kept back than the packet under way.
        expect(received.length - given.length).toBeLessThan(460);
      },
    ),
  );
});

test('a row larger than what is kept back goes out at once, and nothing may follow it', () => {
  const whole = response([10, 100_000, 10]);
  const { given, next } = breakOff(cut(whole.subarray(0, 60_000), [20_000, 40_000]));
  expect(given.length).toBe(60_000);
  expect(next).toBeNull();
});

test('a row of several packets is one', () => {
  const row = encodeTextRow([Buffer.alloc(packetPayloadMax, 'x')]);
  const whole = frameAll([encodeColumnCount(1), column, eof, row, eof], 1).bytes;
  const { given, next } = breakOff(cut(whole.subarray(0, whole.length - 12), []));
  expect(next).toBeNull();
  expect(given.length).toBeGreaterThan(packetPayloadMax);
});

test('no response, no boundary', () => {
  expect(new ResultScanner().boundary).toBeNull();
});
