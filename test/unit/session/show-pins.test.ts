// What a WHERE says for sure of a system table's rows.
import { expect, test } from 'vitest';
import { pinsOf } from '../../../src/session/show/system/system-pins.ts';
import type { SystemReference } from '../../../src/session/show/system/system-references.ts';
import type { Table } from '../../../src/sql/ast.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';
import { walk } from '../../../src/sql/visitor.ts';

/** Pins of the first reference, as `COLUMN=a|b`. */
function pins(sql: string): string[] {
  const statement = parseStatement(sql, defaultMode());
  const tables: Table[] = [];
  walk(statement, (node) => {
    if (node.kind === 'table') tables.push(node);
  });
  const [table] = tables;
  if (table === undefined) throw new Error('no table');
  const reference: SystemReference = {
    table,
    schema: 'information_schema',
    name: table.name.name.name.toUpperCase(),
  };
  const { values } = pinsOf(reference, statement, tables.length);
  return [...values].map(([column, list]) => `${column}=${list.join('|')}`);
}

test.each([
  [
    "SELECT * FROM tables WHERE table_schema = 'shop' AND table_name IN ('a', 'b')",
    ['TABLE_SCHEMA=shop', 'TABLE_NAME=a|b'],
  ],
  ["SELECT * FROM tables t WHERE 'shop' = t.table_schema", ['TABLE_SCHEMA=shop']],
  [
    "SELECT * FROM tables t JOIN columns c ON c.table_name = t.table_name WHERE t.table_schema = 'x'",
    ['TABLE_SCHEMA=x'],
  ],
])('%s', (sql, expected) => {
  expect(pins(sql)).toEqual(expected);
});

test.each([
  ["SELECT * FROM tables WHERE table_schema = 'a' OR table_name = 'b'"],
  ["SELECT * FROM tables WHERE table_schema <> 'a'"],
  ["SELECT * FROM tables WHERE table_schema NOT IN ('a')"],
  ["SELECT * FROM tables WHERE LOWER(table_schema) = 'a'"],
  ["SELECT * FROM tables WHERE table_schema LIKE 'a'"],
  ["SELECT * FROM tables WHERE table_schema = 'it\\'s'"],
  ['SELECT * FROM tables WHERE table_schema = database_name'],
  ["SELECT * FROM tables t JOIN columns c ON c.table_name = t.table_name WHERE table_schema = 'x'"],
  ["SELECT * FROM tables t JOIN columns c ON c.table_name = t.table_name WHERE c.table_schema = 'x'"],
  ["SELECT * FROM (SELECT * FROM tables) AS d WHERE d.table_schema = 'x'"],
  ["SELECT 1 FROM tables UNION SELECT 2 FROM tables WHERE table_schema = 'x'"],
])('nothing for sure: %s', (sql) => {
  expect(pins(sql)).toEqual([]);
});
