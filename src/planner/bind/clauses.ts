// The clauses of a block whatever statement it comes from, and what its expressions contain.
import type {
  Aggregate,
  Expression,
  LimitClause,
  Node,
  OrderByClause,
  Query,
  Select,
} from '../../sql/ast.ts';
import { forEachChild } from '../../sql/visitor.ts';
import type { Block, BoundQuery } from './model.ts';

export function selectOf(block: Block): Select | null {
  return block.node.kind === 'select' ? block.node : null;
}

export function whereOf(block: Block): Expression | null {
  return block.node.kind === 'tableQuery' ? null : (block.node.where?.expression ?? null);
}

export function limitOf(block: Block): LimitClause | null {
  return block.node.limit;
}

export function orderOf(block: Block): OrderByClause | null {
  return block.node.orderBy;
}

/** GROUP BY's expressions; an empty list for aggregates without GROUP BY; null when the block does not aggregate. */
export function groupExpressions(block: Block): readonly Expression[] | null {
  const select = selectOf(block);
  if (select === null) return null;
  if (select.groupBy !== null) return select.groupBy.items.map((item) => item.expression);
  return select.having !== null || aggregatesIn(block).length > 0 ? [] : null;
}

/** Aggregates of the block itself (not of its subqueries, not windows), in the order of the text. */
export function aggregatesIn(block: Block): readonly Aggregate[] {
  const found: Aggregate[] = [];
  const select = selectOf(block);
  if (select === null) return found;
  const visit = (node: Node): void => {
    if (node.kind === 'subquery') return;
    if (node.kind === 'aggregate' && node.over === null) found.push(node);
    forEachChild(node, visit);
  };
  for (const clause of [select.list, select.having, select.orderBy]) if (clause !== null) visit(clause);
  return found;
}

export function hasWindow(block: Block): boolean {
  const select = selectOf(block);
  if (select === null) return false;
  let found = false;
  const visit = (node: Node): void => {
    if (node.kind === 'subquery') return;
    if (node.kind === 'windowCall' || (node.kind === 'aggregate' && node.over !== null)) found = true;
    forEachChild(node, visit);
  };
  for (const clause of [select.list, select.orderBy]) if (clause !== null) visit(clause);
  return found;
}

/** Inside EXISTS: whether nothing depends on what the select list shows, so that a star in it needs no column. */
export function countsRowsOnly(query: Query): query is Select {
  return (
    query.kind === 'select' &&
    !query.distinct &&
    query.groupBy === null &&
    query.having === null &&
    query.orderBy === null &&
    query.limit === null
  );
}

/** Visits the blocks of a query that stand side by side: the branches of set operations, parentheses looked through. */
export function branches(query: BoundQuery): readonly Block[] {
  switch (query.kind) {
    case 'block':
      return [query];
    case 'paren':
      return branches(query.query);
    case 'set':
      return [...branches(query.left), ...branches(query.right)];
    case 'values':
      return [];
  }
}
