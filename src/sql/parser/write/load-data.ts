// LOAD DATA and LOAD XML.
import type { Assignment, Expression, Ident, Literal, LoadData, UserVariable } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { literal, literalType, textLiteral, userVariable } from '../expression/literal-node.ts';
import { columnName, partitions, tableName } from '../names.ts';
import { skipToEnd } from '../skip.ts';
import { assignments } from './insert.ts';

/** The cursor is at LOAD. */
export function loadData(c: Cursor): LoadData {
  const start = c.start;
  c.advance();
  const xml = c.accept(K.XML);
  if (!xml) c.expect(K.DATA);
  if (!c.accept(K.LOW_PRIORITY)) c.accept(K.CONCURRENT);
  const local = c.accept(K.LOCAL);
  c.expect(K.INFILE);
  const file = textLiteral(c);
  const duplicates = c.accept(K.REPLACE) ? 'replace' : c.accept(K.IGNORE) ? 'ignore' : null;
  c.expect(K.INTO);
  c.expect(K.TABLE);
  const table = tableName(c);
  const parts = partitions(c);
  const options = xml ? noOptions : loadOptions(c);
  const text = skipToEnd(c, start);
  const head = { kind: 'loadData', local, xml, file, duplicates, table, partitions: parts } as const;
  return { ...head, ...options, text, start, end: c.lastEnd };
}

type Options = Pick<LoadData, 'charset' | 'fields' | 'lines' | 'ignoreLines' | 'targets' | 'assignments'>;

const noOptions: Options = {
  charset: null,
  fields: { terminatedBy: null, enclosedBy: null, escapedBy: null },
  lines: { startingBy: null, terminatedBy: null },
  ignoreLines: null,
  targets: null,
  assignments: [],
};

function loadOptions(c: Cursor): Options {
  const charset = charsetOption(c);
  const fields = c.accept(K.FIELDS) || c.accept(K.COLUMNS) ? fieldOptions(c) : noOptions.fields;
  const lines = c.accept(K.LINES) ? lineOptions(c) : noOptions.lines;
  const ignoreLines = ignoreOption(c);
  const targets = targetList(c);
  const list: readonly Assignment[] = c.accept(K.SET) ? assignments(c) : [];
  return { charset, fields, lines, ignoreLines, targets, assignments: list };
}

function charsetOption(c: Cursor): string | null {
  if (c.word === K.CHARACTER && c.peekWord() === K.SET) {
    c.advance();
    c.advance();
  } else if (!c.accept(K.CHARSET)) {
    return null;
  }
  return c.nameOrString().name.toLowerCase();
}

function fieldOptions(c: Cursor): LoadData['fields'] {
  let fields: LoadData['fields'] = noOptions.fields;
  for (;;) {
    if (c.accept(K.TERMINATED)) fields = { ...fields, terminatedBy: separator(c) };
    else if (c.accept(K.OPTIONALLY)) {
      c.expect(K.ENCLOSED);
      fields = { ...fields, enclosedBy: separator(c) };
    } else if (c.accept(K.ENCLOSED)) fields = { ...fields, enclosedBy: separator(c) };
    else if (c.accept(K.ESCAPED)) fields = { ...fields, escapedBy: separator(c) };
    else return fields;
  }
}

function lineOptions(c: Cursor): LoadData['lines'] {
  let lines: LoadData['lines'] = noOptions.lines;
  for (;;) {
    if (c.accept(K.STARTING)) lines = { ...lines, startingBy: separator(c) };
    else if (c.accept(K.TERMINATED)) lines = { ...lines, terminatedBy: separator(c) };
    else return lines;
  }
}

/** `BY 'x'`, also as hexadecimal or bits. */
function separator(c: Cursor): Literal {
  c.expect(K.BY);
  const type = literalType(c.kind);
  return type === 'hex' || type === 'bit' ? literal(c, type) : textLiteral(c);
}

function ignoreOption(c: Cursor): Expression | null {
  if (!c.accept(K.IGNORE)) return null;
  if (c.kind !== T.integer) c.fail();
  const count = literal(c, 'integer');
  if (!c.accept(K.LINES)) c.expect(K.ROWS);
  return count;
}

/** `(a, @b, c)`, possibly empty. */
function targetList(c: Cursor): LoadData['targets'] {
  if (c.kind !== T.openParen) return null;
  c.advance();
  const list = c.peekKind(0) === T.closeParen ? [] : c.commaList(target);
  c.expectKind(T.closeParen);
  return list;
}

function target(c: Cursor): Ident | UserVariable {
  return c.kind === T.userVariable ? userVariable(c) : columnName(c).name;
}
