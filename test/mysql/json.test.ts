// trap 7: MySQL's documents hold decimals, dates and bytes, which text does not tell from doubles and strings.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';

const vschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' } },
  tables: {
    docs: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    plain: { column_vindexes: [{ column: 'id', name: 'hash' }] },
  },
};
const schema = `
CREATE TABLE docs (id INT PRIMARY KEY, tag INT, doc JSON);
CREATE TABLE plain (id INT PRIMARY KEY, tag INT, doc JSON);
`;

let cluster: Cluster;
let proxy: Connection;
let oracle: Connection;

beforeAll(async () => {
  cluster = await startCluster({ vschema, schema });
  [proxy, oracle] = [await cluster.connect(), await cluster.connectOracle()];
  for (const connection of [proxy, oracle]) {
    await connection.query(
      `INSERT INTO docs VALUES (1, 1, JSON_OBJECT('d', CAST(1.50 AS DECIMAL(10, 2)))), (2, 1, JSON_ARRAY(DATE'2024-01-01')),
        (3, 1, JSON_ARRAY(x'ff00')), (4, 2, JSON_OBJECT('d', CAST(1.5 AS DECIMAL(10, 1)))), (5, 2, NULL), (6, 2, 'null')`,
    );
    await connection.query(
      `INSERT INTO plain VALUES (1, 1, '{"a": 1}'), (2, 1, '{"a": 1.0, "b": "2024-01-01"}'), (3, 1, '{"a": "x"}'),
        (4, 2, '{"a": 10}'), (5, 2, '{"a": [1, 2.5e-7, 18446744073709551615]}'), (6, 3, '{"a": 2}'), (7, 3, NULL)`,
    );
  }
});
afterAll(() => cluster?.close());

async function rowsOf(connection: Connection, sql: string): Promise<unknown> {
  const [rows] = await connection.query<RowDataPacket[]>({
    sql,
    rowsAsArray: true,
    typeCast: (field) => field.string(),
  });
  return rows;
}

describe('documents that are only shown arrive as they are', () => {
  test.each([
    'SELECT id, doc FROM docs ORDER BY id',
    'SELECT a.id, a.doc, b.id FROM docs a JOIN docs b ON a.tag = b.tag ORDER BY a.id, b.id',
    'SELECT * FROM docs a JOIN plain b ON a.tag = b.tag AND a.id < b.id ORDER BY a.id, b.id',
  ])('%s', async (sql) => {
    expect(await rowsOf(proxy, sql)).toEqual(await rowsOf(oracle, sql));
  });
});

describe('documents of numbers and strings are compared like documents', () => {
  test.each([
    'SELECT id FROM plain ORDER BY doc, id',
    "SELECT id, doc->'$.a' FROM plain ORDER BY doc->'$.a', id",
    "SELECT COUNT(DISTINCT doc->'$.a'), MAX(doc->'$.a') FROM plain",
    "SELECT COUNT(*) FROM plain GROUP BY doc->'$.a' ORDER BY doc->'$.a'",
    "SELECT a.id, b.id FROM plain a JOIN plain b ON a.doc->'$.a' = b.doc->'$.a' ORDER BY 1, 2",
    "SELECT JSON_TYPE(a.doc->'$.a'), COUNT(*) FROM plain a JOIN plain b ON a.tag = b.tag GROUP BY 1 ORDER BY 1",
  ])('%s', async (sql) => {
    expect(await rowsOf(proxy, sql)).toEqual(await rowsOf(oracle, sql));
  });
});

describe('others are refused, never changed', () => {
  test.each([
    'SELECT id FROM docs ORDER BY doc',
    'SELECT DISTINCT doc FROM docs',
    'SELECT a.id FROM docs a JOIN docs b ON a.doc = b.doc',
    'SELECT JSON_ARRAYAGG(doc) FROM docs',
  ])('%s', async (sql) => {
    await expect(proxy.query(sql)).rejects.toMatchObject({ errno: 1235 });
    await expect(proxy.query(sql)).rejects.toThrow(/SG4025: .*document/);
  });
});

test('rows move with their documents, or stay where they are', async () => {
  await expect(proxy.query('UPDATE docs SET id = 1001 WHERE id = 2')).rejects.toThrow(/SG4025: .*column doc/);
  const moved = 'UPDATE plain SET id = id + 1000 WHERE id = 5';
  for (const connection of [proxy, oracle]) await connection.query(moved);
  for (const table of ['docs', 'plain']) {
    const all = `SELECT id, doc, JSON_TYPE(doc) FROM ${table} ORDER BY id`;
    expect(await rowsOf(proxy, all)).toEqual(await rowsOf(oracle, all));
  }
});
