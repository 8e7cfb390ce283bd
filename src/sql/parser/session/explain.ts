// EXPLAIN, DESCRIBE, MariaDB's ANALYZE statement, and VEXPLAIN.
import type { DescribeTable, Explain, Vexplain } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { stringLiteral } from '../expression/literal-node.ts';
import { tableName } from '../names.ts';
import { skipToEnd } from '../skip.ts';

/** The cursor is at EXPLAIN, DESCRIBE or DESC. */
export function explain(c: Cursor): Explain | DescribeTable {
  const start = c.start;
  c.advance();
  const analyze = c.accept(K.ANALYZE);
  if (!c.accept(K.EXTENDED)) c.accept(K.PARTITIONS);
  const format = formatOption(c);
  const intoVariable = c.accept(K.INTO);
  if (intoVariable) c.expectKind(T.userVariable);
  if (c.acceptPair(K.FOR, K.CONNECTION)) {
    return {
      kind: 'explain',
      analyze,
      format,
      intoVariable,
      statement: null,
      text: skipToEnd(c, start),
      start,
      end: c.lastEnd,
    };
  }
  if (c.word === K.FOR && (c.peekWord() === K.SCHEMA || c.peekWord() === K.DATABASE)) {
    c.advance();
    c.advance();
    c.identifier();
  }
  if (!analyze && format === null && !startsStatement(c)) return describe(c, start);
  return explainStatement(c, start, { analyze, format, intoVariable });
}

function explainStatement(
  c: Cursor,
  start: number,
  options: Pick<Explain, 'analyze' | 'format' | 'intoVariable'>,
): Explain {
  c.enter();
  const statement = c.grammar.statement(c);
  c.leave();
  return { kind: 'explain', ...options, statement, text: c.since(start), start, end: c.lastEnd };
}

/** MariaDB: `ANALYZE [FORMAT=JSON] statement`; the cursor is at ANALYZE. */
export function analyzeStatement(c: Cursor): Explain {
  const start = c.start;
  c.advance();
  return explainStatement(c, start, { analyze: true, format: formatOption(c), intoVariable: false });
}

function formatOption(c: Cursor): string | null {
  if (c.word !== K.FORMAT || c.peekKind() !== T.equal) return null;
  c.advance();
  c.advance();
  return c.nameOrString().name.toUpperCase();
}

/** Whether what can be explained begins here; else it is a table's name. */
function startsStatement(c: Cursor): boolean {
  if (c.kind === T.openParen) return true;
  switch (c.word) {
    case K.SELECT:
    case K.INSERT:
    case K.REPLACE:
    case K.UPDATE:
    case K.DELETE:
    case K.WITH:
    case K.TABLE:
    case K.VALUES:
    case K.SET:
      return true;
    default:
      return false;
  }
}

/** `DESCRIBE table [column | 'pattern']`. */
function describe(c: Cursor, start: number): DescribeTable {
  const table = tableName(c);
  let column: DescribeTable['column'] = null;
  if (c.kind === T.string) column = stringLiteral(c);
  else if (c.isIdentifier()) column = c.anyIdentifier();
  return { kind: 'describeTable', table, column, start, end: c.lastEnd };
}

/** `VEXPLAIN [PLAN|QUERIES|TRACE|KEYS|ALL] statement`. */
export function vexplain(c: Cursor): Vexplain {
  const start = c.start;
  c.advance();
  let mode: Vexplain['mode'] = 'plan';
  if (c.accept(K.PLAN)) mode = 'plan';
  else if (c.accept(K.QUERIES)) mode = 'queries';
  else if (c.accept(K.TRACE)) mode = 'trace';
  else if (c.accept(K.KEYS)) mode = 'keys';
  else if (c.accept(K.ALL)) mode = 'all';
  c.enter();
  const statement = c.grammar.statement(c);
  c.leave();
  return { kind: 'vexplain', mode, statement, start, end: c.lastEnd };
}
