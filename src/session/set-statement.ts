// SET: what the session owns is kept here, what servers own is checked by one and carried to all.
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import type { Expression, SetItem, SetStatement, SetTransaction, SetVariable } from '../sql/ast.ts';
import { isAsciiSafeCharset } from '../sql/mode.ts';
import { assertNever } from '../util/assert.ts';
import { answerOk } from './answer.ts';
import { setProxyVariable } from './proxy-variables.ts';
import { checkNames, checkSetting } from './setting-check.ts';
import type { Settings } from './settings.ts';
import type { StatementContext } from './statement-context.ts';
import { setUserVariable } from './user-variables.ts';
import { variableClass } from './variables.ts';

/** Items take effect from left to right; the first that fails leaves the earlier ones in force, as on one server. */
export async function runSet(statement: SetStatement, context: StatementContext): Promise<void> {
  for (const item of statement.items) await setItem(item, context);
  answerOk(context.sink);
}

async function setItem(item: SetItem, context: StatementContext): Promise<void> {
  switch (item.kind) {
    case 'setVariable':
      return setVariable(item, context);
    case 'setUserVariable':
      return setUserVariable(item, context);
    case 'setNames':
      return setNames(item.charset, item.collation, context);
    case 'setCharset':
      return setNames(item.charset, null, context);
    case 'setTransaction':
      return setTransaction(item, context);
    case 'setPassword':
      throw refused('PASSWORD', "users of Shardgate are its configuration's, not the servers'");
    case 'setRole':
      throw refused('ROLE', 'roles belong to the server users behind Shardgate');
    default:
      return assertNever(item);
  }
}

/** Sets variables for one statement (SET STATEMENT ... FOR), and puts the settings back whatever happens. */
export async function withSettings(
  items: readonly SetVariable[],
  context: StatementContext,
  body: () => Promise<void>,
): Promise<void> {
  const before: Settings = context.state.settings;
  try {
    for (const item of items) await setVariable(item, context);
    await body();
  } finally {
    context.state.setSettings(before);
  }
}

function refused(variable: string, why: string): SqlError {
  return shardgateError('SG5007', { variable, why });
}

async function setVariable(item: SetVariable, context: StatementContext): Promise<void> {
  const name = canonicalName(item.name.name.toLowerCase(), context);
  if (item.scope !== null && item.scope !== 'session') {
    throw refused(
      `${item.scope.toUpperCase()} ${name}`,
      "a session of Shardgate does not change the servers' configuration",
    );
  }
  const kind = item.base === null ? variableClass(name) : null;
  switch (kind) {
    case 'setting':
      return setSetting(name, item.value, context);
    case 'proxy':
      return setProxyVariable(name, item.value, context);
    case 'kept':
      context.state.kept.set(name, await keptValue(item.value, context));
      return;
    case 'readOnly':
      throw new SqlError(1238, 'HY000', `Variable '${name}' is a read only variable`);
    case 'refused':
      throw refused(name, 'it would not mean over many servers what it means on one');
    case null:
      throw new SqlError(1193, 'HY000', `Unknown system variable '${item.name.name}'`);
    default:
      return assertNever(kind);
  }
}

/** MariaDB before 11.1 calls the isolation variables tx_*, MySQL 8 transaction_*. Clients send either. */
function canonicalName(name: string, context: StatementContext): string {
  const old = context.vschema.flavour.kind === 'mariadb' && context.vschema.flavour.version < 110101;
  if (name === 'transaction_isolation' && old) return 'tx_isolation';
  if (name === 'tx_isolation' && !old) return 'transaction_isolation';
  return name;
}

async function setSetting(name: string, value: Expression, context: StatementContext): Promise<void> {
  const { state } = context;
  if (value.kind === 'default') {
    state.setSettings(state.settings.with(name, null));
    if (name === 'sql_mode') state.setSqlMode('');
    return;
  }
  const accepted = await checkSetting(name, value, context);
  if (name === 'character_set_client') switchCharset(accepted.value, context);
  state.setSettings(state.settings.with(name, accepted.sql));
  if (name === 'sql_mode') state.setSqlMode(accepted.value);
}

async function keptValue(value: Expression, context: StatementContext): Promise<string> {
  if (value.kind === 'literal' || value.kind === 'keyword') return context.text.slice(value.start, value.end);
  const result = await context.query(`SELECT ${context.text.slice(value.start, value.end)}`);
  return result.rows[0]?.[0] ?? 'NULL';
}

async function setNames(
  charset: string | null,
  collation: string | null,
  context: StatementContext,
): Promise<void> {
  const name = (charset ?? 'utf8mb4').toLowerCase();
  if (!isAsciiSafeCharset(name)) {
    throw shardgateError('SG5007', {
      variable: `NAMES ${name}`,
      why: 'bytes of its characters can look like quotes and backslashes',
    });
  }
  const sql = collation === null ? name : `${name} COLLATE ${collation}`;
  await checkNames(sql, context);
  context.state.setSettings(context.state.settings.with('names', sql));
  switchCharset(name, context);
}

function switchCharset(charset: string, context: StatementContext): void {
  if (!isAsciiSafeCharset(charset)) {
    throw refused(
      `character_set_client = ${charset}`,
      'bytes of its characters can look like quotes and backslashes',
    );
  }
  context.state.setMode({ ...context.state.mode, charset });
}

const isolationNames = {
  readUncommitted: 'READ UNCOMMITTED',
  readCommitted: 'READ COMMITTED',
  repeatableRead: 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const;

function setTransaction(item: SetTransaction, context: StatementContext): void {
  const { state } = context;
  if (item.scope === 'global')
    throw refused('GLOBAL TRANSACTION', "a session does not change the servers' configuration");
  const isolation = item.isolation === null ? null : isolationNames[item.isolation];
  const readOnly = item.access === null ? null : item.access === 'readOnly';
  if (item.scope === null) {
    if (state.scope.open) {
      throw new SqlError(
        1568,
        '25001',
        "Transaction characteristics can't be changed while a transaction is in progress",
      );
    }
    state.scope.setNext(isolation, readOnly);
    return;
  }
  const variable = canonicalName('transaction_isolation', context);
  const access = variable === 'tx_isolation' ? 'tx_read_only' : 'transaction_read_only';
  let settings = state.settings;
  if (isolation !== null) settings = settings.with(variable, `'${isolation.replace(' ', '-')}'`);
  if (readOnly !== null) settings = settings.with(access, readOnly ? '1' : '0');
  state.setSettings(settings);
}
