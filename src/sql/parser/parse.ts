// SQL text to a syntax tree.
import type { SqlText, Statement } from '../ast.ts';
import { tokenize } from '../lexer/lexer.ts';
import { T, type TokenList } from '../lexer/token.ts';
import type { LexMode } from '../mode.ts';
import { Cursor, type Grammar } from './cursor.ts';
import { expression, infix } from './expression/expression.ts';
import { query, queryAfter } from './query/query.ts';
import { statement } from './statement.ts';

const grammar: Grammar = { expression, infix, query, queryAfter, statement };

/** A statement with what the tree does not hold. */
export interface Parsed {
  readonly statement: Statement;
  /** How many `?` the statement has. */
  readonly paramCount: number;
  /** The `/*vt+ ... *\/` comments as written, delimiters included. */
  readonly directives: readonly SqlText[];
  readonly tokens: TokenList;
}

/**
 * The tree of one statement; a trailing semicolon is allowed. Reads what MySQL 9 and MariaDB 10.11 read, and
 * somewhat more: it does not check what only a server can (arguments of functions, options of tables).
 * Throws SqlError 1064, worded as the server of `mode` words it, at the token that does not fit; also for trees
 * deeper than `depthMax` or higher than `heightMax`. Time is linear in the length of the text.
 */
export function parseStatement(text: SqlText, mode: LexMode): Statement {
  return parse(text, mode).statement;
}

/** Like `parseStatement`, with parameters counted and directives found. */
export function parse(text: SqlText, mode: LexMode): Parsed {
  const tokens = tokenize(text, mode);
  const cursor = new Cursor(text, mode, tokens, grammar);
  const node = statement(cursor);
  while (cursor.kind === T.semicolon) cursor.advance();
  if (cursor.kind !== T.end) cursor.fail();
  const directives = tokens.directives.map(({ start, end }) => text.slice(start, end));
  return { statement: node, paramCount: cursor.paramCount, directives, tokens };
}
