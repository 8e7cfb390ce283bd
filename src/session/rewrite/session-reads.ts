// What of a text reads session state, and what stands there instead when the text goes to a server.
import type { Node } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { quoteString } from '../../text/quote.ts';
import type { SessionState } from '../state.ts';
import { variableLiteral } from '../variables/variable-literal.ts';
import { variableClass } from '../variables/variables.ts';

/** One value of the session, as SqlText. */
interface Read {
  literal(state: SessionState): SqlText;
  /** The literal with the type the read has, where that is another one. */
  typed?(state: SessionState): SqlText;
}

function text(value: (state: SessionState) => string | null): Read {
  return {
    literal(state) {
      const known = value(state);
      return known === null ? 'NULL' : quoteString(known);
    },
  };
}

function signed(value: (state: SessionState) => bigint | number): Read {
  return { literal: (state) => String(value(state)) };
}

function unsigned(value: (state: SessionState) => bigint | number): Read {
  return {
    literal: (state) => String(value(state)),
    typed: (state) => `CAST(${value(state)} AS UNSIGNED)`,
  };
}

const database = text((state) => state.target.database);
const loginName = text((state) => state.login.host);

const functions: Readonly<Record<string, Read>> = {
  database,
  schema: database,
  connection_id: unsigned((state) => state.login.connectionId),
  last_insert_id: unsigned((state) => state.lastInsertId),
  found_rows: signed((state) => BigInt(state.foundRows)),
  row_count: signed((state) => state.rowCount),
  user: loginName,
  session_user: loginName,
  system_user: loginName,
  current_user: text((state) => `${state.login.user}@%`),
};

const variables: Readonly<Record<string, Read>> = {
  last_insert_id: unsigned((state) => state.lastInsertId),
  identity: unsigned((state) => state.lastInsertId),
  pseudo_thread_id: unsigned((state) => state.login.connectionId),
  warning_count: unsigned((state) => state.warnings.length),
  error_count: unsigned((state) => state.warnings.filter((warning) => warning.level === 'Error').length),
  in_transaction: unsigned((state) => (state.scope.open ? 1 : 0)),
  sql_select_limit: unsigned((state) => state.selectLimit ?? noSelectLimit),
};

/** What `@@sql_select_limit` says of no limit. */
const noSelectLimit = 18446744073709551615n;

/** Variables that no server has, and what they are before they are set. */
const ownVariables: Readonly<Record<string, SqlText>> = {
  workload: "'OLTP'",
  ddl_strategy: "'direct'",
  migration_context: "''",
  session_uuid: "''",
  skip_query_plan_cache: '0',
  query_timeout: '0',
  transaction_timeout: '0',
  client_found_rows: '0',
  enable_system_settings: '1',
};

/** Whether the session answers this, not a server. */
export function isSessionRead(node: Node): boolean {
  if (node.kind === 'userVariable') return true;
  if (node.kind === 'call')
    return node.schema === null && node.args.length === 0 && Object.hasOwn(functions, node.name);
  if (node.kind !== 'systemVariable' || node.scope === 'global') return false;
  const name = node.name.name.toLowerCase();
  const own = name === 'autocommit' || name === 'transaction_mode' || Object.hasOwn(variables, name);
  return own || Object.hasOwn(ownVariables, name) || variableClass(name) === 'kept';
}

/** The literal for a node that reads session state; null: a server has the same value. */
export function literalOfRead(node: Node, state: SessionState): SqlText | null {
  if (node.kind === 'userVariable') {
    return variableLiteral(state.userVariables.get(node.name.toLowerCase()), state.settings, state.mode);
  }
  if (node.kind === 'call') return functions[node.name]?.literal(state) ?? null;
  if (node.kind !== 'systemVariable') return null;
  const name = node.name.name.toLowerCase();
  if (name === 'autocommit') return state.scope.autocommit ? '1' : '0';
  if (name === 'transaction_mode') return quoteString(state.transactionMode);
  return variables[name]?.literal(state) ?? state.kept.get(name)?.sql ?? ownVariables[name] ?? null;
}

/**
 * The same as an expression with the type, length and nullability of the read itself, spelled `spelled`: IF takes them from
 * both its branches, and the first is never taken.
 */
export function shownRead(node: Node, spelled: SqlText, state: SessionState): SqlText | null {
  const name = node.kind === 'systemVariable' ? node.name.name.toLowerCase() : null;
  // Every connection of the pools is in autocommit mode.
  if (name === 'autocommit') return state.scope.autocommit ? null : `IF(${spelled},0,${spelled})`;
  const read = node.kind === 'call' ? functions[node.name] : name === null ? undefined : variables[name];
  const value = read?.typed?.(state) ?? literalOfRead(node, state);
  const isOwn = name !== null && (name === 'transaction_mode' || Object.hasOwn(ownVariables, name));
  if (value === null || isOwn || node.kind === 'userVariable') return value;
  return value === 'NULL' ? `NULLIF(${spelled},${spelled})` : `IF(${spelled} IS NULL,${spelled},${value})`;
}
