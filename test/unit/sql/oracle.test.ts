// node-sql-parser as an oracle: where it accepts a statement, it must find our tables, columns and literals.
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/sql/ast.ts';
import { walk } from '../../../src/sql/visitor.ts';
import { mysqlQueries, mysqlWrites, queries, writes } from './fixtures/statements.ts';
import { mariadb, mysql, parse } from './support.ts';

interface Oracle {
  readonly ast: unknown;
  readonly tableList: readonly string[];
  readonly columnList: readonly string[];
}

interface OracleParser {
  parse(sql: string, options: { readonly database: string }): Oracle;
}

// A CommonJS package whose types do not describe its named exports.
const load: (id: string) => { readonly Parser: new () => OracleParser } = createRequire(import.meta.url);
const oracleParser = new (load('node-sql-parser').Parser)();

/** Disagreements in which ours is right, each with the reason. */
const oracleIsWrong = new Map<string, string>([
  ['SELECT DISTINCT SQL_NO_CACHE a FROM t', 'takes the option SQL_NO_CACHE for a column with the alias a'],
  [queryWith('CAST(a AS SIGNED)'), 'takes the operator BINARY for a column with the alias a'],
  [queryWith('WITH RECURSIVE c (n)'), 'lists common table expressions among the tables'],
  [queryWith('VALUES (1, DEFAULT, NULL'), 'takes DEFAULT and IGNORE for columns'],
  [queryWith('PARTITION (p0) SET a = 1, b = DEFAULT'), 'takes DEFAULT for a column'],
  [queryWith('INSERT INTO t WITH c'), 'lists common table expressions among the tables'],
  ['REPLACE t SET a = 1', 'does not list the columns of REPLACE ... SET'],
  [queryWith('UPDATE t, c SET'), 'lists common table expressions among the tables'],
  [
    queryWith('DELETE FROM t WHERE a IN (SELECT a FROM c)'),
    'lists common table expressions among the tables',
  ],
]);

/** The fixture that holds `part`. */
function queryWith(part: string): string {
  return [...queries, ...writes, ...mysqlQueries, ...mysqlWrites].find((sql) => sql.includes(part)) ?? part;
}

interface Facts {
  readonly tables: readonly string[];
  readonly columns: readonly string[];
  readonly literals: readonly string[];
}

const sorted = (names: Iterable<string>): string[] =>
  [...new Set([...names].map((name) => name.toLowerCase()))].sort();

function ours(node: Node): Facts {
  const tables: string[] = [];
  const columns: string[] = [];
  const literals: string[] = [];
  const withNames = new Set<string>();
  walk(node, (child) => {
    if (child.kind === 'commonTableExpression') withNames.add(child.name.name);
    if (child.kind === 'tableName') tables.push(`${child.schema?.name ?? 'null'}.${child.name.name}`);
    if (child.kind === 'column') columns.push(child.name.name);
    if (child.kind === 'literal' && (child.type === 'integer' || child.type === 'decimal'))
      literals.push(child.text);
  });
  return {
    tables: sorted(tables.filter((name) => !withNames.has(name.replace('null.', '')))),
    columns: sorted(columns),
    literals: sorted(literals.map((text) => String(Number(text)))),
  };
}

function numbersIn(value: unknown, found: string[]): string[] {
  if (Array.isArray(value)) for (const item of value) numbersIn(item, found);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && 'value' in value && (value.type === 'number' || value.type === 'bigint')) {
      found.push(String(Math.abs(Number(value.value))));
    }
    for (const part of Object.values(value)) numbersIn(part, found);
  }
  return found;
}

function theirs(sql: string, database: string): Facts | null {
  try {
    const { ast, tableList, columnList } = oracleParser.parse(sql, { database });
    return {
      tables: sorted(tableList.map((entry) => entry.split('::').slice(1).join('.'))),
      columns: sorted(
        columnList.map((entry) => entry.split('::')[2] ?? '').filter((name) => name !== '(.*)'),
      ),
      literals: sorted(numbersIn(ast, [])),
    };
  } catch {
    return null;
  }
}

const cases = [
  ...[...queries, ...writes].map((sql) => ({ sql, mode: mariadb, facts: theirs(sql, 'mariadb') })),
  ...[...mysqlQueries, ...mysqlWrites].map((sql) => ({ sql, mode: mysql, facts: theirs(sql, 'mysql') })),
].flatMap(({ sql, mode, facts }) => (facts === null ? [] : [{ sql, mode, facts }]));

describe('node-sql-parser agrees', () => {
  test('it accepts enough to be an oracle', () => {
    expect(cases.length).toBeGreaterThan(30);
  });

  test.each(cases)('$sql', ({ sql, mode, facts }) => {
    const found = ours(parse(sql, mode));
    if (oracleIsWrong.has(sql)) expect(found).not.toEqual(facts);
    else expect(found).toEqual(facts);
  });
});
