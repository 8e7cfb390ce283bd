// The text of a prepared execution over several shards: with the client's parameters as parameters where that matters.
import type { BackendConnection, Terminal } from '../backend/contract.ts';
import { SqlError } from '../errors/sql-error.ts';
import { spellLiteral } from '../text/render.ts';
import type { Template } from '../text/template.ts';
import type { BindValue } from '../value/bind-value.ts';
import type { Shard } from '../vindex/shard-map.ts';
import { type PreparedStatement, prepareStatement, runPrepared, runStatement } from './backend-call.ts';
import { executePayload } from './command-payload.ts';
import type { Execution, PreparedParams, RunningStatement } from './contract.ts';
import { type GatherNames, shardText } from './shard-text.ts';

/**
 * MySQL takes a parameter for something else than the literal of its value: `decimal_column + ?` has 30 digits behind the point,
 * `SEC_TO_TIME(?)` microseconds, and `date_column <= '0000-00-00'` is an error where the parameter is none. And it warns of
 * constants when it prepares them, not each time they run. (To MariaDB a statement is the same in both forms.)
 */
export interface ParamText {
  /** SqlText with the parameters as literals. */
  readonly spelled: string;
  /** How it runs as a prepared statement; null: it runs as a text. */
  readonly asked: AskedText | null;
}

interface AskedText {
  /** SqlText with `?` for the parameters. */
  readonly sql: string;
  /** COM_STMT_EXECUTE with the client's values for a handle of this text. */
  payload(handle: number): Buffer;
  /** An error of the server is the client's; else the text with literals is tried. */
  readonly strict: boolean;
}

/** The same text; where it cannot be prepared with parameters, it cannot be run. */
export function strict(text: ParamText): ParamText {
  return text.asked === null ? text : { ...text, asked: { ...text.asked, strict: true } };
}

/** The client's parameter of this number, in a text that has yet to be asked or spelled. What is sent has bytes only, never these. */
const markOpen = '\ue000';
const markClose = '\ue001';
const mark = /\ue000(\d+)\ue001/g;

/** SqlText with marks where parameters stand, if they are to be asked as such: pieces of it may be put together in any order. */
export function markedText(
  execution: Execution,
  shard: Shard,
  template: Template,
  names?: GatherNames,
): string {
  const { binds, shardMaps } = execution;
  if (!marksParams(execution)) return shardText(execution, shard, template, names);
  const values = binds.spelling((index): BindValue => {
    return { kind: 'expression', negative: false, sql: `${markOpen}${index}${markClose}`, value: '' };
  });
  return shardText({ binds: values, limitValues: binds, shardMaps }, shard, template, names);
}

/** Whether parameters are something else than their literals. */
export function marksParams({ binds, flavour, statement }: Execution): boolean {
  const hasParams = binds.paramCount > 0 && paramsOf(statement) !== null;
  return flavour === 'mysql' && statement.format === 'binary' && hasParams;
}

/** The parameters as such; null: there are only their literals. */
export function paramsOf({ prepared, params }: RunningStatement): PreparedParams | null {
  return prepared ?? params ?? null;
}

/** What marked texts were put together to; without marks it is a text and nothing else. */
export function unmarked({ binds, statement }: Execution, marked: string): ParamText {
  const params = paramsOf(statement);
  if (params === null || !marked.includes(markOpen)) return { spelled: marked, asked: null };
  const order: number[] = [];
  const sql = marked.replaceAll(mark, (_mark, index: string) => {
    order.push(Number(index));
    return '?';
  });
  const spelled = marked.replaceAll(mark, (_mark, index: string) => spellLiteral(binds.param(Number(index))));
  return {
    spelled,
    asked: { sql, strict: false, payload: (handle: number) => params.payloadFor(handle, order) },
  };
}

/** The template as a shard gets it. */
export function paramText(
  execution: Execution,
  shard: Shard,
  template: Template,
  names?: GatherNames,
): ParamText {
  return asPrepared(execution, unmarked(execution, markedText(execution, shard, template, names)));
}

/** What the client prepared is prepared, also where it has no parameters. */
export function asPrepared({ flavour, statement }: Execution, text: ParamText): ParamText {
  if (flavour !== 'mysql' || statement.format === 'text' || text.asked !== null) return text;
  return { spelled: text.spelled, asked: { sql: text.spelled, payload: executePayload, strict: true } };
}

/** Runs it on a connection; rows would be thrown away. */
export async function runText(connection: BackendConnection, text: ParamText): Promise<Terminal> {
  if (text.asked === null) return runStatement(connection, text.spelled);
  return runPrepared(connection, await prepareRun(connection, text, (sql) => sql));
}

/** What is ready to run: the handle, and the COM_STMT_EXECUTE for it. */
export interface PreparedRun extends PreparedStatement {
  readonly payload: Buffer;
}

/**
 * Prepares the text, the one with literals where the server does not take the one with parameters (`GROUP BY a + ?` beside a
 * second `a + ?`). `wrap` goes around either.
 */
export async function prepareRun(
  connection: BackendConnection,
  text: ParamText,
  wrap: (sql: string) => string,
): Promise<PreparedRun> {
  if (text.asked !== null) {
    const run = await prepareAsked(connection, text.asked, wrap);
    if (run !== null) return run;
  }
  const prepared = await prepareStatement(connection, wrap(text.spelled));
  return { ...prepared, payload: executePayload(prepared.id) };
}

/** null: the server does not take it. Rejects when the connection is lost. */
export async function prepareAsked(
  connection: BackendConnection,
  { sql, payload, strict: mustPrepare }: AskedText,
  wrap: (sql: string) => string,
): Promise<PreparedRun | null> {
  try {
    const prepared = await prepareStatement(connection, wrap(sql));
    return { ...prepared, payload: payload(prepared.id) };
  } catch (error) {
    if (error instanceof SqlError && connection.alive && !mustPrepare) return null;
    throw error;
  }
}
