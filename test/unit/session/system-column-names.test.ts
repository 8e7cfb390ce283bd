// MySQL's names for the columns of information_schema.
import { expect, test } from 'vitest';
import { applyEdits } from '../../../src/session/rewrite/text-edits.ts';
import { columnNameEdits } from '../../../src/session/show/system/system-column-names.ts';
import type { Filled } from '../../../src/session/show/system/system-workspace.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';

const columns = ['TABLE_SCHEMA', 'TABLE_NAME'];
const tables: readonly Filled[] = [
  { as: 'filled', table: { name: 'TABLES', columns, definitions: [], owner: null }, rows: [] },
];

test.each([
  ['SELECT table_name FROM tables', 'SELECT `TABLE_NAME` FROM tables'],
  ['SELECT t.`Table_Name`, 1 FROM tables t', 'SELECT t.`TABLE_NAME`, 1 FROM tables t'],
  ['SELECT table_name AS n FROM tables', 'SELECT table_name AS n FROM tables'],
  ['SELECT other, UPPER(table_name) FROM tables', 'SELECT other, UPPER(table_name) FROM tables'],
  [
    '(SELECT table_name FROM tables) UNION SELECT table_name FROM tables',
    '(SELECT `TABLE_NAME` FROM tables) UNION SELECT table_name FROM tables',
  ],
  [
    'SELECT table_name FROM (SELECT table_name FROM tables) d',
    'SELECT table_name FROM (SELECT table_name FROM tables) d',
  ],
])('%s', (sql, expected) => {
  const statement = parseStatement(sql, defaultMode('mysql'));
  expect(applyEdits(sql, columnNameEdits(statement, tables))).toBe(expected);
});
