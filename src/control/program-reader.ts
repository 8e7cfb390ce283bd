// Reads what one shard's server runs on its own: triggers and scheduled events. Servers show them to those who may make them.
import type { ScheduledEvent, StoredPrograms, Trigger, TriggerEvent } from '../vschema/model.ts';
import { isOwnTable } from '../vschema/own-tables.ts';
import { renameInBody } from '../vschema/program-names.ts';
import type { ControlConnection, ControlRows } from './control-connection.ts';
import { type DatabaseNames, sqlTextOf } from './view-text.ts';

const readTimeoutMs = 10_000;

const triggersSql = `SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT, SQL_MODE
  FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? ORDER BY EVENT_OBJECT_TABLE, TRIGGER_NAME`;

const eventsSql = `SELECT EVENT_NAME, EVENT_DEFINITION, SQL_MODE FROM information_schema.EVENTS
  WHERE EVENT_SCHEMA = ? ORDER BY EVENT_NAME`;

/** `names`: what databases on this server are called; see `Trigger.body`. */
export async function readPrograms(
  connection: ControlConnection,
  database: string,
  names: DatabaseNames,
): Promise<StoredPrograms> {
  const triggers = await connection.query(triggersSql, [database], readTimeoutMs);
  const events = await readEvents(connection, database);
  return {
    triggers: triggers.map((row) => triggerOf(row, names)).filter(({ table }) => !isOwnTable(table)),
    events: events.map((row) => eventOf(row, names)),
  };
}

/** A server whose own tables of events are damaged is of use all the same. */
async function readEvents(connection: ControlConnection, database: string): Promise<ControlRows> {
  try {
    return await connection.query(eventsSql, [database], readTimeoutMs);
  } catch (error) {
    const answered = error instanceof Error && 'errno' in error && Number(error.errno) > 0;
    if (answered) return [];
    throw error;
  }
}

function triggerOf(row: ControlRows[number], names: DatabaseNames): Trigger {
  const sqlMode = cell(row, 'SQL_MODE');
  return {
    name: cell(row, 'TRIGGER_NAME'),
    table: cell(row, 'EVENT_OBJECT_TABLE'),
    timing: /after/i.test(cell(row, 'ACTION_TIMING')) ? 'after' : 'before',
    events: eventsOf(cell(row, 'EVENT_MANIPULATION')),
    order: Number(cell(row, 'ACTION_ORDER')),
    body: renameInBody(sqlTextOf(cell(row, 'ACTION_STATEMENT')), sqlMode, names),
    sqlMode,
    drift: null,
  };
}

/** Newer servers have triggers of several events. */
function eventsOf(text: string): readonly TriggerEvent[] {
  const all: readonly TriggerEvent[] = ['insert', 'update', 'delete'];
  const named = all.filter((event) => text.toLowerCase().includes(event));
  return named.length === 0 ? all : named;
}

function eventOf(row: ControlRows[number], names: DatabaseNames): ScheduledEvent {
  const sqlMode = cell(row, 'SQL_MODE');
  const body = renameInBody(sqlTextOf(cell(row, 'EVENT_DEFINITION')), sqlMode, names);
  return { name: cell(row, 'EVENT_NAME'), body, sqlMode };
}

function cell(row: ControlRows[number], name: string): string {
  const value = row[name];
  if (value === null || value === undefined) return '';
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}
