// COM_STMT_EXECUTE: parameter values by their types, and the same command for another statement handle.
import { SqlError } from '../errors/sql-error.ts';
import type { BindValue } from '../value/bind-value.ts';
import { ByteReader, malformedPacket } from '../value/byte-reader.ts';
import { ByteWriter } from '../value/byte-writer.ts';
import { Command } from './commands.ts';
import { decodeParam, nullBind, textBind, withMicroseconds } from './stmt-param.ts';

export interface ExecuteCommand {
  readonly statementId: number;
  /** Cursor flags of the client. */
  readonly flags: number;
  /** Two bytes per parameter (type, 0x80 = unsigned), as sent now or remembered; a view unless remembered. */
  readonly types: Buffer;
  /** True when the client sent the types with this command. */
  readonly sentTypes: boolean;
  readonly params: readonly BindValue[];
}

export interface ExecuteContext {
  readonly paramCount: number;
  /** Types of an earlier execution; null on the first. */
  readonly types: Buffer | null;
  /** Data of COM_STMT_SEND_LONG_DATA by parameter. */
  readonly longData: ReadonlyMap<number, Buffer> | null;
  /** The session's sql_mode has NO_BACKSLASH_ESCAPES: decides how strings are spelled. */
  readonly noBackslashEscapes: boolean;
  /** The servers are MySQL, to which every DATETIME and TIME parameter has six digits of a second. */
  readonly microseconds?: boolean;
}

/** ER_WRONG_ARGUMENTS. */
export function wrongArguments(): SqlError {
  return new SqlError(1210, 'HY000', 'Incorrect arguments to mysqld_stmt_execute');
}

const noTypes = Buffer.alloc(0);

interface Head {
  readonly statementId: number;
  readonly flags: number;
  /** Offset of the null bitmap. */
  readonly bitmapAt: number;
  readonly sentTypes: boolean;
  readonly types: Buffer;
  /** Behind the types. */
  readonly valuesAt: number;
}

function readHead(payload: Buffer, paramCount: number, remembered: Buffer | null): Head {
  const reader = new ByteReader(payload, 1);
  const statementId = reader.u32();
  const flags = reader.u8();
  reader.u32(); // iterations, always 1
  const bitmapAt = reader.at;
  if (paramCount === 0) {
    // MariaDB's Node driver sends the new-params flag all the same; servers read no further either.
    return { statementId, flags, bitmapAt, sentTypes: false, types: noTypes, valuesAt: payload.length };
  }
  reader.take((paramCount + 7) >> 3);
  const sentTypes = reader.u8() !== 0;
  const types = sentTypes ? reader.slice(2 * paramCount) : remembered;
  if (types === null || types.length !== 2 * paramCount) throw wrongArguments();
  return { statementId, flags, bitmapAt, sentTypes, types, valuesAt: reader.at };
}

/** Throws SqlError 1210 for types never sent or values no literal can spell, 1835 for malformed packets. */
export function decodeExecute(payload: Buffer, context: ExecuteContext): ExecuteCommand {
  const { paramCount, longData, noBackslashEscapes } = context;
  const head = readHead(payload, paramCount, context.types);
  const reader = new ByteReader(payload, head.valuesAt);
  const params: BindValue[] = [];
  for (let param = 0; param < paramCount; param += 1) {
    const type = head.types[2 * param] ?? 0;
    const long = longData?.get(param);
    if (long !== undefined) {
      params.push(textBind(long, type, noBackslashEscapes));
    } else if (((payload[head.bitmapAt + (param >> 3)] ?? 0) & (1 << (param & 7))) !== 0) {
      params.push(nullBind);
    } else {
      const unsigned = ((head.types[2 * param + 1] ?? 0) & 0x80) !== 0;
      const value = decodeParam(reader, type, unsigned, noBackslashEscapes);
      params.push(context.microseconds === true ? withMicroseconds(value) : value);
    }
  }
  if (reader.left !== 0) throw malformedPacket();
  const { statementId, flags, types, sentTypes } = head;
  return { statementId, flags, types, sentTypes, params };
}

/** Statement id and cursor flags alone, without looking at values. */
export function decodeExecuteHead(payload: Buffer): { readonly statementId: number; readonly flags: number } {
  const reader = new ByteReader(payload, 1);
  return { statementId: reader.u32(), flags: reader.u8() };
}

/**
 * The same execution for another statement handle: id replaced, cursor flags cleared (rows come at once) and the
 * parameter types put in when the client left them out, because a handle that never saw them answers 1210.
 */
export function rebindExecute(
  payload: Buffer,
  statementId: number,
  paramCount: number,
  remembered: Buffer | null,
): Buffer {
  const head = readHead(payload, paramCount, remembered);
  const writer = new ByteWriter(payload.length + head.types.length)
    .u8(Command.stmtExecute)
    .u32(statementId)
    .u8(0)
    .u32(1);
  if (paramCount > 0) {
    writer.bytes(payload.subarray(head.bitmapAt, head.bitmapAt + ((paramCount + 7) >> 3)));
    writer.u8(1).bytes(head.types);
  }
  return writer.bytes(payload.subarray(head.valuesAt)).finish();
}

/**
 * The same values for a statement whose n-th parameter is the client's parameter `order[n]`; one may occur several times, or
 * never. Throws like `decodeExecute`.
 */
export function reorderExecute(
  payload: Buffer,
  statementId: number,
  order: readonly number[],
  context: Pick<ExecuteContext, 'paramCount' | 'types'>,
): Buffer {
  const head = readHead(payload, context.paramCount, context.types);
  const values = valuesOf(payload, head, context.paramCount);
  const writer = new ByteWriter(payload.length + head.types.length)
    .u8(Command.stmtExecute)
    .u32(statementId)
    .u8(0)
    .u32(1);
  const bitmapAt = 10;
  writer.zeros((order.length + 7) >> 3);
  order.forEach((param, at) => {
    if (values[param] === null) writer.setBit(bitmapAt + (at >> 3), at & 7);
  });
  writer.u8(1);
  for (const param of order) writer.bytes(head.types.subarray(2 * param, 2 * param + 2));
  for (const param of order) writer.bytes(values[param] ?? noTypes);
  return writer.finish();
}

/** The bytes of each value; null for NULL. */
function valuesOf(payload: Buffer, head: Head, paramCount: number): (Buffer | null)[] {
  const reader = new ByteReader(payload, head.valuesAt);
  return Array.from({ length: paramCount }, (_, param) => {
    if (((payload[head.bitmapAt + (param >> 3)] ?? 0) & (1 << (param & 7))) !== 0) return null;
    const unsigned = ((head.types[2 * param + 1] ?? 0) & 0x80) !== 0;
    const start = reader.at;
    decodeParam(reader, head.types[2 * param] ?? 0, unsigned, false);
    return payload.subarray(start, reader.at);
  });
}

/** An execution without parameters. */
export function encodeExecute(statementId: number): Buffer {
  return new ByteWriter(10).u8(Command.stmtExecute).u32(statementId).u8(0).u32(1).finish();
}
