// Plans UPDATE and DELETE by rows: the rows are read first, whatever it takes, and written by their keys.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Plan, RowWritesNode } from '../../plan/nodes.ts';
import type { RowAfter, RowPlace, RowTarget } from '../../plan/row-target.ts';
import type { Expression } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { Template } from '../../text/template.ts';
import { lower } from '../bind/columns-of.ts';
import type { TableSource } from '../bind/model.ts';
import type { Piece } from '../derived-unit.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import { refusalOf } from '../refusals.ts';
import { identifier, join, joinWith, splice, text } from '../splice.ts';
import { type BoundStatement, keyspaceOf, pureFunctionsOf } from '../statement.ts';
import {
  type Assigned,
  assignedBefore,
  assignmentsOf,
  ownEdits,
  takesMissingDefault,
} from './assignments.ts';
import { copiedColumns } from './copied-columns.ts';
import { writesTime } from './own-values.ts';
import { ReadItems } from './read-items.ts';
import { derivedQuery, readPlan } from './read-plan.ts';
import { returningOf, returningRefusal } from './returning.ts';
import { wholeTextAlways } from './route-node.ts';
import { rowIdentity } from './row-identity.ts';
import { isOwned, rowLookups } from './row-lookups.ts';
import { showsDigits } from './shown-digits.ts';

/*
 * Proof obligation: the SELECT has the statement's own FROM, WHERE, ORDER BY and LIMIT, so it finds the rows one server would
 * change, and locks them. A row is then named by a unique key. Assignments that need nothing but the row are the client's own
 * text, computed by the server that has the row; the others are computed by the SELECT.
 */

/** Throws a refusal for what even this cannot do. */
export function planRows(
  statement: BoundStatement,
  keyspace: string,
  targets: readonly TableSource[],
): RowWritesNode {
  const { node, binding } = statement;
  const [doubt] = binding.doubts;
  if (doubt !== undefined) throw shardgateError('SG2010', { detail: doubt });
  const construct = refusalOf(node, pureFunctionsOf(statement));
  if (construct !== null) throw construct;
  const refused = returningRefusal(node);
  if (refused !== null) throw refused;
  const verb = node.kind === 'update' ? 'update' : 'delete';
  const items = new ReadItems();
  const planned = targets.map((source) => planTarget(statement, source, items));
  const read = lockedRead(statement, items);
  const alone = new Set(binding.tables.map(({ table }) => table.keyspace)).size === 1;
  const describe = alone ? wholeTextAlways(node, statement.unit, statement.context) : null;
  return {
    kind: 'rowWrites',
    keyspace,
    verb,
    read,
    targets: planned,
    describe,
    ...(isStrict(statement, planned) ? { strict: true } : {}),
    ...returningText(statement),
    ...(node.limit === null ? { asksKey: true } : {}),
    singleTable: binding.tables.length === 1 && binding.blocks.length === 1,
    ...(asksFirst(statement, targets, alone) ? { asksFirst: true } : {}),
    pinTime: writesTime(node, verb === 'delete' ? [] : targets.map(({ table }) => table)),
  };
}

/** In a SELECT an aggregate whose columns are all of the outer query is the outer query's: it makes one row of all. */
function checkAggregates({ binding }: BoundStatement, value: Expression): void {
  const { root } = binding;
  if (root.kind !== 'block') return;
  walk(value, (node) => {
    if (node.kind !== 'aggregate') return;
    let outer = false;
    let own = false;
    walk(node, (part) => {
      if (part.kind !== 'column') return;
      const source = binding.columns.get(part)?.source;
      if (source !== undefined && root.sources.includes(source)) outer = true;
      else own = true;
    });
    if (outer && !own) throw shardgateError('SG6045', { aggregate: node.name.toUpperCase() });
  });
}

/**
 * A server in strict mode takes a warning for an error while an UPDATE looks for rows and changes them in one go. It looks
 * first, and then only warns, where the rows are sorted, or the key that finds them changes; and so does every DELETE. MySQL
 * is strict all the way.
 */
function isStrict({ node, binding, context }: BoundStatement, targets: readonly RowTarget[]): boolean {
  if (node.kind !== 'update' && node.kind !== 'delete') return false;
  if (node.ignore || context.mode.flavour === 'mysql') return !node.ignore;
  if (node.kind === 'delete') return false;
  if (binding.tables.length > 1) return true;
  const keys = new Set(targets.flatMap(({ identity }) => identity.map(({ column }) => lower(column.name))));
  return (
    node.orderBy === null && !node.set.assignments.some(({ column }) => keys.has(lower(column.name.name)))
  );
}

