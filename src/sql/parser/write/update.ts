// UPDATE.
import type { SetClause, Update, With } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { orderByOption, rowLimitOption, whereClause } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { hintsOption } from '../query/select.ts';
import { tableReferences } from '../query/table-reference.ts';
import { assignments, returningClause } from './insert.ts';

/** The cursor is at UPDATE; `withClause` came before it. */
export function update(c: Cursor, withClause: With | null): Update {
  const start = (withClause ?? c).start;
  c.advance();
  const hints = hintsOption(c);
  const lowPriority = c.accept(K.LOW_PRIORITY);
  const ignore = c.accept(K.IGNORE);
  const tables = tableReferences(c);
  const set = setClause(c);
  const where = whereClause(c);
  const orderBy = orderByOption(c);
  const limit = rowLimitOption(c);
  const returning = returningClause(c);
  const tail = { tables, set, where, orderBy, limit, returning, start, end: c.lastEnd };
  return { kind: 'update', with: withClause, hints, lowPriority, ignore, ...tail };
}

function setClause(c: Cursor): SetClause {
  const start = c.start;
  c.expect(K.SET);
  const list = assignments(c);
  return { kind: 'setClause', assignments: list, start, end: c.lastEnd };
}
