// ALTER TABLE and its actions.
import type { AlterAction, AlterTable, Ident } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { tableName } from '../names.ts';
import { skipParens } from '../skip.ts';
import { columnDefinition } from './column-definition.ts';
import { partitionClause } from './create-table.ts';
import { ifExists, ifNotExists, keyDefinition, startsKey } from './key.ts';
import { tableOptions } from './table-option.ts';

/** The cursor is at TABLE; `start` is ALTER's offset. */
export function alterTable(c: Cursor, start: number): AlterTable {
  c.advance();
  ifExists(c);
  const table = tableName(c);
  if (c.accept(K.WAIT)) c.expectKind(T.integer);
  else c.accept(K.NOWAIT);
  const actions: AlterAction[] = [];
  while (c.kind !== T.end && c.kind !== T.semicolon) {
    const at = c.at;
    action(c, actions);
    // An action that consumed nothing would be read for ever.
    if (c.at === at) c.fail();
    if (!c.acceptKind(T.comma) && !startsPartitioning(c)) break;
  }
  return { kind: 'alterTable', table, actions, text: c.since(start), start, end: c.lastEnd };
}

/** Partitioning follows the other actions without a comma. */
function startsPartitioning(c: Cursor): boolean {
  return c.word === K.PARTITION || c.acceptPair(K.REMOVE, K.PARTITIONING);
}

function action(c: Cursor, actions: AlterAction[]): void {
  const start = c.start;
  switch (c.word) {
    case K.ADD:
      add(c, start, actions);
      break;
    case K.DROP:
      actions.push(drop(c, start));
      break;
    case K.CHANGE:
    case K.MODIFY:
      actions.push(change(c, start));
      break;
    case K.RENAME:
      actions.push(rename(c, start));
      break;
    case K.CONVERT:
    case K.ALTER:
    case K.ALGORITHM:
    case K.LOCK:
    case K.FORCE:
    case K.ENABLE:
    case K.DISABLE:
    case K.DISCARD:
    case K.IMPORT:
    case K.ORDER:
    case K.PARTITION:
    case K.COALESCE:
    case K.REORGANIZE:
    case K.EXCHANGE:
    case K.TRUNCATE:
    case K.ANALYZE:
    case K.CHECK:
    case K.OPTIMIZE:
    case K.REBUILD:
    case K.REPAIR:
    case K.REMOVE:
    case K.WITH:
    case K.WITHOUT:
    case K.VALIDATION:
    case K.SECONDARY_LOAD:
    case K.SECONDARY_UNLOAD:
      actions.push(other(c, start));
      break;
    default:
      actions.push({ kind: 'alterOptions', options: tableOptions(c, false), start, end: c.lastEnd });
  }
}

function add(c: Cursor, start: number, actions: AlterAction[]): void {
  const next = c.peekWord();
  if (next === K.PARTITION || next === K.PERIOD || next === K.SYSTEM) {
    actions.push(other(c, start));
    return;
  }
  c.advance();
  if (startsKey(c)) {
    const key = keyDefinition(c);
    actions.push({ kind: 'alterAddKey', key, start, end: c.lastEnd });
    return;
  }
  c.accept(K.COLUMN);
  ifNotExists(c);
  if (!c.acceptKind(T.openParen)) {
    actions.push(addColumn(c, start));
    return;
  }
  do actions.push(startsKey(c) ? addKey(c) : addColumn(c, c.start));
  while (c.acceptKind(T.comma));
  c.expectKind(T.closeParen);
}

function addKey(c: Cursor): AlterAction {
  const start = c.start;
  const key = keyDefinition(c);
  return { kind: 'alterAddKey', key, start, end: c.lastEnd };
}

function addColumn(c: Cursor, start: number): AlterAction {
  const column = columnDefinition(c);
  position(c);
  return { kind: 'alterAddColumn', column, start, end: c.lastEnd };
}

