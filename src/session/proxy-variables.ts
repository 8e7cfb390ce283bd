// Variables that are Shardgate's own: autocommit, transaction_mode, last_insert_id and what Vitess clients set.
import { SqlError } from '../errors/sql-error.ts';
import type { Expression } from '../sql/ast.ts';
import type { StatementContext } from './statement-context.ts';
import { substituteExpression } from './substitute.ts';
import { commitOpen } from './transaction-statements.ts';
import { isTransactionMode } from './variables.ts';

function wrongValue(name: string, value: string): SqlError {
  return new SqlError(1231, '42000', `Variable '${name}' can't be set to the value of '${value}'`);
}

/** Throws 1231 for a value the variable cannot take. */
export async function setProxyVariable(
  name: string,
  value: Expression,
  context: StatementContext,
): Promise<void> {
  const { state } = context;
  const text = await valueText(value, context);
  switch (name) {
    case 'autocommit':
      return setAutocommit(parseBoolean(name, text), context);
    case 'transaction_mode': {
      const mode = value.kind === 'default' ? context.deps.transactionMode : text.toLowerCase();
      if (!isTransactionMode(mode)) throw wrongValue(name, text);
      state.transactionMode = mode;
      return;
    }
    case 'tx_read_only':
    case 'transaction_read_only': {
      const old = context.vschema.flavour.kind === 'mariadb' && context.vschema.flavour.version < 110101;
      const variable = old ? 'tx_read_only' : 'transaction_read_only';
      state.setSettings(state.settings.with(variable, parseBoolean(name, text) ? '1' : '0'));
      return;
    }
    case 'last_insert_id':
    case 'identity':
      if (!/^\d+$/.test(text))
        throw new SqlError(1232, '42000', `Incorrect argument type to variable '${name}'`);
      state.lastInsertId = BigInt(text);
      return;
    default:
      state.kept.set(name, text);
  }
}

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
