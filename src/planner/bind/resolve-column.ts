// Which source a column name means, by MySQL's rules: the block's own FROM first, then the blocks around it.
import type { Column as ColumnNode } from '../../sql/ast.ts';
import { allColumns, lower } from './columns-of.ts';
import type { Block, ColumnId, FromTree, Source } from './model.ts';

/** `merged`: other sources that USING or NATURAL merged into the same name. A text says what is wrong. */
export type Resolution = { readonly column: ColumnId; readonly merged: readonly ColumnId[] } | string;

/**
 * `on`: the join in whose ON the name stands, which sees its own tables alone. Never throws: a name that means nothing is
 * the server's to refuse.
 */
export function resolveColumn(node: ColumnNode, block: Block, on: FromTree | null = null): Resolution {
  for (let at: Block | null = block; at !== null; at = at.outer) {
    const sources = at === block && on !== null ? sourcesIn(on) : at.sources;
    const found = node.table === null ? unqualified(node, at, sources) : qualified(node, at);
    if (found !== null) return found;
  }
  const table = node.table === null ? '' : `${node.table.name}.`;
  return `unknown column ${table}${node.name.name}`;
}

/**
 * The one column of that name in the select list or among `grouped`: what ORDER BY, GROUP BY and HAVING mean by a name that
 * several tables have. null when there is none, or several (servers differ in which they take), or the list is not known.
 */
export function shownColumn(node: ColumnNode, block: Block, grouped: readonly ColumnId[]): ColumnId | null {
  if (node.table !== null || block.output === null) return null;
  const name = lower(node.name.name);
  const shown = block.output.filter((item) => lower(item.name) === name).map((item) => item.column);
  const [first, ...others] = [...shown, ...grouped.filter((column) => column.name === name)];
  if (first === undefined || first === null) return null;
  return others.every((other) => other !== null && isSameColumn(first, other)) ? first : null;
}

export function isSameColumn(a: ColumnId, b: ColumnId): boolean {
  return a.source === b.source && a.name === b.name;
}

/** null when no source of that name has the column: one of a block around may bear the same name, and have it. */
function qualified(node: ColumnNode, block: Block): Resolution | null {
  const table = node.table?.name;
  const named = block.sources.filter((source) => source.alias === table && schemaFits(node, source));
  const name = lower(node.name.name);
  for (const source of named) {
    const columns = allColumns(source);
    if (columns === null || columns.includes(name)) return { column: { source, name }, merged: [] };
  }
  return null;
}

function schemaFits(node: ColumnNode, source: Source): boolean {
  if (node.schema === null) return true;
  return source.kind === 'table' && source.table.keyspace === node.schema.name;
}

function unqualified(node: ColumnNode, block: Block, sources: readonly Source[]): Resolution | null {
  const name = lower(node.name.name);
  const known: Source[] = [];
  const unknown: Source[] = [];
  for (const source of sources) {
    const columns = allColumns(source);
    if (columns === null) unknown.push(source);
    else if (columns.includes(name)) known.push(source);
  }
  const found = known.length > 0 ? known : unknown;
  const [first, ...others] = found.map((source): ColumnId => ({ source, name }));
  if (first === undefined) return null;
  if (others.length === 0) return { column: first, merged: [] };
  const merged = mergedNames(block);
  if (others.every((other) => merged.get(`${other.source.id}.${name}`) === true)) {
    return { column: preferred(block, first, others), merged: [first, ...others] };
  }
  return `ambiguous column ${node.name.name}`;
}

/** `source.column` keys that a USING or NATURAL merged; the first source of a chain counts as merged too. */
function mergedNames(block: Block): Map<string, boolean> {
  const merged = new Map<string, boolean>();
  const visit = (tree: FromTree): void => {
    if (tree.kind === 'leaf') return;
    visit(tree.preserved);
    visit(tree.other);
    for (const [left, right] of tree.using) {
      merged.set(`${left.source.id}.${left.name}`, true);
      merged.set(`${right.source.id}.${right.name}`, true);
    }
  };
  for (const tree of block.from) visit(tree);
  return merged;
}

/** A merged name shows the row-preserving side: the right one of a RIGHT JOIN. */
function preferred(block: Block, first: ColumnId, others: readonly ColumnId[]): ColumnId {
  const nullable = nullSupplied(block);
  return [first, ...others].find((column) => !nullable.has(column.source.id)) ?? first;
}

/** Ids of sources that an outer join may fill with NULLs. */
export function nullSupplied(block: Block): ReadonlySet<number> {
  const ids = new Set<number>();
  const visit = (tree: FromTree, nullable: boolean): void => {
    if (tree.kind === 'leaf') {
      if (nullable) ids.add(tree.source.id);
      return;
    }
    visit(tree.preserved, nullable);
    visit(tree.other, nullable || tree.outer);
  };
  for (const tree of block.from) visit(tree, false);
  return ids;
}

/** The sources below a tree, as written. */
export function sourcesIn(tree: FromTree): readonly Source[] {
  return tree.kind === 'leaf' ? [tree.source] : [...sourcesIn(tree.preserved), ...sourcesIn(tree.other)];
}
