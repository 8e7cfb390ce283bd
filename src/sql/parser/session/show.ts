// SHOW: what is shown, of which table or database, and the filter.
import type { Expression, Ident, LimitClause, Literal, Show, ShowWhat, TableName } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { anyExpression, limitOption } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { textLiteral } from '../expression/literal-node.ts';
import { tableName } from '../names.ts';
import { skipToEnd } from '../skip.ts';
import { showWhat } from './show-what.ts';

/** What is gathered while a SHOW is read. */
interface Parts {
  table: TableName | null;
  schema: Ident | null;
  like: Literal | null;
  where: Expression | null;
  limit: LimitClause | null;
}

/** The cursor is at SHOW. */
export function show(c: Cursor): Show {
  const start = c.start;
  c.advance();
  const flags = modifiers(c);
  const first = c.at;
  const what = showWhat(c);
  const words = c.wordsSince(first);
  const parts: Parts = { table: null, schema: null, like: null, where: null, limit: null };
  operands(c, what, parts);
  if (what === 'other' || what === 'vitessOther') skipToEnd(c, start);
  return { kind: 'show', what, ...flags, ...parts, words, text: c.since(start), start, end: c.lastEnd };
}

interface Flags {
  full: boolean;
  extended: boolean;
  scope: 'global' | 'session' | null;
}

function modifiers(c: Cursor): Flags {
  const flags: Flags = { full: false, extended: false, scope: null };
  for (;;) {
    if (c.accept(K.FULL)) flags.full = true;
    else if (c.accept(K.EXTENDED)) flags.extended = true;
    else if (c.accept(K.GLOBAL)) flags.scope = 'global';
    else if (c.accept(K.SESSION) || c.accept(K.LOCAL)) flags.scope = 'session';
    else return flags;
  }
}

function acceptFrom(c: Cursor): boolean {
  return c.accept(K.FROM) || c.accept(K.IN);
}

function operands(c: Cursor, what: ShowWhat, parts: Parts): void {
  switch (what) {
    case 'columns':
    case 'index':
      if (!acceptFrom(c)) c.fail();
      tableOf(c, parts);
      break;
    case 'createTable':
    case 'createView':
    case 'createRoutine':
      parts.table = tableName(c);
      parts.schema = parts.table.schema;
      return;
    case 'createDatabase':
      ifNotExists(c);
      parts.schema = c.identifier();
      return;
    case 'createOther':
    case 'grants':
      skipToEnd(c, c.start);
      return;
    case 'vschemaVindexes':
      if (c.accept(K.ON) || acceptFrom(c)) parts.table = tableName(c);
      break;
    case 'tables':
    case 'tableStatus':
    case 'openTables':
    case 'triggers':
    case 'events':
    case 'vschemaTables':
    case 'vitessMigrations':
    case 'vitessShards':
    case 'vitessTablets':
      if (acceptFrom(c)) parts.schema = c.identifier();
      break;
    default:
      break;
  }
  filter(c, parts);
}

function tableOf(c: Cursor, parts: Parts): void {
  parts.table = tableName(c);
  parts.schema = acceptFrom(c) ? c.identifier() : parts.table.schema;
}

function ifNotExists(c: Cursor): void {
  if (!c.accept(K.IF)) return;
  c.expect(K.NOT);
  c.expect(K.EXISTS);
}

function filter(c: Cursor, parts: Parts): void {
  // SHOW PLUGINS SONAME 'file' goes to a server as it stands.
  if (c.accept(K.SONAME) && c.kind === T.string) textLiteral(c);
  else if (c.accept(K.LIKE)) parts.like = textLiteral(c);
  else if (c.accept(K.WHERE)) parts.where = anyExpression(c);
  if (c.kind === T.word) parts.limit = limitOption(c);
}
