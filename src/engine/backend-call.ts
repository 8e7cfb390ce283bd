// One command on one connection as a promise: for the statements the engine sends for itself.
import type { BackendConnection, Terminal } from '../backend/contract.ts';
import { ByteReader } from '../value/byte-reader.ts';
import { decodeColumnDefinition } from '../value/column-codec.ts';
import type { ColumnDefinition } from '../value/column-definition.ts';
import { closeStatementPayload, preparePayload, queryPayload } from './command-payload.ts';
import { PacketSplitter } from './merge/packet-splitter.ts';

interface Answer {
  readonly payloads: readonly Buffer[];
  readonly terminal: Terminal;
}

/** The whole response; rejects with the server's error or the loss. Only for small answers. */
function call(connection: BackendConnection, payload: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const payloads: Buffer[] = [];
    const splitter = new PacketSplitter((packet) => payloads.push(packet));
    connection.send(payload, {
      data(chunk) {
        splitter.push(chunk);
        return true;
      },
      end(chunk, _terminalAt, terminal) {
        splitter.push(chunk);
        if (terminal.error !== null) reject(terminal.error);
        else resolve({ payloads, terminal });
      },
      lost: reject,
    });
  });
}

/** Runs a statement that returns no rows (rows would be thrown away). */
export async function runStatement(connection: BackendConnection, sql: string): Promise<Terminal> {
  const { terminal } = await call(connection, queryPayload(sql));
  return terminal;
}

export interface PreparedStatement {
  readonly id: number;
  readonly columns: readonly ColumnDefinition[];
}

/** Prepares a statement; the caller closes it with `closeStatement`. */
export async function prepareStatement(
  connection: BackendConnection,
  sql: string,
): Promise<PreparedStatement> {
  const { payloads } = await call(connection, preparePayload(sql));
  const head = new ByteReader(payloads[0] ?? Buffer.alloc(0));
  head.take(1);
  const id = head.u32();
  const columnCount = head.u16();
  const paramCount = head.u16();
  const first = 1 + (paramCount > 0 ? paramCount + 1 : 0);
  const columns = payloads
    .slice(first, first + columnCount)
    .map((payload) => decodeColumnDefinition(payload));
  return { id, columns };
}

/** Executes a prepared statement that answers no rows, and closes it. `payload`: its COM_STMT_EXECUTE. */
export async function runPrepared(
  connection: BackendConnection,
  { id, payload }: { readonly id: number; readonly payload: Buffer },
): Promise<Terminal> {
  const answer = call(connection, payload);
  closeStatement(connection, id);
  return (await answer).terminal;
}

export function closeStatement(connection: BackendConnection, statementId: number): void {
  if (connection.alive) connection.sendSilent(closeStatementPayload(statementId));
}
