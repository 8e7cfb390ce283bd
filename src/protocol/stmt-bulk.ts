// COM_STMT_BULK_EXECUTE (MariaDB): one prepared statement with many rows of parameters.
import { SqlError } from '../errors/sql-error.ts';
import type { BindValue } from '../value/bind-value.ts';
import { ByteReader } from '../value/byte-reader.ts';
import { wrongArguments } from './stmt-execute.ts';
import { decodeParam, nullBind } from './stmt-param.ts';

/** A cell: a value, or the word that stands for the column's default or for leaving it as it is. */
export type BulkCell = BindValue | 'default' | 'ignore';

export interface BulkExecute {
  readonly statementId: number;
  /** Two bytes per parameter, as sent now or remembered. */
  readonly types: Buffer;
  readonly rows: readonly (readonly BulkCell[])[];
}

export interface BulkContext {
  readonly paramCount: number;
  /** Types of an earlier execution; null on the first. */
  readonly types: Buffer | null;
  readonly noBackslashEscapes: boolean;
}

const sendTypes = 0x80;
const indicator = { none: 0, null: 1, default: 2, ignore: 3 } as const;

/** The statement's id alone. */
export function bulkStatementId(payload: Buffer): number {
  return new ByteReader(payload, 1).u32();
}

/** Throws SqlError 1210 for types never sent or no parameters at all, 1835 for malformed packets, 1235 for rows to be left out. */
export function decodeBulk(payload: Buffer, context: BulkContext): BulkExecute {
  const { paramCount, noBackslashEscapes } = context;
  const reader = new ByteReader(payload, 1);
  const statementId = reader.u32();
  const flags = reader.u16();
  const types = (flags & sendTypes) !== 0 ? reader.slice(2 * paramCount) : context.types;
  if (types === null || paramCount === 0) throw wrongArguments();
  const cell = (param: number): BulkCell => {
    switch (reader.u8()) {
      case indicator.none: {
        const unsigned = ((types[2 * param + 1] ?? 0) & 0x80) !== 0;
        return decodeParam(reader, types[2 * param] ?? 0, unsigned, noBackslashEscapes);
      }
      case indicator.null:
        return nullBind;
      case indicator.default:
        return 'default';
      case indicator.ignore:
        return 'ignore';
      default:
        throw new SqlError(
          1235,
          '42000',
          'rows marked to be left out are not supported in COM_STMT_BULK_EXECUTE',
        );
    }
  };
  const rows: BulkCell[][] = [];
  while (reader.left > 0) rows.push(Array.from({ length: paramCount }, (_, param) => cell(param)));
  return { statementId, types, rows };
}
