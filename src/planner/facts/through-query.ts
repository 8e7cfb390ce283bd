// Facts crossing the border of a derived table: said of its result columns, or of the columns behind them.

import { whereOf } from '../bind/clauses.ts';
import { lower, outputOf } from '../bind/columns-of.ts';
import type { Binding, Block, ColumnId, FromTree, QuerySource } from '../bind/model.ts';
import { equalClass, includesColumn } from './equal-class.ts';
import type { Fact } from './fact.ts';
import { readFacts } from './read-facts.ts';

/** Facts about single columns of `group`, said of `target`. */
export function restate(
  facts: readonly Fact[],
  group: readonly ColumnId[],
  target: ColumnId,
): readonly Fact[] {
  return facts.flatMap((fact) => restateOne(fact, group, target));
}

function restateOne(fact: Fact, group: readonly ColumnId[], target: ColumnId): readonly Fact[] {
  switch (fact.kind) {
    case 'values': {
      const [column] = fact.columns;
      if (column === undefined || fact.columns.length > 1 || !includesColumn(group, column)) return [];
      return [{ ...fact, columns: [target] }];
    }
    case 'range':
    case 'prefix':
      return includesColumn(group, fact.column) ? [{ ...fact, column: target }] : [];
    case 'any': {
      const alternatives = fact.alternatives.map((part) => restate(part, group, target));
      return alternatives.some((part) => part.length === 0) ? [] : [{ kind: 'any', alternatives }];
    }
    case 'same':
      return [];
  }
}

/**
 * What a derived table's WHERE and inner joins say of its result columns: a result column that shows a column
 * unchanged shows it from a row that met them, whatever grouping or LIMIT came after.
 */
export function exportedFacts(source: QuerySource, columns: Binding['columns']): readonly Fact[] {
  const query = source.query.kind === 'paren' ? source.query.query : source.query;
  const output = outputOf(query);
  if (query.kind !== 'block' || output === null) return [];
  const facts = innerFacts(query, columns);
  const names = source.columns.length > 0 ? source.columns : output.map((column) => column.name);
  const exported: Fact[] = [];
  output.forEach((column, index) => {
    const name = names[index];
    if (column.column === null || name === undefined) return;
    append(exported, restate(facts, equalClass(column.column, facts), { source, name: lower(name) }));
  });
  return exported;
}

/** Facts may be many: as arguments of `push` they would overflow the stack. */
function append(facts: Fact[], more: readonly Fact[]): void {
  for (const fact of more) facts.push(fact);
}

function innerFacts(block: Block, columns: Binding['columns']): readonly Fact[] {
  const where = whereOf(block);
  const facts: Fact[] = where === null ? [] : [...readFacts(where, block.unit, columns)];
  const visit = (tree: FromTree): void => {
    if (tree.kind === 'leaf') {
      if (tree.source.kind === 'query') append(facts, exportedFacts(tree.source, columns));
      return;
    }
    visit(tree.preserved);
    if (tree.outer) return;
    visit(tree.other);
    if (tree.on !== null) append(facts, readFacts(tree.on, block.unit, columns));
    for (const [left, right] of tree.using) facts.push({ kind: 'same', left, right });
  };
  for (const tree of block.from) visit(tree);
  return facts;
}
