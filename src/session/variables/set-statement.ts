// SET: what the session owns is kept here, what servers own is checked by one and carried to all.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { SetItem, SetStatement, SetTransaction, SetVariable } from '../../sql/ast.ts';
import { isAsciiSafeCharset } from '../../sql/mode.ts';
import { assertNever } from '../../util/assert.ts';
import { answerOk } from '../answer/answer.ts';
import type { Warning } from '../servers/warnings.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { setProxyVariable } from './proxy-variables.ts';
import type { Change } from './set-change.ts';
import { checkNames, checkSetting, variableExists } from './setting-check.ts';
import type { AcceptedSetting } from './setting-checks.ts';
import { setUserVariable } from './user-variables.ts';
import { variableClass } from './variables.ts';

/**
 * As on a server: all values are computed from the state before the statement, then all take effect in order; when one is
 * refused, nothing has changed.
 */
export async function runSet(statement: SetStatement, context: StatementContext): Promise<void> {
  const warnings: Warning[] = [];
  const changes: Change[] = [];
  for (const item of statement.items) changes.push(await changeOf(item, context, warnings));
  for (const change of changes) await change();
  context.state.tellWarnings(warnings);
  answerOk(context.sink, warnings.length);
}

/** Sets variables for one statement (SET STATEMENT ... FOR), and puts everything back whatever happens. */
export async function withSettings(
  items: readonly SetVariable[],
  context: StatementContext,
  body: () => Promise<void>,
): Promise<void> {
  const restore = context.state.rememberSettings();
  try {
    const changes: Change[] = [];
    for (const item of items) changes.push(await variableChange(item, context, []));
    for (const change of changes) await change();
    await body();
  } finally {
    restore();
  }
}

async function changeOf(item: SetItem, context: StatementContext, warnings: Warning[]): Promise<Change> {
  switch (item.kind) {
    case 'setVariable':
      return variableChange(item, context, warnings);
    case 'setUserVariable':
      return setUserVariable(item, context);
    case 'setNames':
      return namesChange(item.charset, item.collation, context);
    case 'setCharset':
      return charsetChange(item.charset, context);
    case 'setTransaction':
      return transactionChange(item, context);
    case 'setPassword':
      throw refused('PASSWORD', "users of Shardgate are its configuration's, not the servers'");
    case 'setRole':
      throw refused('ROLE', 'roles belong to the server users behind Shardgate');
    default:
      return assertNever(item);
  }
}

function refused(variable: string, why: string): SqlError {
  return shardgateError('SG5007', { variable, why });
}

async function variableChange(
  item: SetVariable,
  context: StatementContext,
  warnings: Warning[],
): Promise<Change> {
  const written = item.name.name.toLowerCase();
  const name = canonicalName(written, context);
  if (item.scope !== null && item.scope !== 'session') {
    throw refused(
      `${item.scope.toUpperCase()} ${name}`,
      "a session of Shardgate does not change the servers' configuration",
    );
  }
  const kind = item.base === null ? variableClass(name) : null;
  switch (kind) {
    case 'setting':
      return settingChange(name, item, context, warnings);
    case 'proxy':
      return setProxyVariable(name, item, context);
    case 'kept': {
      const { shown, typed } = noting(await checkSetting(name, item.value, context), warnings);
      if (name === 'completion_type' && shown !== 'NO_CHAIN')
        throw refused(name, 'COMMIT and ROLLBACK do what they say: write COMMIT AND CHAIN, or RELEASE');
      return () => {
        context.state.kept.set(name, { value: shown, sql: typed });
        context.state.noteChange({ kind: 'variable', name, value: shown });
      };
    }
    case 'readOnly':
      throw new SqlError(1238, 'HY000', `Variable '${name}' is a read only variable`);
    case 'refused':
      throw refused(name, 'it would not mean over many servers what it means on one');
    case null:
      throw await unknown(item, context);
    default:
      return assertNever(kind);
  }
}

async function unknown(item: SetVariable, context: StatementContext): Promise<SqlError> {
  const { name } = item.name;
  if (item.base === null && (await variableExists(name, context))) {
    return refused(name, 'nobody has said what it means when many connections answer one session');
  }
  return new SqlError(1193, 'HY000', `Unknown system variable '${name}'`);
}

/** MariaDB before 11.1 calls the isolation variables tx_*, MySQL 8 transaction_*. Clients send either. */
function canonicalName(name: string, context: StatementContext): string {
  const old = context.vschema.flavour.kind === 'mariadb' && context.vschema.flavour.version < 110101;
  if (name === 'transaction_isolation' && old) return 'tx_isolation';
  if (name === 'tx_isolation' && !old) return 'transaction_isolation';
  return name;
}

