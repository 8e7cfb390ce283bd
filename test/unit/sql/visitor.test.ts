// The visitor: every node of a tree is reached once, inside its parent, in the order of the text.
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/sql/ast.ts';
import { forEachChild, walk } from '../../../src/sql/visitor.ts';
import { mysqlQueries, mysqlWrites, others, queries, writes } from './fixtures/statements.ts';
import { mariadb, mysql, parse, parseSelect } from './support.ts';

/** Every object with a kind below `value`, found without the visitor. */
function nodesIn(value: unknown, found: Set<unknown>): Set<unknown> {
  if (Array.isArray(value)) for (const item of value) nodesIn(item, found);
  else if (typeof value === 'object' && value !== null) {
    if ('kind' in value) found.add(value);
    for (const part of Object.values(value)) nodesIn(part, found);
  }
  return found;
}

const all = [
  ...[...queries, ...writes, ...others].map((sql) => [sql, mariadb] as const),
  ...[...mysqlQueries, ...mysqlWrites].map((sql) => [sql, mysql] as const),
];

describe('walk', () => {
  test.each(all)('%s', (sql, mode) => {
    const node = parse(sql, mode);
    const visited: Node[] = [];
    const open: Node[] = [];
    walk(
      node,
      (child) => {
        const parent = open.at(-1);
        if (parent !== undefined && child.start >= 0) {
          expect(child.start, child.kind).toBeGreaterThanOrEqual(parent.start);
          expect(child.end, child.kind).toBeLessThanOrEqual(parent.end);
        }
        visited.push(child);
        open.push(child);
      },
      (child) => expect(open.pop()).toBe(child),
    );
    expect(new Set<unknown>(visited)).toEqual(nodesIn(node, new Set()));
    expect(new Set(visited).size).toBe(visited.length);
  });

  test('enter returning false skips the children, not leave', () => {
    const left: string[] = [];
    walk(
      parseSelect('SELECT a, (SELECT b)'),
      (node) => node.kind !== 'subquery',
      (node) => left.push(node.kind),
    );
    expect(left).toContain('subquery');
    expect(left.filter((kind) => kind === 'column')).toHaveLength(1);
  });

  test('children come in the order of the text', () => {
    const starts: number[] = [];
    forEachChild(parseSelect('SELECT a FROM t WHERE b GROUP BY c HAVING d ORDER BY e LIMIT 1'), (child) =>
      starts.push(child.start),
    );
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts).toHaveLength(7);
  });
});
