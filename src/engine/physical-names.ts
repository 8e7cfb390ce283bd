// Clients see keyspaces: a shard's physical database name is replaced in errors and column metadata.
import { SqlError } from '../errors/sql-error.ts';
import type { Fragment } from '../plan/nodes.ts';
import { quoteIdentifier, sqlText } from '../text/quote.ts';
import type { ColumnDefinition } from '../value/column-definition.ts';
import { encodeTextRow, TextRow } from '../value/text-row.ts';
import type { Shard } from '../vindex/shard-map.ts';

/** The error with the shard's database called by its keyspace's name; the same object when nothing changes. */
export function renameError(error: SqlError, shard: Shard): SqlError {
  const message = renameInMessage(error.message, shard.database, shard.keyspace);
  return message === error.message ? error : new SqlError(error.errno, error.sqlState, message, error.id);
}

/** Names several tables between two quotes. */
const tableList = /^Unknown (?:table '|VIEW: ')/;
/** Quotes a value of the client's: up to its end nothing is a name. */
const quotesValue = /^(?:Duplicate entry|Truncated incorrect [\w ]+ value:|Incorrect [\w ]+ value:) '/;
/** What stands in front of the name of a routine, which has no quotes. */
const beforeRoutine = /^(?:Incorrect number of arguments for )?(?:FUNCTION|PROCEDURE) $/;

/** The error with the columns of a fragment's table called what the client's statement calls them. */
export function renameFragmentColumns(error: SqlError, fragments: readonly Fragment[]): SqlError {
  const message = clientNames(error.message, fragments);
  return message === error.message ? error : new SqlError(error.errno, error.sqlState, message, error.id);
}

/** A server's message about a finish, with the client's names: expressions are told by alias, stored columns by table. */
export function clientNames(told: string, fragments: readonly Fragment[]): string {
  if (!told.includes('sg_')) return told;
  let message = told;
  // Under ANSI_QUOTES servers quote names by the other sign.
  for (const quote of [quoteIdentifier, ansiQuoted]) {
    for (const { id, copies, columns } of fragments) {
      for (const { name, origin } of columns) {
        if (origin === null) continue;
        const [held, column] = [quote(name), quote(origin.column)];
        message = message.replaceAll(
          `${quote('sg_fragment')}.${held}`,
          () => `${quote(origin.alias)}.${column}`,
        );
        for (let copy = 0; copy < copies; copy++) {
          const stored = `${quote(`_sg_${id}_${copy}`)}.${held}`;
          message = message.replaceAll(stored, () => `${quote(origin.table)}.${column}`);
        }
      }
    }
  }
  return message;
}

function ansiQuoted(name: string): string {
  return `"${sqlText(name).replaceAll('"', '""')}"`;
}

/** Definitions as the client may see them. */
export function renameColumns(
  columns: readonly ColumnDefinition[],
  shard: Shard,
): readonly ColumnDefinition[] {
  if (shard.database === shard.keyspace) return columns;
  return columns.map((column) => {
    const schema = column.schema === shard.database ? shard.keyspace : column.schema;
    return { ...column, schema, name: renameHeader(column.name, shard) };
  });
}

/** SHOW TABLES heads its column with the database's name. */
function renameHeader(name: string, { database, keyspace }: Shard): string {
  const head = `Tables_in_${database}`;
  const isHeader = name === head || name.startsWith(`${head} (`);
  return isHeader ? `Tables_in_${keyspace}${name.slice(head.length)}` : name;
}

/** Rows (text format) of administration statements, which name tables as `db.table`. */
export function renameCells(columnCount: number, { database, keyspace }: Shard): (row: Buffer) => Buffer {
  if (database === keyspace) return (row) => row;
  const view = new TextRow(columnCount);
  const name = Buffer.from(database, 'utf8');
  const prefix = Buffer.from(`${database}.`, 'utf8');
  return (row) => {
    view.load(row);
    const cells: (Buffer | null)[] = [];
    for (let column = 0; column < columnCount; column++) {
      const cell = view.slice(column);
      const named = cell !== null && (cell.equals(name) || cell.subarray(0, prefix.length).equals(prefix));
      cells.push(named ? Buffer.concat([Buffer.from(keyspace, 'utf8'), cell.subarray(name.length)]) : cell);
    }
    return encodeTextRow(cells);
  };
}

/**
 * Servers word names as `db`.`table` ("db"."table" under ANSI_QUOTES), 'db.table', 'db' or 'db'.'table': the name counts only where a quote opens it and a
 * quote or point ends it, so that data quoted by a message ("Duplicate entry 'shop_0x'") stays as it is. Routines stand
 * without quotes at a message's start (FUNCTION db.f does not exist), unknown tables in one list ('db.t,db.u').
 */
export function renameInMessage(message: string, database: string, keyspace: string): string {
  if (database === keyspace || database.length === 0) return message;
  let text = '';
  let from = 0;
  const names = quotesValue.test(message) ? valueEnd(message) : 0;
  for (let at = message.indexOf(database, names); at >= 0; at = message.indexOf(database, at + 1)) {
    if (at < from) continue;
    const before = message[at - 1];
    const after = message[at + database.length];
    const listed = before === ',' && after === '.' && tableList.test(message);
    const isAnsi = before === '"' && message.startsWith('".', at + database.length);
    const opened = before === "'" || before === '`' || isAnsi || listed;
    const isRoutine = after === '.' && beforeRoutine.test(message.slice(0, at));
    if (!isRoutine && (!opened || !(after === before || after === '.'))) continue;
    text += message.slice(from, at) + keyspace;
    from = at + database.length;
  }
  return from === 0 ? message : text + message.slice(from);
}

/** Where the value that a message quotes ends; a value that looks like what may follow it ends before that. */
function valueEnd(message: string): number {
  const behind = message.lastIndexOf("' for ");
  return behind < 0 ? message.length : behind;
}
