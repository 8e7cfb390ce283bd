// Puts session state into a text as literals: DATABASE(), LAST_INSERT_ID(), @x, @@autocommit ... mean the session's.
import type { Expression, Node, SelectItem } from '../sql/ast.ts';
import type { SqlText } from '../sql/mode.ts';
import { walk } from '../sql/visitor.ts';
import { quoteIdentifier, quoteString } from '../text/quote.ts';
import type { SessionState } from './state.ts';
import type { StatementContext } from './statement-context.ts';
import { variableClass } from './variables.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: SqlText;
}

/** Whether the statement reads session state: such texts are rewritten each time before they are planned. */
export function readsSessionState(root: Node): boolean {
  let found = false;
  walk(root, (node) => {
    if (node.kind === 'assign' || isRead(node)) found = true;
    return !found;
  });
  return found;
}

/** Names (lower case) of all user variables in a statement that assigns some with `:=`; null when it assigns none. */
export function assignedVariables(root: Node): readonly string[] | null {
  const names = new Set<string>();
  let assigns = false;
  walk(root, (node) => {
    if (node.kind === 'assign') assigns = true;
    if (node.kind === 'userVariable') names.add(node.name.toLowerCase());
  });
  return assigns ? [...names] : null;
}

/**
 * The statement's text with session reads as literals; result columns keep the names the client's spelling gives them
 * (an unaliased item that changes gets its own text as alias).
 */
export function substitute(
  root: Node,
  text: SqlText,
  state: SessionState,
  keepUserVariables = false,
): SqlText {
  const edits: Edit[] = [];
  collect(root, text, state, edits, keepUserVariables);
  return apply(text, 0, text.length, edits);
}

/** The same for one expression; returns its text alone. */
export async function substituteExpression(
  expression: Expression,
  context: Pick<StatementContext, 'text' | 'state'>,
): Promise<SqlText> {
  const edits: Edit[] = [];
  collect(expression, context.text, context.state, edits);
  return apply(context.text, expression.start, expression.end, edits);
}

function collect(
  root: Node,
  text: SqlText,
  state: SessionState,
  edits: Edit[],
  keepUserVariables = false,
): void {
  walk(root, (node) => {
    if (keepUserVariables && node.kind === 'userVariable') return false;
    if (node.kind === 'selectItem') {
      nameItem(node, text, edits);
      return;
    }
    const literal = literalFor(node, state);
    if (literal === null) return;
    edits.push({ start: node.start, end: node.end, text: literal });
    return false;
  });
}

function nameItem(item: SelectItem, text: SqlText, edits: Edit[]): void {
  if (item.alias !== null || item.expression.kind === 'star') return;
  if (!readsSessionState(item.expression)) return;
  const spelled = Buffer.from(text.slice(item.expression.start, item.expression.end), 'latin1').toString(
    'utf8',
  );
  edits.push({
    start: item.expression.end,
    end: item.expression.end,
    text: ` AS ${quoteIdentifier(spelled)}`,
  });
}

function apply(text: SqlText, from: number, to: number, edits: readonly Edit[]): SqlText {
  // An alias behind an expression starts where the expression ends: stable order keeps the replacement first.
  const ordered = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = from;
  for (const edit of ordered) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at, to);
}

const functions: Readonly<Record<string, (state: SessionState) => string>> = {
  database: (state) => (state.target.database === null ? 'NULL' : quoteString(state.target.database)),
  schema: (state) => (state.target.database === null ? 'NULL' : quoteString(state.target.database)),
  connection_id: (state) => String(state.login.connectionId),
  last_insert_id: (state) => String(state.lastInsertId),
  found_rows: (state) => String(state.foundRows),
  row_count: (state) => String(state.rowCount),
  user: (state) => quoteString(state.login.host),
  session_user: (state) => quoteString(state.login.host),
  system_user: (state) => quoteString(state.login.host),
  current_user: (state) => quoteString(`${state.login.user}@%`),
};

const proxyReads: Readonly<Record<string, (state: SessionState) => string>> = {
  autocommit: (state) => (state.scope.autocommit ? '1' : '0'),
  transaction_mode: (state) => quoteString(state.transactionMode),
  last_insert_id: (state) => String(state.lastInsertId),
  identity: (state) => String(state.lastInsertId),
  pseudo_thread_id: (state) => String(state.login.connectionId),
  warning_count: (state) => String(state.warnings.length),
  error_count: (state) => String(state.warnings.filter((warning) => warning.level === 'Error').length),
};

function isRead(node: Node): boolean {
  if (node.kind === 'userVariable') return true;
  if (node.kind === 'call')
    return node.schema === null && node.args.length === 0 && Object.hasOwn(functions, node.name);
  if (node.kind !== 'systemVariable' || node.scope === 'global') return false;
  const name = node.name.name.toLowerCase();
  return Object.hasOwn(proxyReads, name) || variableClass(name) === 'kept';
}

/** The literal for a node that reads session state; null for all others. */
function literalFor(node: Node, state: SessionState): SqlText | null {
  if (node.kind === 'userVariable') return state.userVariables.get(node.name.toLowerCase())?.sql ?? 'NULL';
  if (!isRead(node)) return null;
  if (node.kind === 'call') return functions[node.name]?.(state) ?? null;
  if (node.kind !== 'systemVariable') return null;
  const name = node.name.name.toLowerCase();
  return proxyReads[name]?.(state) ?? state.kept.get(name) ?? null;
}
