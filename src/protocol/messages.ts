// The packets servers answer with: OK, ERR, EOF, column count, prepare OK. Payloads only, no packet headers.
import { SqlError } from '../errors/sql-error.ts';
import { ByteReader } from '../value/byte-reader.ts';
import { ByteWriter } from '../value/byte-writer.ts';
import { ServerStatus } from './capabilities.ts';

export interface OkMessage {
  readonly affectedRows: bigint;
  readonly lastInsertId: bigint;
  /** `ServerStatus` bits. */
  readonly status: number;
  readonly warnings: number;
  readonly info: string;
  /** For clients with SESSION_TRACK. */
  readonly changes?: readonly StateChange[];
}

/** What a statement changed in the session, for drivers that keep up with it. */
export type StateChange =
  | { readonly kind: 'schema'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string; readonly value: string };

export interface EofMessage {
  readonly warnings: number;
  readonly status: number;
}

export interface PrepareOkMessage {
  readonly statementId: number;
  readonly columnCount: number;
  readonly paramCount: number;
  readonly warnings: number;
}

/** OK. Servers length-encode the info text with and without SESSION_TRACK, whatever the manual says. */
export function encodeOk(message: OkMessage): Buffer {
  const writer = new ByteWriter(32)
    .u8(0)
    .lenencBig(message.affectedRows)
    .lenencBig(message.lastInsertId)
    .u16(message.changes === undefined ? message.status : message.status | ServerStatus.sessionStateChanged)
    .u16(Math.min(message.warnings, 0xffff));
  if (message.changes !== undefined) {
    return writer.lenencText(message.info).lenencBytes(encodeChanges(message.changes)).finish();
  }
  return (message.info === '' ? writer : writer.lenencText(message.info)).finish();
}

const variableChange = 0;
const schemaChange = 1;

function encodeChanges(changes: readonly StateChange[]): Buffer {
  const block = new ByteWriter(64);
  for (const change of changes) {
    const data = new ByteWriter(32).lenencText(change.name);
    if (change.kind === 'variable') data.lenencText(change.value);
    block.u8(change.kind === 'variable' ? variableChange : schemaChange).lenencBytes(data.finish());
  }
  return block.finish();
}

/** Throws 1835 when malformed. The first byte is not checked. */
export function decodeOk(payload: Buffer): OkMessage {
  const reader = new ByteReader(payload, 1);
  const affectedRows = reader.lenencBig();
  const lastInsertId = reader.lenencBig();
  const status = reader.u16();
  const warnings = reader.u16();
  return { affectedRows, lastInsertId, status, warnings, info: infoText(reader) };
}

// A text that is not length-encoded after all is taken as it is.
function infoText(reader: ByteReader): string {
  const text = reader.rest();
  if (text.length === 0) return '';
  const first = text[0] ?? 0;
  if (first < 0xfb && first <= text.length - 1) return text.toString('utf8', 1, 1 + first);
  if (first === 0xfc && text.length >= 3) return text.toString('utf8', 3, 3 + text.readUInt16LE(1));
  return text.toString('utf8');
}

export function encodeEof(message: EofMessage): Buffer {
  return new ByteWriter(5).u8(0xfe).u16(Math.min(message.warnings, 0xffff)).u16(message.status).finish();
}

/** Throws 1835 when malformed. */
export function decodeEof(payload: Buffer): EofMessage {
  const reader = new ByteReader(payload, 1);
  return { warnings: reader.u16(), status: reader.u16() };
}

export function encodeError(error: SqlError): Buffer {
  return new ByteWriter(16 + error.message.length)
    .u8(0xff)
    .u16(error.errno)
    .text('#')
    .text(error.sqlState.padEnd(5, '0').slice(0, 5))
    .text(error.message)
    .finish();
}

/** A server's error, SQLSTATE HY000 when it sent none. Throws 1835 when malformed. */
export function decodeError(payload: Buffer): SqlError {
  const reader = new ByteReader(payload, 1);
  const errno = reader.u16();
  const hasState = reader.left >= 6 && payload[reader.at] === 0x23;
  const sqlState = hasState ? reader.slice(6).toString('latin1', 1) : 'HY000';
  return new SqlError(errno, sqlState, reader.rest().toString('utf8'));
}

export function encodeColumnCount(count: number): Buffer {
  return new ByteWriter(9).lenenc(count).finish();
}

/** Answer to COM_STMT_PREPARE; parameter and column definitions follow it, each list ended by EOF when not empty. */
export function encodePrepareOk(message: PrepareOkMessage): Buffer {
  return new ByteWriter(12)
    .u8(0)
    .u32(message.statementId)
    .u16(message.columnCount)
    .u16(message.paramCount)
    .u8(0)
    .u16(Math.min(message.warnings, 0xffff))
    .finish();
}

/** Throws 1835 when malformed. */
export function decodePrepareOk(payload: Buffer): PrepareOkMessage {
  const reader = new ByteReader(payload, 1);
  const statementId = reader.u32();
  const columnCount = reader.u16();
  const paramCount = reader.u16();
  reader.u8();
  return { statementId, columnCount, paramCount, warnings: reader.left >= 2 ? reader.u16() : 0 };
}
