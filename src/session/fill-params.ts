// A text with `?` and the literals that take their places.
import { SqlError } from '../errors/sql-error.ts';
import type { Node } from '../sql/ast.ts';
import type { LexMode, SqlText } from '../sql/mode.ts';
import { parseStatement } from '../sql/parser/parse.ts';
import { walk } from '../sql/visitor.ts';

/** Throws 1210 when their numbers differ, 1064 when the text does not parse. */
export function fillParams(
  text: SqlText,
  literals: readonly SqlText[],
  mode: LexMode,
  caller: string,
): SqlText {
  const spans: { readonly start: number; readonly end: number; readonly alone: boolean }[] = [];
  const items = new Set<Node>();
  walk(parseStatement(text, mode), (node) => {
    // ORDER BY ? sorts by a constant; its value must not become a position.
    if (node.kind === 'orderItem') items.add(node.expression);
    if (node.kind === 'param') spans.push({ start: node.start, end: node.end, alone: items.has(node) });
  });
  if (spans.length !== literals.length) throw new SqlError(1210, 'HY000', `Incorrect arguments to ${caller}`);
  spans.sort((a, b) => a.start - b.start);
  let filled = '';
  let at = 0;
  for (const [index, span] of spans.entries()) {
    const literal = literals[index] ?? 'NULL';
    filled += `${text.slice(at, span.start)} ${span.alone ? `CAST(${literal} AS CHAR)` : literal} `;
    at = span.end;
  }
  return filled + text.slice(at);
}
