// A real server says whether a SET is right and what the value becomes; each value is asked once per process.
import type { Lease } from '../backend/contract.ts';
import type { Expression } from '../sql/ast.ts';
import { walk } from '../sql/visitor.ts';
import { quoteString } from '../text/quote.ts';
import { FieldType } from '../value/column-definition.ts';
import { runStatement } from './backend-command.ts';
import { readResult } from './backend-read.ts';
import { probeShard } from './probe-shard.ts';
import type { StatementContext } from './statement-context.ts';
import { substituteExpression } from './substitute.ts';

export interface AcceptedSetting {
  /** Literal (SqlText) that sets the same again. */
  readonly sql: string;
  /** As the server shows it. */
  readonly value: string;
}

/** Throws the server's error (1231 wrong value, 1232 wrong type, 1193 unknown variable ...). */
export async function checkSetting(
  name: string,
  value: Expression,
  context: StatementContext,
): Promise<AcceptedSetting> {
  const sql = await substituteExpression(value, context);
  const constant = isConstant(value);
  const key = `${context.vschema.flavour.kind} ${name}`;
  const known = constant ? context.deps.settingChecks.get(key, sql) : null;
  if (known !== null) return parseKnown(known);
  const accepted = await onProbe(context, (lease) => tryOnServer(lease, name, sql));
  if (constant) context.deps.settingChecks.put(key, sql, `${accepted.sql}\u0000${accepted.value}`);
  return accepted;
}

/** SET NAMES text (`utf8mb4 COLLATE utf8mb4_bin`): throws 1115, 1273, 1253 as the server words them. */
export async function checkNames(sql: string, context: StatementContext): Promise<void> {
  const key = `${context.vschema.flavour.kind} names`;
  if (context.deps.settingChecks.get(key, sql) !== null) return;
  await onProbe(context, async (lease) => {
    await runStatement(lease.connection, `SET NAMES ${sql}`);
    return null;
  });
  context.deps.settingChecks.put(key, sql, sql);
}

function parseKnown(known: string): AcceptedSetting {
  const [sql = '', value = ''] = known.split('\u0000');
  return { sql, value };
}

/** The connection's settings are touched behind its book-keeping, so it is closed afterwards. */
async function onProbe<R>(context: StatementContext, body: (lease: Lease) => Promise<R>): Promise<R> {
  const shard = probeShard(context.vschema, context.state.target);
  const { settings } = context.state;
  const { gateway } = context.deps;
  const lease = await gateway.lease(shard.id, {
    settings,
    clientFlags: 0,
    role: 'primary',
    signal: context.signal,
  });
  try {
    return await body(lease);
  } finally {
    lease.discard();
  }
}

async function tryOnServer(lease: Lease, name: string, sql: string): Promise<AcceptedSetting> {
  await runStatement(lease.connection, `SET SESSION ${name} = ${sql}`);
  const { columns, rows } = await readResult(lease.connection, `SELECT @@SESSION.${name}`);
  const text = rows[0]?.[0] ?? null;
  if (text === null) return { sql: 'NULL', value: '' };
  return { sql: isNumber(columns[0]?.type) ? text : quoteString(text), value: text };
}

function isNumber(type: number | undefined): boolean {
  return (
    type === FieldType.longLong ||
    type === FieldType.long ||
    type === FieldType.double ||
    type === FieldType.newDecimal
  );
}

/** Reads nothing of the session: the same text sets the same value always. */
function isConstant(value: Expression): boolean {
  let constant = true;
  walk(value, (node) => {
    if (!constantKinds.has(node.kind)) constant = false;
  });
  return constant;
}

const constantKinds: ReadonlySet<string> = new Set([
  'literal',
  'keyword',
  'unary',
  'paren',
  'ident',
  'column',
]);
