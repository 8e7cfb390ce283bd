// A real server says whether a SET is right and what the value becomes; each value is asked once per process.
import type { Lease } from '../../backend/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Expression } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import { quoteIdentifier, quoteString } from '../../text/quote.ts';
import { ColumnFlag, FieldType } from '../../value/column-definition.ts';
import { substituteExpression } from '../rewrite/substitute.ts';
import { runStatement } from '../servers/backend-command.ts';
import { readResult } from '../servers/backend-read.ts';
import { probeShard } from '../servers/probe-shard.ts';
import { fetchWarnings } from '../servers/warnings.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import type { AcceptedSetting } from './setting-checks.ts';

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
  if (known !== null) return known;
  const accepted = await onProbe(context, (lease) => tryOnServer(lease, name, sql));
  if (constant) context.deps.settingChecks.put(key, sql, accepted);
  return accepted;
}

/** Whether servers have a session variable of that name. */
export async function variableExists(name: string, context: StatementContext): Promise<boolean> {
  try {
    await onProbe(context, (lease) =>
      readResult(lease.connection, `SELECT @@SESSION.${quoteIdentifier(name)}`),
    );
    return true;
  } catch (error) {
    if (error instanceof SqlError && error.errno !== unknownVariable) return true;
    if (error instanceof SqlError) return false;
    throw error;
  }
}

const unknownVariable = 1193;

/** SET NAMES text (`utf8mb4 COLLATE utf8mb4_bin`): throws 1115, 1273, 1253 as the server words them. */
export async function checkNames(sql: string, context: StatementContext): Promise<void> {
  const key = `${context.vschema.flavour.kind} names`;
  if (context.deps.settingChecks.get(key, sql) !== null) return;
  await onProbe(context, async (lease) => {
    await runStatement(lease.connection, `SET NAMES ${sql}`);
  });
  context.deps.settingChecks.put(key, sql, { sql, value: sql, typed: sql, shown: sql, warnings: [] });
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
  const terminal = await runStatement(lease.connection, `SET SESSION ${name} = ${sql}`);
  const warnings = terminal.warnings === 0 ? [] : await fetchWarnings(lease.connection, null);
  const { columns, rows } = await readResult(lease.connection, `SELECT @@SESSION.${name}`);
  const [column] = columns;
  const text = rows[0]?.[0] ?? null;
  // MySQL answers SHOW VARIABLES by a text with backticks, which not every character set of clients has.
  const asShown = name === 'character_set_client' ? [[name, text]] : await shownOf(lease, name);
  const shown = asShown[0]?.[1] ?? '';
  if (text === null || column === undefined)
    return { sql: 'NULL', value: '', typed: 'NULL', shown, warnings };
  if (!isNumber(column.type)) {
    const quoted = quoteString(Buffer.from(text, 'latin1').toString('utf8'));
    return { sql: quoted, value: text, typed: quoted, shown, warnings };
  }
  const unsigned = (column.flags & ColumnFlag.unsigned) !== 0;
  return { sql: text, value: text, typed: unsigned ? `CAST(${text} AS UNSIGNED)` : text, shown, warnings };
}

async function shownOf(lease: Lease, name: string): Promise<readonly (readonly (string | null)[])[]> {
  return (await readResult(lease.connection, `SHOW SESSION VARIABLES LIKE ${quoteString(name)}`)).rows;
}

function isNumber(type: number): boolean {
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
