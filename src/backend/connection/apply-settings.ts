// Brings a connection to a session's settings: one SET in front of the session's first command, in the same write.
import { SqlError } from '../../errors/sql-error.ts';
import { Command, encodeTextCommand } from '../../protocol/commands.ts';
import type { SessionSettings } from '../contract.ts';
import type { SocketConnection } from './connection.ts';
import { type SettingsChange, settingExpression } from './settings.ts';
import { SmallAnswer, smallQuery } from './small-query.ts';

/** Statements remembered as accepted; when more differ, all are forgotten. */
const provenMax = 4096;

/**
 * SET statements one server has accepted. Only such a statement goes out pipelined: the command behind it would run even
 * when the SET failed, under settings the session did not ask for.
 */
export class ProvenSettings {
  readonly #proven = new Set<string>();

  has(setSql: string): boolean {
    return this.#proven.has(setSql);
  }

  add(setSql: string): void {
    if (this.#proven.size >= provenMax) this.#proven.clear();
    this.#proven.add(setSql);
  }
}

/**
 * Queues what makes the difference, without waiting. False when that is not safe yet: use `applySettings`.
 * Should a proven SET fail after all, every answer on this connection becomes that error and it is retired.
 */
export function pipelineSettings(
  connection: SocketConnection,
  target: SessionSettings,
  proven: ProvenSettings,
): boolean {
  const change = connection.settings.change(target);
  if (change.setSql !== null) {
    if (!proven.has(change.setSql)) return false;
    if (change.recordSql !== null) sendRecord(connection, change, change.recordSql);
    connection.send(
      encodeTextCommand(Command.query, change.setSql),
      new SmallAnswer((result) => {
        if (result instanceof SqlError) connection.poison(result);
      }),
    );
  }
  connection.settings.applied(target);
  return true;
}

/** Waits until the server has accepted the settings. Rejects with its error; the connection is then as it was. */
export async function applySettings(
  connection: SocketConnection,
  target: SessionSettings,
  proven: ProvenSettings,
): Promise<void> {
  const change = connection.settings.change(target);
  if (change.setSql !== null) {
    if (change.recordSql !== null) sendRecord(connection, change, change.recordSql);
    await smallQuery(connection, change.setSql);
    proven.add(change.setSql);
  }
  connection.settings.applied(target);
}

function sendRecord(connection: SocketConnection, change: SettingsChange, recordSql: string): void {
  connection.send(
    encodeTextCommand(Command.query, recordSql),
    new SmallAnswer((result) => {
      // A variable that cannot be read goes back to its default instead.
      const row = result instanceof SqlError ? undefined : result[0];
      change.record.forEach((name, column) => {
        connection.settings.recorded(name, row === undefined ? null : settingExpression(row[column] ?? null));
      });
    }),
  );
}
