// One co-located group as one fragment, finished by MySQL: the finish is the client's text over the fragment's table.
import type { Fragment, FragmentKey, GatherNode } from '../../../plan/nodes.ts';
import type { Expression, Node, Select, SelectItem } from '../../../sql/ast.ts';
import { forEachChild } from '../../../sql/visitor.ts';
import type { Template } from '../../../text/template.ts';
import { selectOf } from '../../bind/clauses.ts';
import type { Block, ColumnId } from '../../bind/model.ts';
import { columnOf } from '../../facts/read-facts.ts';
import { aliasEdit, changes, databaseEdits, editsInOrder, nameEdits, qualifierEdits } from '../../names.ts';
import { type Edit, identifier, join, joinWith, splice, text } from '../../splice.ts';
import type { BoundStatement } from '../../statement.ts';
import { describeTemplate } from '../describe-template.ts';
import type { Several } from '../draft.ts';
import { besideGroups } from '../first-rows.ts';
import { readsHiddenDigits } from '../hidden-digits.ts';
import { asksForTime, hasSubquery } from '../traits.ts';
import { FragmentColumns } from './fragment-columns.ts';
import { inlinedConstant } from './inlined-constants.ts';

/** Alias of the fragment's table in the finish; no client's name starts like that by accident. */
const table = '`sg_fragment`';

/** A node of the block's clauses that the finish spells differently, or null to look inside it. */
export type Replace = (node: Node, columns: FragmentColumns) => Template | null;

export interface GroupGather {
  readonly columns: FragmentColumns;
  readonly edits: Edit[];
  /** Columns that appear outside aggregates, group expressions and what `replace` took. */
  readonly outside: ColumnId[];
}

/** `sg_fragment`.`name`. */
export function fragmentColumn(name: string): string {
  return `${table}.${identifier(name)}`;
}

/** The block's clauses that the finish keeps. */
function keptClauses(select: Select): readonly Node[] {
  const clauses = [select.list, select.groupBy, select.having, select.window, select.orderBy];
  return clauses.filter((clause) => clause !== null);
}

/** Why the block cannot be finished over one fragment of its rows; null when it can. */
export function groupObstacle(block: Block, statement: BoundStatement): string | null {
  const select = selectOf(block);
  if (statement.binding.aliasClashes.length > 0) return 'a name that is an alias and a column';
  if (select === null) return 'TABLE';
  if (select.from === null || block.with.length > 0) return 'WITH';
  if (keptClauses(select).some(hasSubquery)) return 'a subquery outside WHERE';
  if (readsHiddenDigits(block, statement.binding.columns))
    return 'a column of a derived table has more digits than it shows';
  return block.output === null ? 'columns of * that are not known' : null;
}

/** Rewrites the kept clauses: columns become the fragment's, stars are spelled out, `replace` has the first word. */
export function rewriteClauses(
  block: Block,
  select: Select,
  statement: BoundStatement,
  replace: Replace,
): GroupGather {
  const columns = new FragmentColumns(statement.context.vschema.flavour.kind, () => false);
  const edits: Edit[] = keptClauses(select).flatMap((clause) => databaseEdits(clause, statement.context));
  const outside: ColumnId[] = [];
  const grouped = groupedTexts(block, select);
  const visit = (node: Node, aggregated = false, parent: Node | null = null): void => {
    const replaced = replace(node, columns);
    if (replaced !== null) {
      edits.push({ start: node.start, end: node.end, parts: replaced });
    } else if (node.kind === 'column') {
      const column = columnOf(node, statement.binding.columns);
      if (column === null) return;
      const constant = inlinedConstant(column, parent, statement);
      if (constant === null && !aggregated) outside.push(column);
      const parts = constant ?? text(fragmentColumn(columns.bare(column)));
      edits.push({ start: node.start, end: node.end, parts });
    } else {
      const isGroup = node.kind !== 'selectItem' && grouped.has(block.unit.text.slice(node.start, node.end));
      const inner = aggregated || isGroup || (node.kind === 'aggregate' && node.over === null);
      forEachChild(node, (child) => visit(child, inner, node));
    }
  };
  for (const item of select.list.items) {
    if (item.expression.kind === 'star') edits.push(starEdit(item, block, columns, outside));
    else visit(item);
  }
  for (const clause of keptClauses(select).slice(1)) visit(clause);
  const inOrder = editsInOrder(edits);
  for (const item of select.list.items) edits.push(...itemNameEdit(item, inOrder));
  return { columns, edits, outside };
}

/** Group expressions other than bare columns as they are spelled; positions and aliases mean the select item. */
export function groupedTexts(block: Block, select: Select): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const { expression } of select.groupBy?.items ?? []) {
    const { items } = select.list;
    let meant: Expression | undefined = expression;
    if (expression.kind === 'literal') meant = items[Number(expression.text) - 1]?.expression;
    if (expression.kind === 'column' && expression.table === null) {
      const name = expression.name.name.toLowerCase();
      meant = items.find((item) => item.alias?.name.toLowerCase() === name)?.expression ?? expression;
    }
    if (meant !== undefined && meant.kind !== 'column')
      texts.add(block.unit.text.slice(meant.start, meant.end));
  }
  return texts;
}

