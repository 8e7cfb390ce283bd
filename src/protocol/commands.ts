// Command numbers (first byte of a command's payload) and the bodies of the simple ones.
import { ByteReader, malformedPacket } from '../value/byte-reader.ts';
import { ByteWriter } from '../value/byte-writer.ts';

export const Command = {
  sleep: 0,
  quit: 1,
  initDb: 2,
  query: 3,
  fieldList: 4,
  createDb: 5,
  dropDb: 6,
  refresh: 7,
  shutdown: 8,
  statistics: 9,
  processInfo: 10,
  connect: 11,
  processKill: 12,
  debug: 13,
  ping: 14,
  time: 15,
  delayedInsert: 16,
  changeUser: 17,
  binlogDump: 18,
  tableDump: 19,
  connectOut: 20,
  registerSlave: 21,
  stmtPrepare: 22,
  stmtExecute: 23,
  stmtSendLongData: 24,
  stmtClose: 25,
  stmtReset: 26,
  setOption: 27,
  stmtFetch: 28,
  daemon: 29,
  binlogDumpGtid: 30,
  resetConnection: 31,
  /** MariaDB only. */
  stmtBulkExecute: 250,
} as const;

/** True for commands no server answers. */
export function isSilentCommand(command: number): boolean {
  return command === Command.quit || command === Command.stmtClose || command === Command.stmtSendLongData;
}

/** A command with a text body: COM_QUERY, COM_INIT_DB, COM_STMT_PREPARE. `text` is a binary string. */
export function encodeTextCommand(command: number, text: string): Buffer {
  const payload = Buffer.allocUnsafe(1 + text.length);
  payload[0] = command;
  payload.write(text, 1, 'latin1');
  return payload;
}

/** COM_STMT_CLOSE, COM_STMT_RESET: a statement id. */
export function encodeStatementCommand(command: number, statementId: number): Buffer {
  return new ByteWriter(5).u8(command).u32(statementId).finish();
}

/** Statement id of COM_STMT_EXECUTE, CLOSE, RESET, FETCH, SEND_LONG_DATA. Throws 1835 when it is missing. */
export function decodeStatementId(payload: Buffer): number {
  return new ByteReader(payload, 1).u32();
}

export interface FieldListCommand {
  /** Binary strings. */
  readonly table: string;
  readonly wildcard: string;
}

export function decodeFieldList(payload: Buffer): FieldListCommand {
  const reader = new ByteReader(payload, 1);
  const table = reader.nulOrRestBytes().toString('latin1');
  return { table, wildcard: reader.rest().toString('latin1') };
}

export interface LongDataCommand {
  readonly statementId: number;
  readonly paramIndex: number;
  /** A view on the payload: copy it to keep it. */
  readonly data: Buffer;
}

export function decodeLongData(payload: Buffer): LongDataCommand {
  const reader = new ByteReader(payload, 1);
  return { statementId: reader.u32(), paramIndex: reader.u16(), data: reader.rest() };
}

/** COM_SET_OPTION: true switches multi-statements on. Other options are malformed (MySQL: 1047). */
export function decodeSetOption(payload: Buffer): boolean {
  const option = new ByteReader(payload, 1).u16();
  if (option > 1) throw malformedPacket();
  return option === 0;
}

/** COM_PROCESS_KILL's connection id. */
export function decodeProcessKill(payload: Buffer): number {
  return new ByteReader(payload, 1).u32();
}
