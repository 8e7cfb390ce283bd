// Variables that are Shardgate's own: autocommit, transaction_mode, last_insert_id and what Vitess clients set.
import { SqlError } from '../../errors/sql-error.ts';
import type { Expression, SetVariable } from '../../sql/ast.ts';
import { quoteString } from '../../text/quote.ts';
import { substituteExpression } from '../rewrite/substitute.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { commitOpen } from '../transaction/transaction-statements.ts';
import type { Change } from './set-change.ts';
import { checkSetting } from './setting-check.ts';
import { isTransactionMode } from './variables.ts';

function wrongValue(name: string, value: string): SqlError {
  return new SqlError(1231, '42000', `Variable '${name}' can't be set to the value of '${value}'`);
}

/** Throws 1231 for a value the variable cannot take. */
export async function setProxyVariable(
  name: string,
  item: SetVariable,
  context: StatementContext,
): Promise<Change> {
  const { state } = context;
  if (name === 'sql_select_limit') return selectLimitChange(item, context);
  const { value } = item;
  const text = await valueText(value, context);
  switch (name) {
    case 'autocommit': {
      const on = parseBoolean(name, text);
      return () => setAutocommit(on, context);
    }
    case 'transaction_mode': {
      const mode = value.kind === 'default' ? context.deps.transactionMode : text.toLowerCase();
      if (!isTransactionMode(mode)) throw wrongValue(name, text);
      return () => {
        state.transactionMode = mode;
      };
    }
    case 'tx_read_only':
    case 'transaction_read_only':
      return readOnlyChange(name, value.kind === 'default' ? '0' : text, item, context);
    case 'query_timeout':
    case 'transaction_timeout': {
      const spelled = value.kind === 'default' ? '0' : text;
      if (!/^\d{1,12}$/.test(spelled))
        throw new SqlError(1232, '42000', `Incorrect argument type to variable '${name}'`);
      return () => {
        if (name === 'query_timeout') state.queryTimeoutMs = Number(spelled);
        else state.transactionTimeoutMs = Number(spelled);
        state.kept.set(name, { value: spelled, sql: spelled });
      };
    }
    case 'last_insert_id':
    case 'identity':
      if (!/^\d+$/.test(text))
        throw new SqlError(1232, '42000', `Incorrect argument type to variable '${name}'`);
      return () => {
        state.lastInsertId = BigInt(text);
      };
    default: {
      const sql = quoteString(Buffer.from(text, 'latin1').toString('utf8'));
      return () => void state.kept.set(name, { value: text, sql });
    }
  }
}

function readOnlyChange(name: string, text: string, item: SetVariable, context: StatementContext): Change {
  const { state, vschema } = context;
  const readOnly = parseBoolean(name, text);
  const old = vschema.flavour.kind === 'mariadb' && vschema.flavour.version < 110101;
  const variable = old ? 'tx_read_only' : 'transaction_read_only';
  // With @@ and without SESSION it is meant for the next transaction only.
  if (item.scope === null && context.text.startsWith('@@', item.start)) {
    return () => state.scope.setNext(null, readOnly);
  }
  return () => state.setSettings(state.settings.with(variable, readOnly ? '1' : '0'));
}

async function selectLimitChange(item: SetVariable, context: StatementContext): Promise<Change> {
  const { state } = context;
  const { value } = await checkSetting('sql_select_limit', item.value, context);
  const limit = item.value.kind === 'default' || value === noSelectLimit ? null : BigInt(value);
  return () => {
    state.selectLimit = limit;
  };
}

const noSelectLimit = '18446744073709551615';

function parseBoolean(name: string, text: string): boolean {
  const lower = text.toLowerCase();
  if (lower === '1' || lower === 'on' || lower === 'true') return true;
  if (lower === '0' || lower === 'off' || lower === 'false') return false;
  throw wrongValue(name, text);
}

/** As MySQL: switching autocommit on commits what is open. */
async function setAutocommit(on: boolean, context: StatementContext): Promise<void> {
  const { scope } = context.state;
  if (on && !scope.autocommit) await commitOpen(context);
  scope.setAutocommit(on);
  context.state.noteChange({ kind: 'variable', name: 'autocommit', value: on ? 'ON' : 'OFF' });
}

async function valueText(value: Expression, context: StatementContext): Promise<string> {
  const spelled = context.text.slice(value.start, value.end);
  switch (value.kind) {
    case 'default':
      return 'ON';
    case 'keyword':
      return value.word;
    case 'column':
      return value.name.name;
    case 'literal':
      if (value.type === 'integer' || value.type === 'true' || value.type === 'false') return spelled;
  }
  const result = await context.query(`SELECT ${await substituteExpression(value, context)}`);
  return result.rows[0]?.[0] ?? '';
}
