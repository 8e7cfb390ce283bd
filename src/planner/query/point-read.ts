// Reads of one row by a unique key: so short that several may take turns on one connection.
import type { Node } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { Key } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import type { TableSource } from '../bind/model.ts';
import { equalClass, includesColumn } from '../facts/equal-class.ts';
import type { Fact } from '../facts/fact.ts';
import type { BoundStatement } from '../statement.ts';

/**
 * Nothing here runs code of a server that could wait, lock, leave something behind in the session or ask for it: no calls,
 * subqueries, variables, locks.
 */
const plainNodes: ReadonlySet<Node['kind']> = new Set([
  'select',
  'selectList',
  'selectItem',
  'star',
  'from',
  'table',
  'tableName',
  'ident',
  'where',
  'logical',
  'comparison',
  'column',
  'literal',
  'param',
  'paren',
  'limit',
]);

/** A SELECT of columns of one base table whose WHERE gives every column of a unique key one value. */
export function isPointRead(statement: BoundStatement): boolean {
  const { node, binding, flow } = statement;
  const [source] = binding.tables;
  // A view is a block of its own: it may call what it likes.
  if (node.kind !== 'select' || source === undefined || binding.blocks.length > 1) return false;
  if (binding.tables.length > 1 || binding.doubts.length > 0 || !isPlain(node)) return false;
  const facts = flow.held.get(source.id)?.facts ?? [];
  return source.table.keys.some((key) => isGiven(key, source, facts));
}

function isPlain(root: Node): boolean {
  let plain = true;
  walk(root, (node) => {
    plain &&= plainNodes.has(node.kind);
    return plain;
  });
  return plain;
}

function isGiven(key: Key, source: TableSource, facts: readonly Fact[]): boolean {
  if (!key.unique || key.partial || key.fulltext) return false;
  return key.columns.every((name) => {
    const group = equalClass({ source, name: lower(name) }, facts);
    return facts.some((fact) => {
      if (fact.kind !== 'values' || fact.columns.length !== 1 || fact.tuples.length !== 1) return false;
      const [column] = fact.columns;
      return fact.listSlot === null && column !== undefined && includesColumn(group, column);
    });
  });
}
