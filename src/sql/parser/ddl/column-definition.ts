// A column of CREATE TABLE or ALTER TABLE: type and attributes.
import type { ColumnDefinition, Expression, Ident, Literal, Reference } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { anyExpression } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { level } from '../expression/level.ts';
import { textLiteral } from '../expression/literal-node.ts';
import { dataType } from './data-type.ts';
import { enforcement, reference } from './key.ts';

/** What is gathered while the attributes of a column are read. */
interface Attributes {
  nullable: boolean | null;
  autoIncrement: boolean;
  key: ColumnDefinition['key'];
  defaultValue: Expression | null;
  onUpdate: Expression | null;
  generated: Expression | null;
  stored: boolean;
  invisible: boolean;
  comment: Literal | null;
  checks: Expression[];
  references: Reference | null;
  collation: string | null;
}

/** `name type attributes`. */
export function columnDefinition(c: Cursor): ColumnDefinition {
  const start = c.start;
  const name = c.identifier();
  // `t.c` and `db.t.c` are allowed where the table is the one defined.
  let last = name;
  for (let names = 1; names < 3 && c.acceptKind(T.dot); names += 1) last = c.anyIdentifier();
  return columnAfter(c, last, start);
}

function columnAfter(c: Cursor, name: Ident, start: number): ColumnDefinition {
  const serial = c.word === K.SERIAL;
  const type = dataType(c);
  const found: Attributes = {
    nullable: serial ? false : null,
    autoIncrement: serial,
    key: serial ? 'unique' : null,
    defaultValue: null,
    onUpdate: null,
    generated: null,
    stored: false,
    invisible: false,
    comment: null,
    checks: [],
    references: null,
    collation: type.collation,
  };
  while (value(c, found) || flag(c, found) || storage(c));
  const { collation, ...attributes } = found;
  return {
    kind: 'columnDefinition',
    name,
    type: collation === type.collation ? type : { ...type, collation },
    ...attributes,
    start,
    end: c.lastEnd,
  };
}

/** Attributes with an expression or a name. */
function value(c: Cursor, found: Attributes): boolean {
  switch (c.word) {
    case K.DEFAULT:
      c.advance();
      found.defaultValue = defaultExpression(c);
      return true;
    case K.ON:
      c.advance();
      c.expect(K.UPDATE);
      found.onUpdate = defaultExpression(c);
      return true;
    case K.COMMENT:
      c.advance();
      found.comment = textLiteral(c);
      return true;
    case K.COLLATE:
      c.advance();
      c.acceptKind(T.equal);
      found.collation = c.nameOrString().name.toLowerCase();
      return true;
    case K.GENERATED:
    case K.AS:
      generated(c, found);
      return true;
    case K.CONSTRAINT:
    case K.CHECK:
      check(c, found);
      return true;
    case K.REFERENCES:
      found.references = reference(c);
      return true;
    default:
      return false;
  }
}

/** A literal, a call or a parenthesised expression; MariaDB also takes operators. */
function defaultExpression(c: Cursor): Expression {
  const first = c.grammar.expression(c, level.primary);
  // COLLATE and NOT NULL after a default belong to the column.
  return c.kind === T.word ? first : c.grammar.infix(c, first, level.bitOr);
}

function generated(c: Cursor, found: Attributes): void {
  if (c.accept(K.GENERATED)) {
    if (!c.acceptPair(K.BY, K.DEFAULT)) c.expect(K.ALWAYS);
  }
  c.expect(K.AS);
  if (c.accept(K.ROW)) {
    // The period columns of system-versioned tables.
    if (!c.accept(K.START)) c.expect(K.END);
    return;
  }
  c.expectKind(T.openParen);
  found.generated = anyExpression(c);
  c.expectKind(T.closeParen);
}

function check(c: Cursor, found: Attributes): void {
  if (c.accept(K.CONSTRAINT) && c.word !== K.CHECK) c.identifier();
  if (c.is(K.REFERENCES)) {
    found.references = reference(c);
    return;
  }
  c.expect(K.CHECK);
  found.checks.push(anyExpression(c));
  enforcement(c);
}

/** Attributes that are words alone. */
function flag(c: Cursor, found: Attributes): boolean {
  if (c.acceptPair(K.NOT, K.NULL)) found.nullable = false;
  else if (c.accept(K.NULL)) found.nullable = true;
  else if (c.accept(K.AUTO_INCREMENT)) found.autoIncrement = true;
  else if (c.acceptPair(K.PRIMARY, K.KEY) || c.accept(K.PRIMARY)) found.key = 'primary';
  else if (c.acceptPair(K.UNIQUE, K.KEY) || c.accept(K.UNIQUE)) found.key = 'unique';
  // KEY alone means PRIMARY KEY.
  else if (c.accept(K.KEY)) found.key = 'primary';
  else if (c.accept(K.INVISIBLE)) found.invisible = true;
  else if (c.accept(K.STORED) || c.accept(K.PERSISTENT)) found.stored = true;
  else return c.accept(K.VIRTUAL) || c.accept(K.VISIBLE) || c.accept(K.COMPRESSED);
  return true;
}

/** What does not matter beyond the server: formats, engine attributes, versioning. */
function storage(c: Cursor): boolean {
  if (c.accept(K.STORAGE) || c.acceptSpelled('COLUMN_FORMAT')) {
    c.advance();
    return true;
  }
  if (c.accept(K.SRID)) {
    c.expectKind(T.integer);
    return true;
  }
  if (c.acceptPair(K.WITH, K.SYSTEM) || c.acceptPair(K.WITHOUT, K.SYSTEM)) {
    c.expect(K.VERSIONING);
    return true;
  }
  if (c.acceptPair(K.NOT, K.SECONDARY)) return true;
  if (c.acceptPair(K.SERIAL, K.DEFAULT)) {
    c.expect(K.VALUE);
    return true;
  }
  const attribute = c.word === K.ENGINE_ATTRIBUTE || c.word === K.SECONDARY_ENGINE_ATTRIBUTE;
  if (c.kind !== T.word || (!attribute && c.peekKind() !== T.equal)) return false;
  c.advance();
  c.acceptKind(T.equal);
  c.advance();
  return true;
}
