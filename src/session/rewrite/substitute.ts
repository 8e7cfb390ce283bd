// Puts session state into a text: DATABASE(), LAST_INSERT_ID(), @x, @@autocommit ... mean the session's.
import { isInsertIdCall, setsInsertId } from '../../planner/query/traits.ts';
import type { Expression, Node, SelectItem } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { walk } from '../../sql/visitor.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { SessionState } from '../state.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { isSessionRead, literalOfRead, shownRead } from './session-reads.ts';
import { applyEdits, type TextEdit } from './text-edits.ts';

/** Whether the statement reads session state: such texts are rewritten each time before they are planned. */
export function readsSessionState(root: Node): boolean {
  let found = false;
  // Its variables are fields of the file.
  if (root.kind === 'loadData') return false;
  walk(root, (node) => {
    if (node.kind === 'assign' || isSessionRead(node) || isInsertIdCall(node)) found = true;
    return !found;
  });
  return found;
}

/** A query that sets what LAST_INSERT_ID() will say; a write tells of it in its OK. */
export function queriesInsertId(root: Node): boolean {
  return isQuery(root) && setsInsertId(root);
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
 * The statement's text with session reads put in. Where they decide rows (WHERE, LIMIT ...) they become literals, which
 * can route. In select lists they become expressions of the type that the read itself has, under the name that the client's
 * spelling gives the column; user variables stay there as they are: see `shownVariables`.
 */
export function substitute(
  root: Node,
  text: SqlText,
  state: SessionState,
  keepUserVariables = false,
): SqlText {
  const edits: TextEdit[] = [];
  const place = { shown: false, shownVariables: isQuery(root) };
  collect(root, text, state, edits, place, keepUserVariables);
  return applyEdits(text, edits);
}

/** Names (lower case) of the user variables that `substitute` leaves: the statement's connections must have them. */
export function shownVariables(root: Node): readonly string[] {
  const names = new Set<string>();
  if (!isQuery(root)) return [];
  walk(root, (node) => {
    if (node.kind !== 'selectItem') return;
    walk(node.expression, (inner) => {
      if (inner.kind === 'userVariable') names.add(inner.name.toLowerCase());
    });
  });
  return [...names];
}

/** The text of one expression with session reads as literals. */
export async function substituteExpression(
  expression: Expression,
  context: Pick<StatementContext, 'text' | 'state'>,
): Promise<SqlText> {
  const edits: TextEdit[] = [];
  collect(expression, context.text, context.state, edits, { shown: false, shownVariables: false });
  return applyEdits(context.text, edits, expression.start, expression.end);
}

/** Only queries show values; a write stores them. */
function isQuery(root: Node): boolean {
  return root.kind === 'select' || root.kind === 'setOperation' || root.kind === 'parenQuery';
}

interface Place {
  /** Inside a select list. */
  readonly shown: boolean;
  readonly shownVariables: boolean;
}

function collect(
  root: Node,
  text: SqlText,
  state: SessionState,
  edits: TextEdit[],
  place: Place,
  keepUserVariables = false,
): void {
  walk(root, (node) => {
    if (node.kind === 'userVariable' && (keepUserVariables || (place.shown && place.shownVariables)))
      return false;
    if (node.kind === 'selectItem') {
      const before = edits.length;
      collect(node.expression, text, state, edits, { ...place, shown: true }, keepUserVariables);
      if (edits.length > before) nameItem(node, text, edits);
      return false;
    }
    if (!isSessionRead(node)) return;
    const replacement = place.shown
      ? shownRead(node, text.slice(node.start, node.end), state)
      : literalOfRead(node, state);
    if (replacement !== null) edits.push({ start: node.start, end: node.end, text: replacement });
    return false;
  });
}

function nameItem(item: SelectItem, text: SqlText, edits: TextEdit[]): void {
  if (item.alias !== null || item.expression.kind === 'star') return;
  const { start, end } = item.expression;
  const spelled = Buffer.from(text.slice(start, end), 'latin1').toString('utf8');
  edits.push({ start: end, end, text: ` AS ${quoteIdentifier(spelled)}` });
}