/** `FIRST` or `AFTER column`. */
function position(c: Cursor): void {
  if (!c.accept(K.FIRST) && c.accept(K.AFTER)) c.identifier();
}

function drop(c: Cursor, start: number): AlterAction {
  if (c.peekWord() === K.PARTITION || c.peekWord() === K.SYSTEM || c.peekWord() === K.PERIOD)
    return other(c, start);
  c.advance();
  const named = (type: 'index' | 'foreign' | 'check' | 'constraint'): AlterAction => {
    ifExists(c);
    const name = c.anyIdentifier();
    return { kind: 'alterDropKey', type, name, start, end: c.lastEnd };
  };
  if (c.acceptPair(K.PRIMARY, K.KEY)) {
    return { kind: 'alterDropKey', type: 'primary', name: null, start, end: c.lastEnd };
  }
  if (c.accept(K.INDEX) || c.accept(K.KEY)) return named('index');
  if (c.acceptPair(K.FOREIGN, K.KEY)) return named('foreign');
  if (c.accept(K.CHECK)) return named('check');
  if (c.accept(K.CONSTRAINT)) {
    const constraint = named('constraint');
    c.accept(K.KEY);
    return constraint;
  }
  c.accept(K.COLUMN);
  ifExists(c);
  const name = c.identifier();
  if (!c.accept(K.RESTRICT)) c.accept(K.CASCADE);
  return { kind: 'alterDropColumn', name, start, end: c.lastEnd };
}

/** `CHANGE old definition` or `MODIFY definition`. */
function change(c: Cursor, start: number): AlterAction {
  const modify = c.word === K.MODIFY;
  c.advance();
  c.accept(K.COLUMN);
  ifExists(c);
  let from: Ident | null = null;
  if (!modify) from = c.identifier();
  const column = columnDefinition(c);
  position(c);
  return { kind: 'alterChangeColumn', from: from ?? column.name, column, start, end: c.lastEnd };
}

function rename(c: Cursor, start: number): AlterAction {
  c.advance();
  const column = c.accept(K.COLUMN);
  if (column || c.accept(K.INDEX) || c.accept(K.KEY)) {
    ifExists(c);
    const from = c.anyIdentifier();
    c.expect(K.TO);
    const to = c.anyIdentifier();
    return { kind: column ? 'alterRenameColumn' : 'alterRenameKey', from, to, start, end: c.lastEnd };
  }
  if (!c.accept(K.TO) && !c.accept(K.AS)) c.acceptKind(T.equal);
  const to = tableName(c);
  return { kind: 'alterRenameTable', to, start, end: c.lastEnd };
}

/** An action of which only words and text matter. */
function other(c: Cursor, start: number): AlterAction {
  const words = [c.source().toUpperCase()];
  const exchange = c.word === K.EXCHANGE;
  if (c.word === K.PARTITION) {
    partitionClause(c);
    return {
      kind: 'alterOther',
      action: 'PARTITION BY',
      table: null,
      text: c.since(start),
      start,
      end: c.lastEnd,
    };
  }
  c.advance();
  if (c.kind === T.word) words.push(c.source().toUpperCase());
  let table = null;
  // ORDER BY a, b and DROP PARTITION a, b hold commas of their own, and nothing can follow them.
  const toEnd = words[0] === 'ORDER' || (words[0] !== 'ADD' && words[1] === 'PARTITION');
  while (c.kind !== T.end && c.kind !== T.semicolon && (toEnd || c.kind !== T.comma)) {
    if (skipParens(c)) continue;
    if (exchange && c.accept(K.TABLE)) table = tableName(c);
    else if (words[0] !== 'CONVERT' && startsPartitionBy(c)) break;
    else c.advance();
  }
  return { kind: 'alterOther', action: words.join(' '), table, text: c.since(start), start, end: c.lastEnd };
}

function startsPartitionBy(c: Cursor): boolean {
  return c.word === K.PARTITION && c.peekWord() === K.BY;
}
