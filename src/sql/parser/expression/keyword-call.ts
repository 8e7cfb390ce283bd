// Calls with keywords between their arguments: EXTRACT, TRIM, CAST, CONVERT, GET_FORMAT, JSON_VALUE and their kin.
import type { DataType, Expression, Ident, Literal } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { castType, dataType } from '../ddl/data-type.ts';
import { level } from './level.ts';
import { stringLiteral } from './literal-node.ts';

type Pieces = (string | Expression)[];

/** The call of a function with a syntax of its own, or null when the name has none. The cursor is at the parenthesis. */
export function keywordCall(c: Cursor, ident: Ident, name: string): Expression | null {
  const special = specials.get(name);
  return special === undefined ? null : special(c, ident, name);
}

type Special = (c: Cursor, ident: Ident, name: string) => Expression | null;

const table: Readonly<Record<string, Special>> = {
  cast,
  convert,
  extract: pieced(extract),
  trim: pieced(trim),
  position: pieced(position),
  substring,
  substr: substring,
  mid: substring,
  char: pieced(char),
  get_format: pieced(getFormat),
  timestampadd: pieced(unitFirst),
  timestampdiff: pieced(unitFirst),
  weight_string: pieced(weightString),
  json_value: pieced(jsonValue),
  column_create: pieced(dynamicColumns),
  column_add: pieced(dynamicColumns),
  column_get: pieced(columnGet),
};

/** A map, because names such as `constructor` must not find what objects inherit. */
const specials = new Map(Object.entries(table));

function argument(c: Cursor): Expression {
  return c.grammar.expression(c, level.any);
}

/** Makes a special from a function that reads what stands between the parentheses. */
function pieced(read: (c: Cursor, pieces: Pieces) => void): Special {
  return (c, ident, name) => {
    const pieces: Pieces = [];
    c.expectKind(T.openParen);
    read(c, pieces);
    c.expectKind(T.closeParen);
    if (pieces.every((piece) => typeof piece !== 'string')) return simple(c, ident, name, pieces);
    return { kind: 'keywordCall', name, ident, pieces, start: ident.start, end: c.lastEnd };
  };
}

function simple(c: Cursor, ident: Ident, name: string, pieces: Pieces): Expression {
  const args = pieces.filter((piece) => typeof piece !== 'string');
  return { kind: 'call', schema: null, ident, name, args, parens: true, start: ident.start, end: c.lastEnd };
}

/** Consumes the current word and adds it in upper case. */
function word(c: Cursor, pieces: Pieces): void {
  pieces.push(c.source().toUpperCase());
  c.advance();
}

function comma(c: Cursor, pieces: Pieces): void {
  c.expectKind(T.comma);
  pieces.push(',');
}

/** Arguments so far without keywords: no commas between them, so that the call can stay a plain one. */
function rest(c: Cursor, pieces: Pieces): void {
  while (c.acceptKind(T.comma)) pieces.push(argument(c));
}

function separate(pieces: Pieces): void {
  const args = pieces.splice(0);
  for (const [index, piece] of args.entries()) {
    if (index > 0) pieces.push(',');
    pieces.push(piece);
  }
}

function extract(c: Cursor, pieces: Pieces): void {
  if (c.kind !== T.word) c.fail();
  word(c, pieces);
  if (c.word !== K.FROM) c.fail();
  word(c, pieces);
  pieces.push(argument(c));
}

function trim(c: Cursor, pieces: Pieces): void {
  if (c.word === K.LEADING || c.word === K.TRAILING || c.word === K.BOTH) {
    word(c, pieces);
    if (!c.is(K.FROM)) pieces.push(argument(c));
    if (!c.is(K.FROM)) c.fail();
  } else {
    pieces.push(argument(c));
  }
  if (c.word === K.FROM) {
    word(c, pieces);
    pieces.push(argument(c));
  }
}

function position(c: Cursor, pieces: Pieces): void {
  pieces.push(c.grammar.expression(c, level.bitOr));
  if (c.word !== K.IN) c.fail();
  word(c, pieces);
  pieces.push(argument(c));
}

/** `SUBSTRING(x FROM a FOR b)` means `SUBSTRING(x, a, b)`: one node for both. */
function substring(c: Cursor, ident: Ident, name: string): Expression {
  c.expectKind(T.openParen);
  const args: Pieces = [argument(c)];
  if (c.accept(K.FROM)) {
    args.push(argument(c));
    if (c.accept(K.FOR)) args.push(argument(c));
  } else {
    rest(c, args);
  }
  c.expectKind(T.closeParen);
  return simple(c, ident, name, args);
}

