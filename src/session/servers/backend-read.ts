// Reads a small result whole: for the few answers a session needs itself (SHOW, SET probes, warnings).
import type { BackendConnection } from '../../backend/contract.ts';
import { PacketFramer } from '../../protocol/packet-framing.ts';
import { ByteReader } from '../../value/byte-reader.ts';
import { decodeColumnDefinition } from '../../value/column-codec.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { TextRow } from '../../value/text-row.ts';
import { collectResponse, queryPayload } from './backend-command.ts';

/** Cells are binary strings (one char = one byte), null for NULL. */
export interface SmallResult {
  readonly columns: readonly ColumnDefinition[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const resultBytesMax = 64 * 1024 * 1024;

/** Payloads of the packets of a response, in order. */
export function packetsOf(response: Buffer): Buffer[] {
  const framer = new PacketFramer(resultBytesMax);
  framer.push(response);
  framer.expect(response[3] ?? 1);
  const payloads: Buffer[] = [];
  for (let frame = framer.take(); frame !== null; frame = framer.take()) {
    payloads.push(frame.payload);
    framer.expect(frame.lastSequence + 1);
  }
  return payloads;
}

/** First result set of a text response; no columns when it was an OK. */
export function decodeResult(response: Buffer): SmallResult {
  const packets = packetsOf(response);
  const first = packets[0];
  if (first === undefined || first[0] === 0) return { columns: [], rows: [] };
  const count = new ByteReader(first).lenenc();
  const columns = packets.slice(1, 1 + count).map((payload) => decodeColumnDefinition(payload));
  const row = new TextRow(count);
  const rows: (string | null)[][] = [];
  for (const payload of packets.slice(2 + count)) {
    if (payload[0] === 0xfe && payload.length < 9) break;
    row.load(payload);
    rows.push(columns.map((_column, index) => row.text(index)));
  }
  return { columns, rows };
}

/** Runs SqlText and reads its first result set. Rejects with the server's error. */
export async function readResult(connection: BackendConnection, sql: string): Promise<SmallResult> {
  return decodeResult(await collectResponse(connection, queryPayload(sql)));
}