function returningText({ node, unit, context }: BoundStatement): Pick<RowWritesNode, 'returning'> {
  const returning = returningOf(node);
  if (returning === null) return {};
  const edits = qualifierEdits(returning, context);
  const names = nameEdits(returning, edits);
  return { returning: splice(unit, returning.start, returning.end, [...edits, ...names]) };
}

/**
 * Whether a server may have something against the statement that its SELECT does not show: that it reads a table that it writes
 * once more, or begins with WITH; on MySQL that it compares with what is no date, which a SELECT is only warned of. Throws MySQL's refusal where no server has all tables, so that none can be asked, unless a
 * derived table, which it may let pass, reads it.
 */
function asksFirst(
  { node, binding, context }: BoundStatement,
  targets: readonly TableSource[],
  alone: boolean,
): boolean {
  const isAgain = (source: TableSource, target: TableSource): boolean =>
    source !== target && source.table === target.table;
  const again = targets.find((target) => binding.tables.some((source) => isAgain(source, target)));
  const isMysql = context.mode.flavour === 'mysql';
  if (alone || again === undefined || !isMysql)
    return alone && (isMysql || again !== undefined || node.with !== null);
  const isRefused = binding.tables.some(
    (source) => isAgain(source, again) && source.block !== binding.root && !isInDerived(source, binding),
  );
  if (!isRefused) return false;
  const text = `You can't specify target table '${again.alias}' for update in FROM clause`;
  throw new SqlError(1093, 'HY000', text);
}

/** In a derived table, a CTE or a view. */
function isInDerived({ block, node }: TableSource, { blocks, root }: BoundStatement['binding']): boolean {
  if (root.kind === 'block' && block.unit !== root.unit) return true;
  return blocks.some(({ sources }) =>
    sources.some((source) => {
      if (source.kind !== 'query' || source.query.unit !== block.unit) return false;
      const { start, end } = source.query.node;
      return start <= node.start && node.end <= end;
    }),
  );
}

function lockedRead(statement: BoundStatement, items: ReadItems): Plan {
  const { node, unit, context } = statement;
  if (node.kind !== 'update' && node.kind !== 'delete') throw new Error('assertion failed: UPDATE or DELETE');
  const tables = node.kind === 'update' ? node.tables : node.from.tables;
  const rest = node.kind === 'update' ? node.set.end : node.from.end;
  const last = node.limit ?? node.orderBy ?? node.where;
  const pieces: Piece[] = node.with === null ? [] : [node.with, ' '];
  const first = tables[0]?.start ?? rest;
  pieces.push('SELECT ', ...items.pieces, ' FROM ', { start: first, end: tables.at(-1)?.end ?? rest }, ' ');
  if (last !== null) pieces.push({ start: rest, end: last.end });
  pieces.push(' FOR UPDATE');
  return { ...readPlan(derivedQuery(unit, pieces, context)), readOnly: false, locks: true };
}

function planTarget(statement: BoundStatement, source: TableSource, items: ReadItems): RowTarget {
  const { table } = source;
  const identity = rowIdentity(source, items);
  const all = assignmentsOf(statement, source);
  const assigned = new Set(all.map(({ column }) => column));
  const place = placeOf(statement, source, items);
  const cellOf = (column: string) => items.column(source, column);
  const moves = table.columnVindexes[0]?.columns.some((column) => assigned.has(lower(column.name))) === true;
  const lookups = rowLookups(table, cellOf).filter(
    ({ key, owned }) =>
      owned &&
      (statement.node.kind === 'delete' ||
        moves ||
        key.columns.some((column) => assigned.has(lower(column.name)))),
  );
  if (moves) checkMove(statement, source);
  const ignores = statement.node.kind === 'update' && statement.node.ignore;
  if (ignores && lookups.some(({ key }) => key.vindex.unique)) {
    throw shardgateError('SG6038', { table: table.name });
  }
  const computed = all.filter((one) => one.computed);
  const values = computed.map(({ node, column }) => {
    checkAggregates(statement, node.value);
    if (assignedBefore(statement, source, all, node)) throw shardgateError('SG6036', { column });
    const definition = table.columns?.find((one) => lower(one.name) === column) ?? null;
    return {
      column: identifier(spelled(source, column)),
      cell: items.expression(node.value, statement.binding.columns),
      ...(showsDigits(node.value, definition, statement.context) ? { asText: true as const } : {}),
    };
  });
  const own = all.filter((one) => !one.computed);
  return {
    keyspace: table.keyspace,
    table: table.name,
    identity,
    place,
    lookups,
    head: headOf(statement, source, own),
    tail: tailOf(statement),
    assigns: own.length > 0,
    ...(own.some((one) => takesMissingDefault(one, table)) ? { takesMissingDefault: true as const } : {}),
    values,
    after: lookups.length === 0 && !moves ? null : afterOf(statement, source, all, items, moves),
  };
}

