// Answers the engine reads for itself, whole: lookups, keys of rows to write. Cells as the server prints them.
import type { BackendConnection } from '../backend/contract.ts';
import type { ColumnDefinition } from '../value/column-definition.ts';
import { TextRow } from '../value/text-row.ts';
import { queryPayload } from './command-payload.ts';
import { RowStream } from './merge/row-stream.ts';

export interface SmallRows {
  readonly columns: readonly ColumnDefinition[];
  /** Cells as binary strings; null for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Rejects with the server's error. The memory held grows with the answer. */
export async function readRows(connection: BackendConnection, sql: string): Promise<SmallRows> {
  const stream = new RowStream(connection);
  connection.send(queryPayload(sql), stream);
  const columns = await stream.columns();
  const rows: (readonly (string | null)[])[] = [];
  const row = new TextRow(columns.length);
  for (let batch = await stream.next(); batch !== null; batch = await stream.next()) {
    for (const payload of batch) {
      row.load(payload);
      rows.push(columns.map((_column, index) => row.text(index)));
    }
  }
  return { columns, rows };
}