function noting(accepted: AcceptedSetting, warnings: Warning[]): AcceptedSetting {
  warnings.push(...accepted.warnings);
  return accepted;
}

async function settingChange(
  name: string,
  item: SetVariable,
  context: StatementContext,
  warnings: Warning[],
): Promise<Change> {
  const { state } = context;
  const accepted = noting(await checkSetting(name, item.value, context), warnings);
  if (name === 'character_set_client')
    assertSafeCharset(accepted.value, `character_set_client = ${accepted.value}`);
  if (name === 'character_set_results') assertReadableResults(accepted.value);
  if (name === 'sql_auto_is_null' && accepted.value === '1') {
    throw refused(name, 'the last insert id of a connection is not the last one of a session');
  }
  if (isForNextTransaction(name, item, context.text)) {
    return nextIsolation(accepted.value.replace('-', ' '), context);
  }
  const sql = item.value.kind === 'default' ? null : accepted.sql;
  return () => {
    state.setSettings(state.settings.with(name, sql));
    state.noteChange({ kind: 'variable', name, value: accepted.shown });
    if (name === 'sql_mode') state.setSqlMode(accepted.value);
    if (name === 'character_set_client') state.setMode({ ...state.mode, charset: accepted.value });
  };
}

/** `SET @@tx_isolation = ...`: with @@ and without SESSION it is meant for the next transaction only. */
function isForNextTransaction(name: string, item: SetVariable, text: string): boolean {
  const characteristic = /^(tx|transaction)_(isolation|read_only)$/.test(name);
  return characteristic && item.scope === null && text.startsWith('@@', item.start);
}

function nextIsolation(isolation: string, context: StatementContext): Change {
  assertNoTransaction(context);
  return () => context.state.scope.setNext(isolation, null);
}

function assertNoTransaction({ state }: StatementContext): void {
  if (!state.scope.open) return;
  throw new SqlError(
    1568,
    '25001',
    "Transaction characteristics can't be changed while a transaction is in progress",
  );
}

async function namesChange(
  charset: string | null,
  collation: string | null,
  context: StatementContext,
): Promise<Change> {
  const { state } = context;
  const name = charset ?? state.charsetAtLogin;
  assertSafeCharset(name, `NAMES ${name}`);
  const sql = collation === null ? name : `${name} COLLATE ${collation}`;
  await checkNames(sql, context);
  return () => {
    state.setSettings(state.settings.with('names', sql));
    state.setMode({ ...state.mode, charset: name });
    for (const variable of ['character_set_client', 'character_set_connection', 'character_set_results']) {
      state.noteChange({ kind: 'variable', name: variable, value: name });
    }
  };
}

/** As SET NAMES, but the connection's own character set and collation become the database's. */
async function charsetChange(charset: string | null, context: StatementContext): Promise<Change> {
  const { state } = context;
  const names = await namesChange(charset, null, context);
  return async () => {
    await names();
    state.setSettings(state.settings.with('collation_connection', '@@collation_database'));
  };
}

function assertSafeCharset(charset: string, variable: string): void {
  if (isAsciiSafeCharset(charset)) return;
  throw refused(variable, 'its bytes below 128 are not always the ASCII characters that SQL text is made of');
}

/** The answer to what the variable is now comes in that character set itself: with zeros between the letters. */
function assertReadableResults(charset: string): void {
  if (!charset.includes('\0')) return;
  const name = charset.replaceAll('\0', '');
  throw refused(
    `character_set_results = ${name}`,
    'numbers in results would not be ASCII, and answers of several shards could not be put together',
  );
}

const isolationNames = {
  readUncommitted: 'READ UNCOMMITTED',
  readCommitted: 'READ COMMITTED',
  repeatableRead: 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const;

function transactionChange(item: SetTransaction, context: StatementContext): Change {
  const { state } = context;
  if (item.scope === 'global') {
    throw refused('GLOBAL TRANSACTION', "a session does not change the servers' configuration");
  }
  const isolation = item.isolation === null ? null : isolationNames[item.isolation];
  const readOnly = item.access === null ? null : item.access === 'readOnly';
  if (item.scope === null) {
    assertNoTransaction(context);
    return () => state.scope.setNext(isolation, readOnly);
  }
  const variable = canonicalName('transaction_isolation', context);
  const access = variable === 'tx_isolation' ? 'tx_read_only' : 'transaction_read_only';
  return () => {
    let { settings } = state;
    if (isolation !== null) {
      const value = isolation.replace(' ', '-');
      settings = settings.with(variable, `'${value}'`);
      state.noteChange({ kind: 'variable', name: variable, value });
    }
    if (readOnly !== null) settings = settings.with(access, readOnly ? '1' : '0');
    state.setSettings(settings);
  };
}
