// UUIDs of version 7: 48 bits of time in milliseconds, then 74 random ones, so that new rows are near each other in an index.
import { randomFillSync } from 'node:crypto';
import { hexLiteral } from '../../text/quote.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';

let lastMs = 0;
/** The first random bits count up within a millisecond, so that UUIDs of one process ascend. */
let counter = 0;

/** As a literal for the column: 16 bytes for a binary one, else the usual text. */
export function newUuid(column: RoutingColumn): string {
  const bytes = uuidBytes(Date.now());
  if (column.family === 'binary') return hexLiteral(bytes);
  const hex = bytes.toString('hex');
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `'${groups.join('-')}'`;
}

function uuidBytes(nowMs: number): Buffer {
  const bytes = randomFillSync(Buffer.allocUnsafe(16));
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = bytes.readUInt16BE(6) & 0x7ff;
  } else {
    counter += 1;
    if (counter > 0xfff) {
      // The clock is borrowed from: the next millisecond is not far.
      lastMs += 1;
      counter = 0;
    }
  }
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes;
}
