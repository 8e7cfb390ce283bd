// The text of a prepared execution over several shards: with the client's parameters as parameters where that matters.
import type { BackendConnection } from '../backend/contract.ts';
import { SqlError } from '../errors/sql-error.ts';
import type { Template } from '../text/template.ts';
import type { BindValue } from '../value/bind-value.ts';
import type { Shard } from '../vindex/shard-map.ts';
import { type PreparedStatement, prepareStatement } from './backend-call.ts';
import { executePayload } from './command-payload.ts';
import type { Execution } from './contract.ts';
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

const placeholder: BindValue = { kind: 'expression', negative: false, sql: '?', value: '' };

function withoutParams(sql: string): AskedText {
  return { sql, payload: executePayload, strict: true };
}

/** The template as a shard gets it. */
export function paramText(
  execution: Execution,
  shard: Shard,
  template: Template,
  names?: GatherNames,
): ParamText {
  const spelled = shardText(execution, shard, template, names);
  const { binds, shardMaps, flavour, statement } = execution;
  if (flavour !== 'mysql' || statement.format === 'text') return { spelled, asked: null };
  const relay = statement.prepared;
  if (relay === null || binds.paramCount === 0) return { spelled, asked: withoutParams(spelled) };
  const order: number[] = [];
  const values = binds.spelling((index) => {
    order.push(index);
    return placeholder;
  });
  const sql = shardText({ binds: values, limitValues: binds, shardMaps }, shard, template, names);
  const asked = { sql, strict: false, payload: (handle: number) => relay.payloadFor(handle, order) };
  return { spelled, asked: order.length === 0 ? withoutParams(spelled) : asked };
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
