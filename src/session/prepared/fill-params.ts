// A text with `?` and the literals that take their places.
import { SqlError } from '../../errors/sql-error.ts';
import type { Node, Statement } from '../../sql/ast.ts';
import type { LexMode, SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { walk } from '../../sql/visitor.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { applyEdits, type TextEdit } from '../rewrite/text-edits.ts';

/** Throws 1210 when their numbers differ, 1064 when the text does not parse. */
export function fillParams(
  text: SqlText,
  literals: readonly SqlText[],
  mode: LexMode,
  caller: string,
): SqlText {
  const spans: { readonly start: number; readonly end: number; readonly alone: boolean }[] = [];
  const items = new Set<Node>();
  const statement = parseStatement(text, mode);
  walk(statement, (node) => {
    // On MySQL ORDER BY ? sorts by a constant: its value must not become a position, as it does on MariaDB.
    if (node.kind === 'orderItem' && mode.flavour === 'mysql') items.add(node.expression);
    if (node.kind === 'param') spans.push({ start: node.start, end: node.end, alone: items.has(node) });
  });
  if (spans.length !== literals.length) throw new SqlError(1210, 'HY000', `Incorrect arguments to ${caller}`);
  const edits = spans.map(({ start, end, alone }, index) => {
    const literal = literals[index] ?? 'NULL';
    return { start, end, text: ` ${alone ? `CAST(${literal} AS CHAR)` : literal} ` };
  });
  return applyEdits(text, [...edits, ...namingEdits(statement, text)]);
}

/** Unaliased items with parameters keep the names that their own spelling gives them. */
function namingEdits(statement: Statement, text: SqlText): TextEdit[] {
  const edits: TextEdit[] = [];
  walk(statement, (node) => {
    if (node.kind !== 'selectItem' || node.alias !== null) return;
    const { start, end } = node.expression;
    if (!holdsParam(node.expression)) return;
    const spelled = Buffer.from(text.slice(start, end), 'latin1').toString('utf8');
    edits.push({ start: end, end, text: ` AS ${quoteIdentifier(spelled)}` });
  });
  return edits;
}

function holdsParam(expression: Node): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.kind === 'param') found = true;
    return !found;
  });
  return found;
}