function spelled({ table }: TableSource, name: string): string {
  return table.columns?.find((column) => lower(column.name) === name)?.name ?? name;
}

function placeOf(statement: BoundStatement, source: TableSource, items: ReadItems): RowPlace {
  const { table } = source;
  const [key] = table.columnVindexes;
  if (table.kind === 'reference') return { kind: 'everywhere' };
  if (table.kind === 'pinned' && table.pinnedShard !== null)
    return { kind: 'shard', shard: table.pinnedShard };
  if (key === undefined) {
    const { shards } = keyspaceOf(statement.context, table.keyspace).shardMap;
    return { kind: 'shard', shard: shards[0]?.name ?? '-' };
  }
  return { kind: 'key', key, cells: key.columns.map((column) => items.column(source, lower(column.name))) };
}

/** A row that moves is deleted on one shard and inserted on another: no server may take that for more than it is. */
function checkMove({ node, context }: BoundStatement, { table }: TableSource): void {
  if (node.kind === 'update' && node.ignore) throw shardgateError('SG6038', { table: table.name });
  for (const keyspace of context.vschema.keyspaces.values()) {
    for (const child of keyspace.tables.values()) {
      const refers = child.foreignKeys.find(
        (key) => key.referencedKeyspace === table.keyspace && key.referencedTable === table.name,
      );
      if (refers !== undefined) throw shardgateError('SG6037', { table: table.name, key: refers.name });
    }
  }
}

function afterOf(
  statement: BoundStatement,
  source: TableSource,
  all: readonly Assigned[],
  items: ReadItems,
  moves: boolean,
): RowAfter | null {
  if (statement.node.kind === 'delete') return null;
  const { table } = source;
  const identity = rowIdentity(source, items).map(({ column }) => {
    const changed = all.find((one) => one.column === lower(column.name));
    if (changed === undefined) return null;
    if (assignedBefore(statement, source, all, changed.node)) {
      throw shardgateError('SG6036', { column: changed.column });
    }
    return items.expression(changed.node.value, statement.binding.columns);
  });
  return { identity, copied: moves ? copiedColumns(table) : null };
}

function headOf(statement: BoundStatement, source: TableSource, own: readonly Assigned[]): Template {
  const { node, unit } = statement;
  const name: Template = join(
    [{ kind: 'database', keyspace: source.table.keyspace }],
    text(`.${identifier(source.table.name)}`),
  );
  if (node.kind === 'delete') return join(text(`DELETE ${node.ignore ? 'IGNORE ' : ''}FROM `), name);
  const ignore = node.kind === 'update' && node.ignore ? 'IGNORE ' : '';
  const edits = ownEdits(statement);
  const assignments = own.map(({ node: one }) => splice(unit, one.start, one.end, edits));
  const head = join(text(`UPDATE ${ignore}`), name, text(` AS ${identifier(source.alias)} SET `));
  return join(head, joinWith(', ', assignments));
}

/** The order in which rows change decides which of them meets a duplicate. */
function tailOf(statement: BoundStatement): Template {
  const { node, unit, binding } = statement;
  if (node.kind !== 'update' || node.orderBy === null || binding.tables.length !== 1) return [];
  return join(text(' '), splice(unit, node.orderBy.start, node.orderBy.end, ownEdits(statement)));
}

/** Whether an UPDATE of these columns may change what a vindex of the table sees. */
export function touchesVindexes({ table }: TableSource, assigned: ReadonlySet<string>): boolean {
  return table.columnVindexes.some((key, index) => {
    const matters = index === 0 || isOwned(table, key);
    return matters && key.columns.some((column) => assigned.has(lower(column.name)));
  });
}