/** An unaliased item keeps its column's name: the column's own, or its text. */
function itemNameEdit(item: SelectItem, edits: readonly Edit[]): readonly Edit[] {
  if (item.alias !== null || item.expression.kind === 'star') return [];
  if (!changes(item, edits)) return [];
  if (item.expression.kind !== 'column') return [aliasEdit(item)];
  const name = item.expression.name.name;
  return [{ start: item.end, end: item.end, parts: text(` AS ${identifier(name)}`) }];
}

function starEdit(item: SelectItem, block: Block, columns: FragmentColumns, outside: ColumnId[]): Edit {
  const star = item.expression;
  const alias = star.kind === 'star' ? (star.table?.name ?? null) : null;
  const shown = (block.output ?? []).filter(
    (one) =>
      one.expression === null && one.column !== null && (alias === null || one.column.source.alias === alias),
  );
  const parts = shown.flatMap((one) => {
    if (one.column === null) return [];
    outside.push(one.column);
    return [text(`${fragmentColumn(columns.bare(one.column))} AS ${identifier(one.name)}`)];
  });
  return { start: item.start, end: item.end, parts: joinWith(', ', parts) };
}

export interface FragmentText {
  readonly distinct: boolean;
  /** ` GROUP BY ...`, `` or ` HAVING ...`: behind WHERE. */
  readonly behind: Template;
  /** Names of the fragment's columns by which the finish reads the rows; empty: any order. */
  readonly order: readonly string[];
  /** Of the fragment's table. */
  readonly keys: readonly FragmentKey[];
  readonly note: string;
}

/** Builds the node of a rewritten block. */
export function groupGather(
  several: Several,
  select: Select,
  rewritten: GroupGather,
  fragment: FragmentText,
): GatherNode {
  const { statement, keyspace, destination } = several;
  const { unit, node, context } = statement;
  const { from } = select;
  if (from === null) throw new Error('a fragment without FROM');
  if (rewritten.columns.columns.length === 0) rewritten.columns.computed(text('1'));
  const order = fragment.order.map(identifier);
  const qualifiers = qualifierEdits(node, context);
  const named: readonly Edit[] = [...qualifiers, ...nameEdits(node, qualifiers)];
  const where =
    select.where === null ? [] : join(text(' '), splice(unit, select.where.start, select.where.end, named));
  const fromText = splice(unit, from.start, from.end, named);
  const lock = select.locking.map((clause) => join(text(' '), splice(unit, clause.start, clause.end, named)));
  const head = text(fragment.distinct ? 'SELECT DISTINCT ' : 'SELECT ');
  const made: Fragment = {
    id: 0,
    keyspace,
    destination,
    template: join(head, rewritten.columns.items, text(' '), fromText, where, fragment.behind, ...lock),
    columns: rewritten.columns.columns,
    shape: rewritten.columns.columns.some((column) => column.kind === 'bare') ? withoutFrom(fromText) : null,
    ...(isPlain(from) && !hasQuotes(fromText) ? {} : { shapeByClient: true }),
    keys: fragment.keys,
    copies: 1,
    note: fragment.note,
  };
  const workspace = workspaceText(order);
  const edits: Edit[] = [...rewritten.edits, { start: from.start, end: from.end, parts: workspace }];
  for (const clause of [select.where, select.hints, ...select.locking]) {
    if (clause !== null) edits.push({ start: clause.start, end: clause.end, parts: [] });
  }
  return {
    kind: 'gather',
    keyspace,
    fragments: [made],
    finish: splice(unit, node.start, node.end, edits),
    describe: describeTemplate(statement),
    pinTime: asksForTime(node),
  };
}

/** The fragment's table, read in order: servers heed ORDER BY of a derived table only where a LIMIT stands. */
function workspaceText(order: readonly string[]): Template {
  const name: Template = [{ kind: 'workspace', fragment: 0, copy: 0 }];
  if (order.length === 0) return join(text('FROM '), name, text(` AS ${table}`));
  const tail = ` ORDER BY ${order.join(', ')} LIMIT 18446744073709551615) AS ${table}`;
  return join(text('FROM (SELECT * FROM '), name, text(tail));
}

/** "t" is a name under ANSI_QUOTES only. */
function hasQuotes(template: Template): boolean {
  return template.some((part) => part.kind === 'text' && part.text.includes('"'));
}

/** One table and nothing else. */
function isPlain(from: NonNullable<Select['from']>): boolean {
  const [only] = from.tables;
  return from.tables.length === 1 && only?.kind === 'table';
}

/** The clause's text starts with the word FROM. */
function withoutFrom(template: Template): Template {
  const [first, ...rest] = template;
  if (first?.kind !== 'text') return template;
  return join(text(first.text.slice(4).trimStart()), rest);
}

/**
 * Columns the shards let stand beside GROUP BY because a key determines them. The finish has no such key, so under
 * ONLY_FULL_GROUP_BY they become group columns: they do not split a group, being determined by it.
 */
export function groupByDetermined(
  block: Block,
  select: Select,
  rewritten: GroupGather,
  statement: BoundStatement,
): void {
  const groups = select.groupBy;
  if (groups === null || !statement.context.onlyFullGroupBy) return;
  const beside = besideGroups(block, rewritten.outside, statement);
  const names = new Set(beside.map((column) => fragmentColumn(rewritten.columns.bare(column))));
  if (names.size === 0) return;
  const { end } = groups;
  rewritten.edits.push({ start: end, end, parts: text(`, ${[...names].join(', ')}`) });
}
