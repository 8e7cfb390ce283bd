// print(parse(x)) means what x means: a server gives both the same columns, rows and errors.
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import type { Statement } from '../../../src/sql/ast.ts';
import { defaultMode, withSqlMode } from '../../../src/sql/mode.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';
import { printStatement } from '../../../src/sql/printer/print.ts';
import { walk } from '../../../src/sql/visitor.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';
import { fullyParenthesized, randomExpression } from './random-expression.ts';
import { corpusSamples, grammarSamples, type Sample } from './server-grammar.ts';

let server: RunningServer;
let admin: Connection;

beforeAll(async () => {
  const provider = await testServers();
  server = await provider.start({ name: 'printed', dataDirectory: null, port: 0, durable: false });
  admin = await createConnection({
    ...server.admin,
    charset: 'utf8mb4',
    rowsAsArray: true,
    multipleStatements: true,
  });
  await admin.query("CREATE DATABASE g; USE g; SET sql_mode = '', timestamp = 1700000000");
});
afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

const mode = defaultMode(testFlavour());

function parsed(sql: string, lexMode = mode): Statement | null {
  try {
    return parseStatement(Buffer.from(sql, 'utf8').toString('latin1'), lexMode);
  } catch {
    return null;
  }
}

function printed(statement: Statement): string {
  return Buffer.from(printStatement(statement), 'latin1').toString('utf8');
}

/** Columns and rows, or the error's number. */
async function outcome(sql: string): Promise<string> {
  try {
    const [rows, fields] = await admin.query({ sql, rowsAsArray: true });
    return JSON.stringify([fields?.map(({ name }) => name), rows]);
  } catch (error) {
    if (!(error instanceof Error) || !('errno' in error)) throw error;
    return `error ${String(error.errno)}`;
  }
}

const queryKinds = new Set(['select', 'setOperation', 'parenQuery', 'valuesQuery', 'tableQuery']);

/** What gives another answer each time, waits, writes files, or reads what the test itself changes. */
const unsteady =
  /outfile|dumpfile|sleep|benchmark|_lock\(|uuid|rand\(|random_bytes|connection_id|sys_guid|encrypt|aes_|_schema|mysql\.|wait|sysdate/i;

interface Names {
  readonly tables: ReadonlyMap<string, string>;
  readonly columns: readonly string[];
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

function namesOf(statement: Statement): Names {
  const tables = new Map<string, string>();
  const columns = new Set(['a', 'b']);
  const local = new Set<string>();
  walk(statement, (node) => {
    if (node.kind === 'commonTableExpression') local.add(node.name.name);
    if (node.kind === 'tableName') tables.set(node.name.name, node.schema?.name ?? 'g');
    if (node.kind === 'column') columns.add(node.name.name.toLowerCase());
    if (node.kind === 'using') for (const { name } of node.columns) columns.add(name.toLowerCase());
  });
  for (const name of local) tables.delete(name);
  return { tables, columns: [...columns].slice(0, 40) };
}

/** Every table the statement names, with every column it names and three rows, some cells of them NULL. */
async function makeTables({ tables, columns }: Names): Promise<boolean> {
  const defined = columns.map((name, i) => `${quoted(name)} ${i % 3 === 2 ? 'VARCHAR(20)' : 'INT'}`).join();
  let seed = 0;
  let script = '';
  for (const [name, schema] of tables) {
    if (schema !== 'g') script += `CREATE DATABASE IF NOT EXISTS ${quoted(schema)};`;
    const table = `${quoted(schema)}.${quoted(name)}`;
    const rows = [1, 2, 3].map((row) => {
      const cells = columns.map((_, i) => (row === 3 && i % 4 === 1 ? 'NULL' : String(row + seed)));
      return `(${cells.join()})`;
    });
    script += `DROP TABLE IF EXISTS ${table};CREATE TABLE ${table} (${defined}) ENGINE=MEMORY;INSERT INTO ${table} VALUES ${rows.join()};`;
    seed += 1;
  }
  try {
    if (script !== '') await admin.query(script);
    return true;
  } catch {
    return false;
  }
}

async function difference(sql: string, statement: Statement): Promise<string | null> {
  const variables = 'SET @a = NULL, @b = NULL, @c = NULL, @x = NULL, @i = 0';
  await admin.query(variables);
  const before = await outcome(sql);
  await admin.query(variables);
  const text = printed(statement);
  // What MySQL does not read has no meaning there.
  if (before === 'error 1064' && testFlavour() === 'mysql') return null;
  const after = await outcome(text);
  return before === after ? null : `${sql}\n  ${text}\n  ${before.slice(0, 300)}\n  ${after.slice(0, 300)}`;
}

async function compareAll(samples: readonly Sample[]): Promise<{ ran: number; different: string[] }> {
  const different: string[] = [];
  let ran = 0;
  for (const { sql } of samples) {
    const statement = unsteady.test(sql) ? null : parsed(sql);
    if (statement === null || !queryKinds.has(statement.kind)) continue;
    if (!(await makeTables(namesOf(statement)))) continue;
    const found = await difference(sql, statement);
    ran += 1;
    if (found !== null) different.push(found);
  }
  return { ran, different };
}

describe('print(parse(x)) gives the same columns, rows and errors as x', () => {
  test('every production of the grammar', async () => {
    const { ran, different } = await compareAll(grammarSamples().filter(({ sort }) => sort === 'query'));
    expect(ran).toBeGreaterThan(300);
    expect(different).toEqual([]);
  }, 60_000);

  const corpus = corpusSamples().filter(({ sort }) => sort === 'query');
  test.runIf(corpus.length > 0)(
    'every SELECT of the corpora',
    async () => {
      const { ran, different } = await compareAll(corpus);
      expect(ran).toBeGreaterThan(1_500);
      expect(different).toEqual([]);
    },
    300_000,
  );
});

describe('precedence of operators', () => {
  const modes = ['', 'HIGH_NOT_PRECEDENCE', 'PIPES_AS_CONCAT', 'ANSI,HIGH_NOT_PRECEDENCE'];
  test.each(modes)('sql_mode %j: the tree is the one the server sees', async (sqlMode) => {
    await admin.query('SET sql_mode = ?', [sqlMode]);
    const lexMode = withSqlMode(mode, sqlMode);
    const wrong: string[] = [];
    let compared = 0;
    for (let seed = 1; seed <= 800; seed += 1) {
      const sql = `SELECT ${randomExpression(seed)} AS x`;
      const statement = parsed(sql, lexMode);
      const own = await outcome(sql);
      if (own === 'error 1064' || statement === null) {
        // MySQL does not chain predicates: there we read more than it does.
        const isBeyond = testFlavour() === 'mysql' && own === 'error 1064';
        if ((own === 'error 1064') !== (statement === null) && !isBeyond) wrong.push(`${sql}: ${own}`);
        continue;
      }
      compared += 1;
      for (const text of [fullyParenthesized(statement), printed(statement)]) {
        const other = await outcome(text);
        if (other !== own) wrong.push(`${sql}\n  ${text}\n  ${own} ${other}`);
      }
    }
    await admin.query("SET sql_mode = ''");
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(testFlavour() === 'mysql' ? 500 : 600);
  });
});
