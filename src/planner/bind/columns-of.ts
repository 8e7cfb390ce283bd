// The columns a source or query shows: what names may mean and what a star stands for.
import type { BoundQuery, FromTree, OutputColumn, QuerySource, Source } from './model.ts';

export const lower = (name: string): string => name.toLowerCase();

/** All columns of a source by lower-case name, invisible ones included; null = unknown. */
export function allColumns(source: Source): readonly string[] | null {
  switch (source.kind) {
    case 'table':
      return source.table.columns?.map((column) => lower(column.name)) ?? null;
    case 'query':
      return queryColumns(source)?.map(lower) ?? null;
    case 'function':
      return source.columns;
  }
}

/** Columns a star shows of one source, in its order, with their spelling; null = unknown. */
export function visibleColumns(source: Source): readonly OutputColumn[] | null {
  if (source.kind === 'table') {
    const columns = source.table.columns?.filter((column) => !column.invisible);
    return (
      columns?.map((column) => ({
        name: column.name,
        column: { source, name: lower(column.name) },
        expression: null,
      })) ?? null
    );
  }
  const names = source.kind === 'query' ? queryColumns(source) : source.columns;
  if (names === null) return null;
  return names.map((name) => ({ name, column: { source, name: lower(name) }, expression: null }));
}

/** Names of a derived table's or CTE's columns: those given to it, else its query's. */
function queryColumns(source: QuerySource): readonly string[] | null {
  if (source.columns.length > 0) return source.columns;
  return outputOf(source.query)?.map((column) => column.name) ?? null;
}

/** The result columns of a query, named by a set operation's first branch; null = unknown. */
export function outputOf(query: BoundQuery): readonly OutputColumn[] | null {
  switch (query.kind) {
    case 'block':
      return query.output;
    case 'set':
      return (
        outputOf(query.left)?.map((column) => ({ name: column.name, column: null, expression: null })) ?? null
      );
    case 'paren':
      return outputOf(query.query);
    case 'values':
      return Array.from({ length: query.columns }, (_, index) => ({
        name: `column_${index}`,
        column: null,
        expression: null,
      }));
  }
}

/**
 * What `*` shows of a FROM tree: the sides as written; or, where USING and NATURAL merged columns, those first, in the order of
 * the side whose rows stay, then the rest of that side, then the rest of the other (so of a RIGHT JOIN the right side first).
 */
export function starColumns(tree: FromTree): readonly OutputColumn[] | null {
  if (tree.kind === 'leaf') return visibleColumns(tree.source);
  const rightJoin = tree.node.kind === 'join' && tree.node.type === 'right';
  const merged = new Set(tree.using.map(([left]) => left.name));
  const asWritten =
    merged.size === 0 && rightJoin ? [tree.other, tree.preserved] : [tree.preserved, tree.other];
  const [first, second] = asWritten.map(starColumns);
  if (!first || !second) return null;
  const isMerged = (column: OutputColumn): boolean => merged.has(lower(column.name));
  const rest = [...first, ...second].filter((column) => !isMerged(column));
  return [...first.filter(isMerged), ...rest];
}
