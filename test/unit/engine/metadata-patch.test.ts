import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PacketSplitter } from '../../../src/engine/merge/packet-splitter.ts';
import { MetadataPatch } from '../../../src/engine/relay/metadata-patch.ts';
import { decodeColumnDefinition, encodeColumnDefinition } from '../../../src/value/column-codec.ts';
import type { ColumnDefinition } from '../../../src/value/column-definition.ts';
import { encodeTextRow } from '../../../src/value/text-row.ts';

const plain: ColumnDefinition = {
  schema: 'shop_0',
  table: 'u',
  orgTable: 'users',
  name: 'id',
  orgName: 'id',
  collation: 63,
  length: 20,
  type: 8,
  flags: 0,
  decimals: 0,
};

function packet(payload: Buffer, sequence: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence & 0xff;
  return Buffer.concat([header, payload]);
}

function response(schemas: readonly string[], rows: readonly string[]): Buffer {
  const payloads = [
    Buffer.from([schemas.length]),
    ...schemas.map((schema) => encodeColumnDefinition({ ...plain, schema })),
    Buffer.from([0xfe, 0, 0, 2, 0]),
    ...rows.map((row) => encodeTextRow(schemas.map(() => Buffer.from(row)))),
  ];
  return Buffer.concat(payloads.map((payload, i) => packet(payload, i + 1)));
}

function payloadsOf(bytes: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  new PacketSplitter((payload) => payloads.push(payload)).push(bytes);
  return payloads;
}

/** What goes out when the bytes come in the given pieces. */
function relay(bytes: Buffer, cuts: readonly number[]): Buffer {
  const patch = new MetadataPatch({ database: Buffer.from('shop_0'), keyspace: Buffer.from('shop') });
  const out: Buffer[] = [];
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  places.forEach((to, i) => {
    const last = i === places.length - 1;
    const piece = bytes.subarray(from, to);
    if (piece.length > 0 || last) {
      const pushed = patch.done ? piece : patch.push(piece, last);
      if (pushed !== null) out.push(pushed);
    }
    from = to;
  });
  return Buffer.concat(out);
}

describe('MetadataPatch', () => {
  test('renames the schema of definitions and nothing else, however the bytes are split', () => {
    const schema = fc.constantFrom('shop_0', '', 'information_schema', 'shop_1');
    fc.assert(
      fc.property(
        fc.array(schema, { minLength: 1, maxLength: 5 }),
        fc.array(fc.constantFrom('x', 'shop_0', 'y'.repeat(300)), { maxLength: 4 }),
        fc.array(fc.nat(3000), { maxLength: 6 }),
        (schemas, rows, cuts) => {
          const renamed = schemas.map((name) => (name === 'shop_0' ? 'shop' : name));
          expect(relay(response(schemas, rows), cuts).equals(response(renamed, rows))).toBe(true);
        },
      ),
    );
  });

  test('OK and error responses pass as they are', () => {
    for (const first of [0x00, 0xff]) {
      const bytes = packet(Buffer.from([first, 1, 2, 3, 4, 5, 6]), 1);
      expect(relay(bytes, [2]).equals(bytes)).toBe(true);
    }
  });

  test('sequence numbers stay', () => {
    const out = relay(response(['shop_0', 'shop_0'], []), []);
    const [, first] = payloadsOf(out);
    expect(decodeColumnDefinition(first ?? Buffer.alloc(0)).schema).toBe('shop');
    expect([out[3], out[3 + 5]]).toEqual([1, 2]);
  });
});

describe('PacketSplitter', () => {
  test('gives the same payloads however the bytes are split, large ones joined', () => {
    const large = Buffer.alloc(0xffffff + 10, 7);
    const bytes = Buffer.concat([
      packet(Buffer.from('a'), 0),
      packet(large.subarray(0, 0xffffff), 1),
      packet(large.subarray(0xffffff), 2),
      packet(Buffer.alloc(0), 3),
    ]);
    for (const step of [bytes.length, 1 << 16, 999_983]) {
      const payloads: Buffer[] = [];
      const splitter = new PacketSplitter((payload) => payloads.push(payload));
      for (let at = 0; at < bytes.length; at += step) splitter.push(bytes.subarray(at, at + step));
      expect(payloads.map((payload) => payload.length)).toEqual([1, large.length, 0]);
    }
  });
});
