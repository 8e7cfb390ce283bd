// The backend's own few questions to a server: one text result set, a handful of rows, read into strings.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { Command, encodeTextCommand } from '../../protocol/commands.ts';
import { PacketFramer } from '../../protocol/packet-framing.ts';
import { TextRow } from '../../value/text-row.ts';
import type { BackendConnection, ResponseReceiver, Terminal } from '../contract.ts';

/** Cells as binary strings; null is NULL. */
export type SmallRows = readonly (readonly (string | null)[])[];

const answerBytesMax = 1024 * 1024;

/** Gathers one response; `done` gets the rows (none for OK) or the error. */
export class SmallAnswer implements ResponseReceiver {
  readonly #chunks: Buffer[] = [];
  readonly #done: (result: SmallRows | SqlError) => void;

  constructor(done: (result: SmallRows | SqlError) => void) {
    this.#done = done;
  }

  data(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    return true;
  }

  end(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    if (terminal.error !== null) {
      this.#done(terminal.error);
      return;
    }
    this.#chunks.push(chunk.subarray(0, terminalAt));
    this.#done(readRows(Buffer.concat(this.#chunks)));
  }

  lost(error: SqlError): void {
    this.#done(error);
  }
}

/** Rejects with the server's error, or SG4004 when the connection breaks. `sql` is SqlText. */
export function smallQuery(connection: BackendConnection, sql: string): Promise<SmallRows> {
  return smallCommand(connection, encodeTextCommand(Command.query, sql));
}

/** Same for any command with one response. */
export function smallCommand(connection: BackendConnection, payload: Buffer): Promise<SmallRows> {
  return new Promise((resolve, reject) => {
    connection.send(
      payload,
      new SmallAnswer((result) => (result instanceof SqlError ? reject(result) : resolve(result))),
    );
  });
}

/** The command's outcome within `timeoutMs`; a connection that takes longer is destroyed. Rejects like `smallQuery`. */
export async function withDeadline<T>(
  connection: BackendConnection,
  timeoutMs: number,
  answer: Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => connection.destroy(), timeoutMs);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}

function readRows(bytes: Buffer): SmallRows | SqlError {
  try {
    const payloads = readPayloads(bytes);
    const columnCount = payloads[0]?.[0] ?? 0;
    const row = new TextRow(columnCount);
    // Count, definitions, their end, then the rows.
    return payloads.slice(columnCount + 2).map((payload) => {
      row.load(payload);
      return Array.from({ length: columnCount }, (_, column) => row.text(column));
    });
  } catch (error) {
    if (error instanceof SqlError) return error;
    return shardgateError('SG1001', { detail: String(error) });
  }
}

function readPayloads(bytes: Buffer): Buffer[] {
  const framer = new PacketFramer(answerBytesMax);
  const payloads: Buffer[] = [];
  framer.push(bytes);
  for (;;) {
    framer.expect(payloads.length + 1);
    const packet = framer.take();
    if (packet === null) return payloads;
    payloads.push(packet.payload);
  }
}
