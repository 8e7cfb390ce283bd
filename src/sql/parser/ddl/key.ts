// Keys of tables: parts, index options, references.
import type { Expression, Ident, KeyDefinition, KeyPart, Reference } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { anyExpression } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { tableName } from '../names.ts';

/** Consumes `IF NOT EXISTS`; whether it was there. */
export function ifNotExists(c: Cursor): boolean {
  if (c.word !== K.IF || c.peekWord() !== K.NOT) return false;
  c.advance();
  c.advance();
  c.expect(K.EXISTS);
  return true;
}

/** Consumes `IF EXISTS`; whether it was there. */
export function ifExists(c: Cursor): boolean {
  return c.acceptPair(K.IF, K.EXISTS);
}

/** Whether a key or constraint begins at the cursor, and not a column of such a name. */
export function startsKey(c: Cursor): boolean {
  switch (c.word) {
    case K.CONSTRAINT:
    case K.PRIMARY:
    case K.UNIQUE:
    case K.INDEX:
    case K.KEY:
    case K.FULLTEXT:
    case K.SPATIAL:
    case K.FOREIGN:
    case K.CHECK:
      return true;
    case K.VECTOR:
      return c.peekWord() === K.INDEX || c.peekWord() === K.KEY;
    default:
      return false;
  }
}

/** A key or constraint of CREATE TABLE or ALTER TABLE ADD. */
export function keyDefinition(c: Cursor): KeyDefinition {
  const start = c.start;
  let name: Ident | null = null;
  if (c.accept(K.CONSTRAINT)) {
    ifNotExists(c);
    if (!startsKey(c)) name = c.identifier();
  }
  switch (c.word) {
    case K.PRIMARY:
      c.advance();
      c.expect(K.KEY);
      return key(c, 'primary', name, start);
    case K.UNIQUE:
      c.advance();
      return key(c, 'unique', name, start);
    case K.FULLTEXT:
      c.advance();
      return key(c, 'fulltext', name, start);
    case K.SPATIAL:
      c.advance();
      return key(c, 'spatial', name, start);
    case K.VECTOR:
      c.advance();
      return key(c, 'vector', name, start);
    case K.FOREIGN:
      return foreignKey(c, name, start);
    case K.CHECK:
      return checkConstraint(c, name, start);
    default:
      return key(c, 'index', name, start);
  }
}

/** The rest of a key after its type: `[KEY|INDEX] [name] [USING type] (parts) [options]`. */
export function key(
  c: Cursor,
  type: KeyDefinition['type'],
  constraint: Ident | null,
  start: number,
): KeyDefinition {
  if (type !== 'primary' && !c.accept(K.INDEX)) c.accept(K.KEY);
  ifNotExists(c);
  let name = constraint;
  if (c.kind !== T.openParen && c.word !== K.USING && c.word !== K.TYPE) name = c.anyIdentifier();
  indexOptions(c);
  const parts = keyParts(c);
  indexOptions(c);
  return { kind: 'keyDefinition', type, name, parts, references: null, check: null, start, end: c.lastEnd };
}

/** `(part, ...)`. */
export function keyParts(c: Cursor): KeyPart[] {
  c.expectKind(T.openParen);
  const parts = c.commaList(keyPart);
  c.expectKind(T.closeParen);
  return parts;
}

function keyPart(c: Cursor): KeyPart {
  const start = c.start;
  let column: Ident | null = null;
  let expression: Expression | null = null;
  let length: number | null = null;
  if (c.kind === T.openParen) {
    c.advance();
    expression = anyExpression(c);
    c.expectKind(T.closeParen);
  } else {
    column = c.identifier();
    if (c.acceptKind(T.openParen)) {
      length = Number(c.source());
      c.expectKind(T.integer);
      c.expectKind(T.closeParen);
    }
  }
  const direction = c.accept(K.ASC) ? 'asc' : c.accept(K.DESC) ? 'desc' : null;
  if (c.accept(K.WITHOUT)) c.expect(K.OVERLAPS);
  return { kind: 'keyPart', column, expression, length, direction, start, end: c.lastEnd };
}

/** USING BTREE, KEY_BLOCK_SIZE, COMMENT, WITH PARSER, VISIBLE ... and MariaDB's `name = value`. */
export function indexOptions(c: Cursor): void {
  for (;;) {
    switch (c.word) {
      case K.USING:
      case K.TYPE:
        c.advance();
        c.anyIdentifier();
        break;
      case K.WITH:
        c.advance();
        c.expect(K.PARSER);
        c.anyIdentifier();
        break;
      case K.VISIBLE:
      case K.INVISIBLE:
      case K.IGNORED:
        c.advance();
        break;
      case K.NOT:
        if (!c.acceptPair(K.NOT, K.IGNORED)) return;
        break;
      default:
        if (!optionValue(c)) return;
    }
  }
}

function optionValue(c: Cursor): boolean {
  const known =
    c.word === K.KEY_BLOCK_SIZE || c.word === K.COMMENT || c.word === K.ALGORITHM || c.word === K.LOCK;
  if (c.kind === T.openParen || (!known && c.peekKind() !== T.equal)) return false;
  c.anyIdentifier();
  c.acceptKind(T.equal);
  c.advance();
  return true;
}

function foreignKey(c: Cursor, constraint: Ident | null, start: number): KeyDefinition {
  c.advance();
  c.expect(K.KEY);
  ifNotExists(c);
  const name = c.kind === T.openParen ? constraint : c.identifier();
  const parts = keyParts(c);
  const references = reference(c);
  return {
    kind: 'keyDefinition',
    type: 'foreign',
    name,
    parts,
    references,
    check: null,
    start,
    end: c.lastEnd,
  };
}

/** `REFERENCES t [(columns)] [MATCH x] [ON DELETE x] [ON UPDATE x]`; the cursor is at REFERENCES. */
export function reference(c: Cursor): Reference {
  const start = c.start;
  c.expect(K.REFERENCES);
  const table = tableName(c);
  const columns = c.kind === T.openParen ? keyParts(c) : [];
  let onDelete: string | null = null;
  let onUpdate: string | null = null;
  for (;;) {
    if (c.accept(K.MATCH)) c.advance();
    else if (c.acceptPair(K.ON, K.DELETE)) onDelete = referenceAction(c);
    else if (c.acceptPair(K.ON, K.UPDATE)) onUpdate = referenceAction(c);
    else return { kind: 'reference', table, columns, onDelete, onUpdate, start, end: c.lastEnd };
  }
}

function referenceAction(c: Cursor): string {
  if (c.acceptPair(K.NO, K.ACTION)) return 'NO ACTION';
  if (c.acceptPair(K.SET, K.NULL)) return 'SET NULL';
  if (c.acceptPair(K.SET, K.DEFAULT)) return 'SET DEFAULT';
  if (c.accept(K.RESTRICT)) return 'RESTRICT';
  c.expect(K.CASCADE);
  return 'CASCADE';
}

function checkConstraint(c: Cursor, name: Ident | null, start: number): KeyDefinition {
  c.advance();
  const check = anyExpression(c);
  enforcement(c);
  return {
    kind: 'keyDefinition',
    type: 'check',
    name,
    parts: [],
    references: null,
    check,
    start,
    end: c.lastEnd,
  };
}

/** `[NOT] ENFORCED`. */
export function enforcement(c: Cursor): void {
  if (!c.acceptPair(K.NOT, K.ENFORCED)) c.accept(K.ENFORCED);
}
