// Framing: whatever the chunks, the same packets; limits and order are kept.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import {
  frame,
  frameAll,
  PacketFramer,
  packetCount,
  packetPayloadMax,
} from '../../../src/protocol/packet-framing.ts';
import { cut } from './cut.ts';

function takeAll(framer: PacketFramer, chunks: readonly Buffer[]): Buffer[] {
  const payloads: Buffer[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let next = framer.take(); next !== null; next = framer.take()) {
      payloads.push(Buffer.from(next.payload));
      expect(next.packets).toEqual(frame(next.payload, 0));
    }
  }
  return payloads;
}

describe('PacketFramer', () => {
  test('gives the same packets for any chunks', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(300)), (bodies, cuts) => {
        const stream = Buffer.concat(bodies.map((body) => frame(body, 0)));
        const framer = new PacketFramer(1000);
        expect(takeAll(framer, cut(stream, cuts))).toEqual(bodies.map((body) => Buffer.from(body)));
        expect(framer.buffered).toBe(0);
      }),
    );
  });

  test('keeps the memory of a taken packet while more arrives', () => {
    const framer = new PacketFramer(1000);
    const stream = Buffer.concat([frame(Buffer.from('first'), 0), frame(Buffer.from('second'), 0)]);
    for (const byte of stream.subarray(0, 12)) framer.push(Buffer.of(byte));
    const first = framer.take();
    for (const byte of stream.subarray(12)) framer.push(Buffer.of(byte));
    expect(first?.payload.toString()).toBe('first');
    expect(framer.take()?.payload.toString()).toBe('second');
  });

  test.each([-1, 0, 1, packetPayloadMax])('joins payloads of 2^24-1 %i bytes', (extra) => {
    const size = packetPayloadMax + extra;
    const payload = Buffer.alloc(size, 'x');
    payload[size - 1] = 1;
    const framer = new PacketFramer(64 << 20);
    const bytes = frame(payload, 0);
    expect(bytes.length).toBe(size + 4 * packetCount(size));
    framer.push(bytes.subarray(0, 1 << 20));
    expect(framer.take()).toBeNull();
    framer.push(bytes.subarray(1 << 20));
    const taken = framer.take();
    expect(taken?.payload.equals(payload)).toBe(true);
    expect(taken?.packets.equals(bytes)).toBe(true);
    expect(taken?.lastSequence).toBe(packetCount(size) - 1);
  });

  test('does not copy a packet that comes whole', () => {
    const framer = new PacketFramer(1000);
    const chunk = frame(Buffer.from('abc'), 0);
    framer.push(chunk);
    expect(framer.take()?.payload.buffer).toBe(chunk.buffer);
  });

  test('refuses a packet by its header alone, before its bytes come', () => {
    const framer = new PacketFramer(100);
    framer.push(Buffer.from([101, 0, 0, 0]));
    expect(() => framer.take()).toThrowError(expect.objectContaining({ errno: 1153, sqlState: '08S01' }));
    expect(framer.answerSequence).toBe(1);
  });

  test('refuses wrong sequence numbers', () => {
    const framer = new PacketFramer(100);
    framer.push(frame(Buffer.from('x'), 3));
    expect(() => framer.take()).toThrowError(expect.objectContaining({ errno: 1156 }));
  });

  test('throws nothing but SqlError on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const framer = new PacketFramer(64);
        try {
          takeAll(framer, [Buffer.from(bytes)]);
        } catch (error) {
          expect(error).toBeInstanceOf(SqlError);
        }
      }),
    );
  });
});

test('frameAll numbers packets like single frames', () => {
  const payloads = [Buffer.from('a'), Buffer.alloc(0), Buffer.from('bc')];
  const { bytes, nextSequence } = frameAll(payloads, 254);
  expect(nextSequence).toBe(1);
  expect(bytes).toEqual(Buffer.concat(payloads.map((payload, i) => frame(payload, 254 + i))));
});
