// The general plan: one fragment per table reference, finished by the client's own text over the fragments.
import { shardgateError } from '../../../errors/catalog.ts';
import type { Fragment, GatherNode } from '../../../plan/nodes.ts';
import type { LockingClause } from '../../../sql/ast.ts';
import type { Template } from '../../../text/template.ts';
import { assert } from '../../../util/assert.ts';
import { lower } from '../../bind/columns-of.ts';
import type { ColumnId, TableSource } from '../../bind/model.ts';
import { sourceDestination } from '../../route/source-destination.ts';
import { identifier, join, joinWith, splice, text } from '../../splice.ts';
import type { BoundStatement } from '../../statement.ts';
import type { TextUnit } from '../../text-unit.ts';
import { describeTemplate } from '../describe-template.ts';
import { orderShows } from '../first-rows.ts';
import { asksForTime } from '../traits.ts';
import { FinishText } from './finish-text.ts';
import { FragmentColumns } from './fragment-columns.ts';
import { clusteringColumns, fragmentKeys, isJoined } from './fragment-keys.ts';
import { type FragmentIds, inferredFilters } from './inferred-filters.ts';
import { keyReductions } from './key-reductions.ts';
import { isOnlyShown } from './only-shown.ts';
import { pushedFilters } from './pushed-filters.ts';

/*
 * Always right: every table reference of every block is replaced by a table that holds all its rows that can matter, under
 * the same alias and with the same column names; the text around it is the client's. It is only ever expensive.
 */

/** Throws a refusal that names what even this plan needs and does not have. */
export function generalPlan(statement: BoundStatement, keyspace: string, reasons: string[]): GatherNode {
  checkAliases(statement);
  if (orderShows(statement)) for (const source of statement.binding.tables) needClusteringColumns(source);
  const places = columnPlaces(statement);
  const reductions = keyReductions(statement);
  const finish = new FinishText(statement);
  const fragments = statement.binding.tables.map((source, id) => ({
    ...tableFragment(source, id, statement, inferredFilters(source, statement, reductions, places)),
    copies: finish.copies(id),
  }));
  reasons.push(
    `general plan: ${fragments.length} fragment${fragments.length === 1 ? '' : 's'}, one per table reference`,
  );
  for (const part of fragments.flatMap((fragment) => fragment.template)) {
    if (part.kind === 'keys')
      reasons.push(`keys: ${part.orElse} is asked for by what fragment ${part.fragment} found`);
  }
  const pinTime = asksForTime(statement.node);
  const describe = describeTemplate(statement);
  return { kind: 'gather', keyspace, fragments, finish: finish.template, describe, pinTime };
}

/** Tables of one name from two keyspaces would be one name on the workspace. */
function checkAliases(statement: BoundStatement): void {
  for (const block of statement.binding.blocks) {
    const seen = new Set<string>();
    for (const source of block.sources) {
      if (seen.has(source.alias)) throw shardgateError('SG2021', { alias: source.alias });
      seen.add(source.alias);
    }
  }
}

function tableFragment(
  source: TableSource,
  id: number,
  statement: BoundStatement,
  inferred: readonly Template[],
): Omit<Fragment, 'copies'> {
  const { table } = source;
  const { flow } = statement;
  const names = neededColumns(source);
  const flavour = statement.context.vschema.flavour.kind;
  const columns = new FragmentColumns(flavour, (column) => isJoined(column, flow));
  for (const name of names) {
    const column: ColumnId = { source, name: lower(name) };
    const isShown = isOnlyShown(column, statement) && columns.shownJson(column, name);
    if (!isShown) columns.bare(column, name);
  }
  if (names.length === 0) columns.computed(text('1'));
  const from = tableText(source);
  const filters = whereText([...pushedFilters(source, statement), ...inferred]);
  const lock = lockingText(source, statement);
  const destination = sourceDestination(source, flow.held.get(source.id)?.facts ?? []);
  return {
    id,
    keyspace: table.keyspace,
    destination,
    template: join(text('SELECT '), columns.items, text(' FROM '), from, filters, lock),
    columns: columns.columns,
    shape: names.length === 0 ? null : plainTable(source),
    keys: fragmentKeys(source, new Set(names.map(lower))),
    note: `rows of ${source.alias}`,
  };
}

/**
 * With its primary key the copy of a table keeps its rows in the order in which one server has them. Beside a star the
 * columns would show.
 */
function needClusteringColumns(source: TableSource): void {
  if (source.star) return;
  for (const column of clusteringColumns(source) ?? []) source.used.add(column.name);
}

/** Where each fragment has its columns. */
function columnPlaces(statement: BoundStatement): FragmentIds {
  return {
    place({ source, name }) {
      if (source.kind !== 'table') return null;
      const fragment = statement.binding.tables.indexOf(source);
      const column = neededColumns(source).findIndex((needed) => lower(needed) === name);
      return fragment < 0 || column < 0 ? null : { fragment, column };
    },
  };
}

function whereText(predicates: readonly Template[]): Template {
  return predicates.length === 0 ? [] : join(text(' WHERE '), joinWith(' AND ', predicates));
}

/** In table order, as `*` shows them; an invisible column beside a star would become visible. */
function neededColumns(source: TableSource): readonly string[] {
  const { table, used, star } = source;
  if (table.columns === null) {
    if (star) throw shardgateError('SG2011', { table: table.name });
    return [...used];
  }
  const needed = table.columns.filter((column) => used.has(lower(column.name)));
  const hidden = needed.find((column) => column.invisible);
  if (star && hidden !== undefined) {
    throw shardgateError('SG2001', {
      construct: `* beside the invisible column ${hidden.name} over several shards`,
      why: 'the column would become visible where the statement is finished',
      remedy: 'name the columns instead of *',
    });
  }
  return needed.map((column) => column.name);
}

/** The reference as written (partitions, index hints, history), its table by the physical name. */
function tableText(source: TableSource): Template {
  const { node, block, alias, table } = source;
  const physical = physicalName(source);
  if (node.kind === 'tableQuery') return join(physical, text(` AS ${identifier(alias)}`));
  const { name } = node;
  const head = node.alias === null && alias !== table.name ? text(` AS ${identifier(alias)}`) : [];
  return splice(block.unit, node.start, node.end, [
    { start: name.start, end: name.end, parts: join(physical, head) },
  ]);
}

function physicalName(source: TableSource): Template {
  const { table } = source;
  return join([{ kind: 'database', keyspace: table.keyspace }], text(`.${identifier(table.name)}`));
}

function plainTable(source: TableSource): Template {
  return join(physicalName(source), text(` AS ${identifier(source.alias)}`));
}

/** The block's locking clause on each table it names. */
function lockingText(source: TableSource, statement: BoundStatement): Template {
  const { node, unit } = source.block;
  if (node.kind !== 'select') return [];
  const clauses = node.locking.filter(
    (clause) => clause.of.length === 0 || clause.of.some((name) => name.name.name === source.alias),
  );
  void statement;
  return join(...clauses.map((clause) => join(text(' '), lockWithoutTables(clause, unit))));
}

function lockWithoutTables(clause: LockingClause, unit: TextUnit): Template {
  const [first] = clause.of;
  const last = clause.of.at(-1);
  if (first === undefined || last === undefined) return splice(unit, clause.start, clause.end, []);
  const word = unit.text.slice(clause.start, first.start).toUpperCase().lastIndexOf('OF');
  assert(word >= 0, 'a locking clause with tables says OF');
  return splice(unit, clause.start, clause.end, [{ start: clause.start + word, end: last.end, parts: [] }]);
}
