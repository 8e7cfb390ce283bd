// Small commands a session sends to a backend for itself: BEGIN, COMMIT, SAVEPOINT, SET probes.
import type { BackendConnection, ResponseReceiver, Terminal } from '../../backend/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';

const comQuery = 0x03;

/** COM_QUERY body for SqlText. */
export function queryPayload(sql: string): Buffer {
  const payload = Buffer.allocUnsafe(sql.length + 1);
  payload[0] = comQuery;
  payload.write(sql, 1, 'latin1');
  return payload;
}

/** Sends a statement whose answer is OK or an error, and hands the terminal to `done` without a promise. */
export function sendStatement(
  connection: BackendConnection,
  sql: string,
  done: (terminal: Terminal | null, lost: SqlError | null) => void,
): void {
  const receiver: ResponseReceiver = {
    data: () => true,
    end: (_chunk, _at, terminal) => done(terminal, null),
    lost: (error) => done(null, error),
  };
  connection.send(queryPayload(sql), receiver);
}

/** The same as a promise: resolves with the terminal of an OK, rejects with the server's error or the loss. */
export function runStatement(connection: BackendConnection, sql: string): Promise<Terminal> {
  return new Promise((resolve, reject) => {
    sendStatement(connection, sql, (terminal, lost) => {
      if (terminal === null)
        reject(lost ?? new SqlError(1105, '08S01', 'Lost connection to server during query'));
      else if (terminal.error !== null) reject(terminal.error);
      else resolve(terminal);
    });
  });
}

/** Bytes of a whole response, for the few answers a session reads itself. */
export function collectResponse(connection: BackendConnection, payload: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    connection.send(payload, {
      data(chunk) {
        chunks.push(chunk);
        return true;
      },
      end(chunk, _at, terminal) {
        if (terminal.error !== null) reject(terminal.error);
        else resolve(Buffer.concat([...chunks, chunk]));
      },
      lost: reject,
    });
  });
}
