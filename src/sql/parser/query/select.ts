// One query block: SELECT list FROM ... HAVING ..., and the tail that any query may have.
import type {
  GroupByClause,
  HavingClause,
  Hints,
  Ident,
  NextValues,
  Select,
  SelectItem,
  SelectList,
  SelectOption,
  Star,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { anyExpression, limitOption, orderByOption, orderItem, whereClause } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { level } from '../expression/level.ts';
import { windowClause } from '../expression/window.ts';
import { beginsInside } from '../whole-text.ts';
import { intoClause, lockingClauses } from './locking.ts';
import { fromClause } from './table-reference.ts';

/** Whether a set operator is at the cursor. */
export function isSetOperator(c: Cursor): boolean {
  return c.word === K.UNION || c.word === K.EXCEPT || c.word === K.INTERSECT;
}

/**
 * A SELECT; the cursor is at the keyword. `withTail`: ORDER BY and what follows it belong to this block unless a
 * set operator comes first (they belong to the whole operation then, and are left alone).
 */
export function select(c: Cursor, withTail: boolean): Select {
  const start = c.start;
  c.expect(K.SELECT);
  const hints = hintsOption(c);
  const options = selectOptions(c);
  const list = selectList(c);
  let into = intoClause(c);
  const from = fromClause(c);
  const where = whereClause(c);
  const groupBy = groupByClause(c);
  const having = havingClause(c);
  const window = windowClause(c);
  const tail = withTail && !isSetOperator(c);
  const orderBy = tail ? orderByOption(c) : null;
  const limit = tail ? limitOption(c) : null;
  if (tail) into ??= intoClause(c);
  const locking = tail ? lockingClauses(c) : [];
  if (tail) into ??= intoClause(c);
  return {
    kind: 'select',
    with: null,
    hints,
    options,
    distinct: options.includes('distinct') || options.includes('distinctrow'),
    list,
    from,
    where,
    groupBy,
    having,
    window,
    orderBy,
    limit,
    locking,
    into,
    start,
    end: c.lastEnd,
  };
}

/** An optimizer hint comment at the cursor. */
export function hintsOption(c: Cursor): Hints | null {
  if (c.kind !== T.hint) return null;
  const { start, end } = c;
  c.advance();
  return { kind: 'hints', text: c.text.slice(start + 3, end - 2), start, end };
}

const noOptions: readonly SelectOption[] = [];

function selectOptions(c: Cursor): readonly SelectOption[] {
  let options: SelectOption[] | null = null;
  for (let option = selectOption(c); option !== null; option = selectOption(c)) {
    options ??= [];
    options.push(option);
    c.advance();
  }
  return options ?? noOptions;
}

function selectOption({ word, mode }: Cursor): SelectOption | null {
  switch (word) {
    case K.ALL:
      return 'all';
    case K.DISTINCT:
      return 'distinct';
    case K.DISTINCTROW:
      return 'distinctrow';
    case K.UNIQUE:
      return mode.flavour === 'mariadb' ? 'distinct' : null;
    case K.HIGH_PRIORITY:
      return 'highPriority';
    case K.STRAIGHT_JOIN:
      return 'straightJoin';
    case K.SQL_SMALL_RESULT:
      return 'sqlSmallResult';
    case K.SQL_BIG_RESULT:
      return 'sqlBigResult';
    case K.SQL_BUFFER_RESULT:
      return 'sqlBufferResult';
    case K.SQL_CACHE:
      return 'sqlCache';
    case K.SQL_NO_CACHE:
      return 'sqlNoCache';
    case K.SQL_CALC_FOUND_ROWS:
      return 'sqlCalcFoundRows';
    default:
      return null;
  }
}

function selectList(c: Cursor): SelectList {
  const start = c.start;
  const items = c.commaList(selectItem);
  // `*` is the first item or none; `t.*` may stand anywhere.
  const late = items.find(
    (item, i) => i > 0 && item.expression.kind === 'star' && item.expression.table === null,
  );
  if (late !== undefined) c.failAt(late.start);
  return { kind: 'selectList', items, start, end: c.lastEnd };
}

/** One item of a select list or of RETURNING. */
export function selectItem(c: Cursor): SelectItem {
  const start = c.start;
  const expression = star(c) ?? nextValues(c) ?? anyExpression(c);
  const cut = c.tokens.executableComments && beginsInside(c.text, start, c.lastEnd);
  const text = cut ? null : c.since(start);
  const alias = expression.kind === 'star' ? null : itemAlias(c);
  return { kind: 'selectItem', expression, alias, text, start, end: c.lastEnd };
}

function itemAlias(c: Cursor): Ident | null {
  if (c.accept(K.AS)) return c.kind === T.string ? c.nameOrString() : c.identifier();
  if (c.kind === T.string) return c.nameOrString();
  return c.isIdentifier() ? c.anyIdentifier() : null;
}

/** `*`, `t.*`, `s.t.*`. */
function star(c: Cursor): Star | null {
  const start = c.start;
  if (c.acceptKind(T.star)) return { kind: 'star', schema: null, table: null, start, end: c.lastEnd };
  if (c.peekKind() !== T.dot) return null;
  const short = c.peekKind(2) === T.star;
  if (!short && (c.peekKind(3) !== T.dot || c.peekKind(4) !== T.star)) return null;
  const first = c.identifier();
  c.advance();
  const second = short ? null : c.anyIdentifier();
  if (!short) c.advance();
  c.advance();
  const [schema, table] = second === null ? [null, first] : [first, second];
  return { kind: 'star', schema, table, start, end: c.lastEnd };
}

/** Vitess's `NEXT VALUE` and `NEXT n VALUES`. */
function nextValues(c: Cursor): NextValues | null {
  if (c.word !== K.NEXT) return null;
  const start = c.start;
  if (c.peekWord() === K.VALUE && c.peekWord(2) === K.FROM) {
    c.advance();
    c.advance();
    return { kind: 'nextValues', count: null, start, end: c.lastEnd };
  }
  if (c.peekWord(2) !== K.VALUES) return null;
  c.advance();
  const count = c.grammar.expression(c, level.primary);
  c.expect(K.VALUES);
  return { kind: 'nextValues', count, start, end: c.lastEnd };
}

function groupByClause(c: Cursor): GroupByClause | null {
  if (c.word !== K.GROUP) return null;
  const start = c.start;
  c.advance();
  c.expect(K.BY);
  // To MariaDB a function of that name.
  const call = c.mode.flavour === 'mysql' && c.is(K.ROLLUP) && c.peekKind() === T.openParen;
  if (call) {
    c.advance();
    c.advance();
  }
  const items = c.commaList(orderItem);
  if (call) c.expectKind(T.closeParen);
  const rollup = call || c.acceptPair(K.WITH, K.ROLLUP);
  return { kind: 'groupBy', items, rollup, start, end: c.lastEnd };
}

function havingClause(c: Cursor): HavingClause | null {
  if (c.word !== K.HAVING) return null;
  const start = c.start;
  c.advance();
  const expression = anyExpression(c);
  return { kind: 'having', expression, start, end: c.lastEnd };
}
