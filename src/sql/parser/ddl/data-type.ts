// Data types, of columns and of casts.
import type { DataType, Literal } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { literal, literalType, stringLiteral } from '../expression/literal-node.ts';

interface Shape {
  name: string;
  length: number | null;
  scale: number | null;
  unsigned: boolean;
  zerofill: boolean;
  charset: string | null;
  collation: string | null;
  binary: boolean;
  members: readonly Literal[];
}

/** Other names of types. */
const synonyms = new Map(
  Object.entries({
    INTEGER: 'INT',
    INT4: 'INT',
    INT1: 'TINYINT',
    INT2: 'SMALLINT',
    INT3: 'MEDIUMINT',
    MIDDLEINT: 'MEDIUMINT',
    INT8: 'BIGINT',
    DEC: 'DECIMAL',
    NUMERIC: 'DECIMAL',
    FIXED: 'DECIMAL',
    NUMBER: 'DECIMAL',
    FLOAT4: 'FLOAT',
    FLOAT8: 'DOUBLE',
    BOOL: 'TINYINT',
    BOOLEAN: 'TINYINT',
    CHARACTER: 'CHAR',
    NCHAR: 'CHAR',
    NVARCHAR: 'VARCHAR',
    VARCHARACTER: 'VARCHAR',
    VARCHAR2: 'VARCHAR',
    CLOB: 'LONGTEXT',
    RAW: 'VARBINARY',
    GEOMCOLLECTION: 'GEOMETRYCOLLECTION',
    SERIAL: 'BIGINT',
  }),
);

const nationals = new Set(['NCHAR', 'NVARCHAR', 'NATIONAL']);
const texts = new Set(['CHAR', 'VARCHAR', 'TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT', 'ENUM', 'SET']);

/** A column's type with its attributes. */
export function dataType(c: Cursor): DataType {
  const start = c.start;
  const shape = named(c);
  if (shape.name === 'ENUM' || shape.name === 'SET') shape.members = members(c);
  else lengths(c, shape);
  attributes(c, shape);
  return { kind: 'dataType', ...shape, text: c.since(start), start, end: c.lastEnd };
}

/** The target of CAST and CONVERT: also SIGNED, UNSIGNED, and MariaDB's INTERVAL DAY_SECOND. */
export function castType(c: Cursor): DataType {
  if (c.word !== K.SIGNED && c.word !== K.UNSIGNED && c.word !== K.INTERVAL) return dataType(c);
  const start = c.start;
  const shape = blank(c.source().toUpperCase());
  const interval = c.word === K.INTERVAL;
  c.advance();
  if (interval) {
    c.expect(K.DAY_SECOND);
    lengths(c, shape);
  } else if (!c.accept(K.INTEGER)) {
    c.accept(K.INT);
  }
  return { kind: 'dataType', ...shape, text: c.since(start), start, end: c.lastEnd };
}

function blank(name: string): Shape {
  return {
    name,
    length: null,
    scale: null,
    unsigned: false,
    zerofill: false,
    charset: null,
    collation: null,
    binary: false,
    members: [],
  };
}

/** The words of the type's name. */
function named(c: Cursor): Shape {
  // `mariadb_schema.date`: the type as without ORACLE mode.
  if (c.kind === T.word && c.peekKind() === T.dot) {
    c.advance();
    c.advance();
  }
  if (c.kind !== T.word) c.fail();
  const word = c.source().toUpperCase();
  c.advance();
  const shape = blank(synonyms.get(word) ?? word);
  if (nationals.has(word)) shape.charset = 'utf8mb3';
  if (word === 'NATIONAL') {
    if (c.word !== K.CHAR && c.word !== K.CHARACTER && c.word !== K.VARCHAR && c.word !== K.VARCHARACTER)
      c.fail();
    shape.name = c.word === K.VARCHAR || c.word === K.VARCHARACTER ? 'VARCHAR' : 'CHAR';
    c.advance();
  }
  if (word === 'REAL') shape.name = c.mode.realAsFloat ? 'FLOAT' : 'DOUBLE';
  if (word === 'DOUBLE') c.accept(K.PRECISION);
  if (word === 'BOOL' || word === 'BOOLEAN') shape.length = 1;
  if (word === 'SERIAL') shape.unsigned = true;
  if (word === 'LONG') long(c, shape);
  const varchar = word === 'NCHAR' && (c.accept(K.VARCHAR) || c.accept(K.VARCHARACTER));
  if (varchar || (shape.name === 'CHAR' && c.accept(K.VARYING))) shape.name = 'VARCHAR';
  return shape;
}

function long(c: Cursor, shape: Shape): void {
  shape.name = c.accept(K.VARBINARY) ? 'MEDIUMBLOB' : 'MEDIUMTEXT';
  if (c.word === K.VARCHAR || c.word === K.VARCHARACTER) c.advance();
  else if ((c.word === K.CHAR || c.word === K.CHARACTER) && c.peekWord() === K.VARYING) {
    c.advance();
    c.advance();
  }
}

function members(c: Cursor): Literal[] {
  c.expectKind(T.openParen);
  const list = c.commaList(member);
  c.expectKind(T.closeParen);
  return list;
}

function member(c: Cursor): Literal {
  const type = literalType(c.kind);
  return type === 'hex' || type === 'bit' ? literal(c, type) : stringLiteral(c);
}

function lengths(c: Cursor, shape: Shape): void {
  if (!c.acceptKind(T.openParen)) return;
  shape.length = number(c);
  if (c.acceptKind(T.comma)) shape.scale = number(c);
  c.expectKind(T.closeParen);
}

function number(c: Cursor): number {
  if (c.kind !== T.integer && c.kind !== T.decimal) c.fail();
  const value = Number(c.source());
  c.advance();
  return value;
}

/** UNSIGNED, ZEROFILL, character set, collation, BINARY, in any order as the servers take them. */
function attributes(c: Cursor, shape: Shape): void {
  for (;;) {
    switch (c.word) {
      case K.UNSIGNED:
        shape.unsigned = true;
        break;
      case K.ZEROFILL:
        // ZEROFILL implies UNSIGNED.
        shape.zerofill = true;
        shape.unsigned = true;
        break;
      case K.SIGNED:
        break;
      case K.BINARY:
        shape.binary = true;
        break;
      case K.COMPRESSED:
        // MariaDB: COMPRESSED=zlib.
        if (c.peekKind() === T.equal) {
          c.advance();
          c.advance();
        }
        break;
      default:
        if (!characterSet(c, shape)) return;
        continue;
    }
    c.advance();
  }
}

function characterSet(c: Cursor, shape: Shape): boolean {
  if (c.acceptPair(K.CHARACTER, K.SET) || c.acceptPair(K.CHAR, K.SET) || c.accept(K.CHARSET)) {
    c.acceptKind(T.equal);
    shape.charset = c.nameOrString().name.toLowerCase();
    return true;
  }
  if (!texts.has(shape.name)) return false;
  if (c.accept(K.COLLATE)) {
    shape.collation = c.nameOrString().name.toLowerCase();
    return true;
  }
  const charset =
    c.word === K.ASCII ? 'latin1' : c.word === K.UNICODE ? 'ucs2' : c.word === K.BYTE ? 'binary' : null;
  if (charset === null) return false;
  shape.charset = charset;
  c.advance();
  return true;
}
