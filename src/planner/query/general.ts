// The general plan: one fragment per table reference, finished by the client's own text over the fragments.
import { shardgateError } from '../../errors/catalog.ts';
import type { Fragment, GatherNode } from '../../plan/nodes.ts';
import type { LockingClause } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { Template } from '../../text/template.ts';
import { assert } from '../../util/assert.ts';
import { lower } from '../bind/columns-of.ts';
import type { QuerySource, TableSource } from '../bind/model.ts';
import { databaseEdits, nameEdits } from '../names.ts';
import { sourceDestination } from '../route/source-destination.ts';
import { type Edit, identifier, join, joinWith, splice, text } from '../splice.ts';
import type { BoundStatement } from '../statement.ts';
import type { TextUnit } from '../text-unit.ts';
import { describeTemplate } from './describe-template.ts';
import { FragmentColumns } from './fragment-columns.ts';
import { fragmentKeys, isJoined } from './fragment-keys.ts';
import { type FragmentIds, inferredFilters } from './inferred-filters.ts';
import { pushedFilters } from './pushed-filters.ts';
import { asksForTime } from './traits.ts';

/*
 * Always right: every table reference of every block is replaced by a table that holds all its rows that can matter, under
 * the same alias and with the same column names; the text around it is the client's. It is only ever expensive.
 */

/** Throws a refusal that names what even this plan needs and does not have. */
export function generalPlan(statement: BoundStatement, keyspace: string, reasons: string[]): GatherNode {
  checkAliases(statement);
  const places = columnPlaces(statement);
  const fragments = statement.binding.tables.map((source, id) =>
    tableFragment(source, id, statement, places),
  );
  const finish = new FinishText(statement).template();
  reasons.push(
    `general plan: ${fragments.length} fragment${fragments.length === 1 ? '' : 's'}, one per table reference`,
  );
  const pinTime = asksForTime(statement.node);
  return { kind: 'gather', keyspace, fragments, finish, describe: describeTemplate(statement), pinTime };
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
  places: FragmentIds,
): Fragment {
  const { table } = source;
  const { flow } = statement;
  const names = neededColumns(source);
  const columns = new FragmentColumns((column) => isJoined(column, flow));
  for (const name of names) columns.bare({ source, name: lower(name) }, name);
  if (names.length === 0) columns.computed(text('1'));
  const from = tableText(source);
  const filters = whereText([
    ...pushedFilters(source, statement),
    ...inferredFilters(source, statement, places),
  ]);
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
    copies: 1,
    note: `rows of ${source.alias}`,
  };
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

/** The client's text with every base table replaced by its fragment, and views by their queries. */
class FinishText {
  readonly #statement: BoundStatement;
  readonly #ids = new Map<TableSource, number>();

  constructor(statement: BoundStatement) {
    this.#statement = statement;
    statement.binding.tables.forEach((source, id) => {
      this.#ids.set(source, id);
    });
  }

  template(): Template {
    const { node, unit } = this.#statement;
    return splice(unit, node.start, node.end, this.#edits(unit));
  }

  #edits(unit: TextUnit): readonly Edit[] {
    const edits: Edit[] = [];
    for (const block of this.#statement.binding.blocks) {
      if (block.unit !== unit) continue;
      for (const source of block.sources) {
        if (source.kind === 'table') edits.push(this.#tableEdit(source));
        if (source.kind === 'query' && source.origin === 'view') edits.push(this.#viewEdit(source));
      }
      edits.push(...cleared(block.node), ...databaseEdits(block.node, this.#statement.context));
    }
    for (const block of this.#statement.binding.blocks) {
      if (block.unit === unit) edits.push(...nameEdits(block.node, edits));
    }
    return edits;
  }

  #tableEdit(source: TableSource): Edit {
    const { node, alias } = source;
    const fragment = this.#ids.get(source) ?? 0;
    const workspace: Template = [{ kind: 'workspace', fragment, copy: 0 }];
    if (node.kind === 'tableQuery') return { start: node.table.start, end: node.table.end, parts: workspace };
    return { start: node.start, end: node.end, parts: join(workspace, text(` AS ${identifier(alias)}`)) };
  }

  #viewEdit(source: QuerySource): Edit {
    const { node, alias, query } = source;
    const inner = query.kind === 'values' ? query.node : query.node;
    const body = splice(query.unit, inner.start, inner.end, this.#edits(query.unit));
    return {
      start: node.start,
      end: node.end,
      parts: join(text('('), body, text(`) AS ${identifier(alias)}`)),
    };
  }
}

/** Locks and hints have done their work in the fragments; keyspace qualifiers mean nothing on the workspace. */
function cleared(root: BoundStatement['node']): readonly Edit[] {
  const edits: Edit[] = [];
  walk(root, (node) => {
    if (node.kind === 'locking' || node.kind === 'hints') {
      edits.push({ start: node.start, end: node.end, parts: [] });
    } else if (
      (node.kind === 'column' || node.kind === 'star') &&
      node.schema !== null &&
      node.table !== null
    ) {
      edits.push({ start: node.schema.start, end: node.table.start, parts: [] });
    }
  });
  return edits;
}
