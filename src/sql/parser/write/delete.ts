// DELETE.
import type { Delete, FromClause, TableName, TableReference, With } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { orderByOption, rowLimitOption, whereClause } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { tableName } from '../names.ts';
import { hintsOption } from '../query/select.ts';
import { table, tableReferences } from '../query/table-reference.ts';
import { returningClause } from './insert.ts';

interface Tables {
  readonly form: Delete['form'];
  readonly targets: readonly TableName[];
  readonly from: FromClause;
}

/** The cursor is at DELETE; `withClause` came before it. */
export function deleteStatement(c: Cursor, withClause: With | null): Delete {
  const start = (withClause ?? c).start;
  c.advance();
  const hints = hintsOption(c);
  const lowPriority = c.accept(K.LOW_PRIORITY);
  const quick = c.accept(K.QUICK);
  const ignore = c.accept(K.IGNORE);
  const { form, targets, from } = c.word === K.FROM ? afterFrom(c) : beforeFrom(c);
  const where = whereClause(c);
  const ordered = form === 'single' || ordersSeveral(c);
  const orderBy = ordered ? orderByOption(c) : null;
  const limit = ordered ? rowLimitOption(c) : null;
  const returning = form === 'single' ? returningClause(c) : null;
  const tail = { form, targets, from, where, orderBy, limit, returning, start, end: c.lastEnd };
  return { kind: 'delete', with: withClause, hints, lowPriority, quick, ignore, ...tail };
}

/** Whether the server takes ORDER BY and LIMIT where several tables are named. */
function ordersSeveral({ mode }: Cursor): boolean {
  return mode.flavour === 'mariadb' && mode.version >= 110801;
}

/** `DELETE t1, t2 FROM references`. */
function beforeFrom(c: Cursor): Tables {
  const targets = c.commaList(target);
  const start = c.start;
  c.expect(K.FROM);
  return { form: 'from', targets, from: from(c, start, tableReferences(c)) };
}

/** `DELETE FROM t ...` or `DELETE FROM t1, t2 USING references`. */
function afterFrom(c: Cursor): Tables {
  const start = c.start;
  c.advance();
  if (!isTargetList(c)) return { form: 'single', targets: [], from: from(c, start, [table(c)]) };
  const targets = c.commaList(target);
  const using = c.start;
  c.expect(K.USING);
  return { form: 'using', targets, from: from(c, using, tableReferences(c)) };
}

function from(c: Cursor, start: number, tables: TableReference[]): FromClause {
  return { kind: 'from', tables, start, end: c.lastEnd };
}

/** Whether names with `.*`, commas or USING follow: the multi-table form. */
function isTargetList(c: Cursor): boolean {
  let ahead = 1;
  while (c.peekKind(ahead) === T.dot && c.peekKind(ahead + 1) !== T.star) ahead += 2;
  return c.peekKind(ahead) === T.comma || c.peekKind(ahead) === T.dot || c.peekWord(ahead) === K.USING;
}

/** A table to delete from: `t`, `s.t`, `t.*`, `s.t.*`. */
function target(c: Cursor): TableName {
  const name = tableName(c);
  if (c.kind === T.dot) {
    c.advance();
    c.expectKind(T.star);
  }
  return name;
}
