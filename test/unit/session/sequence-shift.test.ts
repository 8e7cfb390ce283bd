import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameAll } from '../../../src/protocol/packet-framing.ts';
import { SequenceShift } from '../../../src/session/answer/sequence-shift.ts';

describe('renumbering a relayed answer', () => {
  it('adds the offset to every header, wherever the chunks are cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 });
    const cuts = fc.array(fc.nat(300), { maxLength: 6 });
    fc.assert(
      fc.property(payloads, cuts, fc.nat(255), (bodies, offsets, offset) => {
        const { bytes } = frameAll(bodies, 1);
        const wanted = frameAll(bodies, 1 + offset).bytes;
        const shift = new SequenceShift(offset);
        const ends = [...new Set(offsets.filter((at) => at < bytes.length)), bytes.length].sort(
          (a, b) => a - b,
        );
        let from = 0;
        const shifted = ends.map((end) => {
          const chunk = shift.apply(Buffer.from(bytes.subarray(from, end)));
          from = end;
          return chunk;
        });
        expect(Buffer.concat(shifted)).toEqual(wanted);
        expect(shift.boundary()).toBe((1 + offset + bodies.length) & 0xff);
      }),
    );
  });

  it('knows no boundary inside a packet', () => {
    const shift = new SequenceShift(3);
    shift.apply(frameAll([Buffer.alloc(10)], 1).bytes.subarray(0, 7));
    expect(shift.boundary()).toBeNull();
  });
});