function char(c: Cursor, pieces: Pieces): void {
  pieces.push(argument(c));
  rest(c, pieces);
  if (c.word !== K.USING) return;
  separate(pieces);
  using(c, pieces);
}

function using(c: Cursor, pieces: Pieces): void {
  word(c, pieces);
  pieces.push(c.source());
  c.nameOrString();
}

function getFormat(c: Cursor, pieces: Pieces): void {
  if (c.kind !== T.word) c.fail();
  word(c, pieces);
  comma(c, pieces);
  pieces.push(argument(c));
}

function unitFirst(c: Cursor, pieces: Pieces): void {
  if (c.kind !== T.word) c.fail();
  word(c, pieces);
  comma(c, pieces);
  pieces.push(argument(c));
  comma(c, pieces);
  pieces.push(argument(c));
}

/** `WEIGHT_STRING(x [AS CHAR(n)|BINARY(n)] [LEVEL list])` and the undocumented form with four numbers. */
function weightString(c: Cursor, pieces: Pieces): void {
  pieces.push(argument(c));
  rest(c, pieces);
  if (c.word !== K.AS && c.word !== K.LEVEL) return;
  separate(pieces);
  const start = c.start;
  if (c.accept(K.AS)) dataType(c);
  if (c.accept(K.LEVEL)) {
    while (c.kind !== T.closeParen && c.kind !== T.end) c.advance();
  }
  pieces.push(c.since(start));
}

/** `JSON_VALUE(doc, path [RETURNING type] [... ON EMPTY] [... ON ERROR])`. */
function jsonValue(c: Cursor, pieces: Pieces): void {
  pieces.push(argument(c));
  rest(c, pieces);
  if (c.kind === T.closeParen) return;
  separate(pieces);
  const start = c.start;
  if (c.accept(K.RETURNING)) castType(c);
  while (c.word === K.NULL || c.word === K.ERROR || c.word === K.DEFAULT) {
    if (c.word === K.DEFAULT) {
      c.advance();
      argument(c);
    } else {
      c.advance();
    }
    c.expect(K.ON);
    if (!c.accept(K.EMPTY)) c.expect(K.ERROR);
  }
  pieces.push(c.since(start));
}

function asType(c: Cursor, pieces: Pieces): void {
  if (!c.accept(K.AS)) return;
  pieces.push('AS', castType(c).text);
}

/** MariaDB: `COLUMN_CREATE(name, value [AS type], ...)`, `COLUMN_ADD(blob, name, value [AS type], ...)`. */
function dynamicColumns(c: Cursor, pieces: Pieces): void {
  pieces.push(argument(c));
  asType(c, pieces);
  while (c.kind === T.comma) {
    comma(c, pieces);
    pieces.push(argument(c));
    asType(c, pieces);
  }
}

/** MariaDB: `COLUMN_GET(blob, name AS type)`. */
function columnGet(c: Cursor, pieces: Pieces): void {
  pieces.push(argument(c));
  comma(c, pieces);
  pieces.push(argument(c));
  if (c.word !== K.AS) c.fail();
  asType(c, pieces);
}

function cast(c: Cursor, ident: Ident): Expression {
  c.expectKind(T.openParen);
  const operand = argument(c);
  let timeZone: Literal | null = null;
  if (c.accept(K.AT)) {
    c.expect(K.TIME);
    c.expect(K.ZONE);
    c.accept(K.INTERVAL);
    timeZone = stringLiteral(c);
  }
  c.expect(K.AS);
  const type = castType(c);
  const array = c.accept(K.ARRAY);
  c.expectKind(T.closeParen);
  return castNode(c, ident, 'cast', operand, timeZone, type, array);
}

function castNode(
  c: Cursor,
  ident: Ident,
  form: 'cast' | 'convert',
  operand: Expression,
  timeZone: Literal | null,
  type: DataType,
  array: boolean,
): Expression {
  return { kind: 'cast', form, operand, timeZone, type, array, start: ident.start, end: c.lastEnd };
}

/** `CONVERT(x, type)` or `CONVERT(x USING charset)`. */
function convert(c: Cursor, ident: Ident, name: string): Expression {
  c.expectKind(T.openParen);
  const operand = argument(c);
  if (c.word === K.USING) {
    const pieces: Pieces = [operand];
    using(c, pieces);
    c.expectKind(T.closeParen);
    return { kind: 'keywordCall', name, ident, pieces, start: ident.start, end: c.lastEnd };
  }
  c.expectKind(T.comma);
  const type = castType(c);
  c.expectKind(T.closeParen);
  return castNode(c, ident, 'convert', operand, null, type, false);
}
