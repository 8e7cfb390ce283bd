// One statement per refusal, over the small shop of these tests.
import type { PlanOptions } from './planning.ts';

export interface Refused {
  readonly id: string;
  readonly sql: string;
  readonly options?: PlanOptions;
  /** Sessions answer it without a plan: no client meets the refusal. */
  readonly sessionAnswers?: true;
}

export const refused: readonly Refused[] = [
  { id: 'SG2001', sql: 'DO (SELECT COUNT(*) FROM users)' },
  { id: 'SG2003', sql: 'SELECT * FROM stray' },
  { id: 'SG2010', sql: 'SELECT nickname FROM users' },
  { id: 'SG2011', sql: 'SELECT * FROM users u JOIN orders o ON o.id = u.id', options: { untracked: true } },
  { id: 'SG2012', sql: 'SELECT id FROM users WHERE rating(id) > 3' },
  { id: 'SG2013', sql: "SELECT id FROM users INTO OUTFILE 'users.txt'" },
  { id: 'SG2014', sql: 'SELECT COUNT(*) INTO @n FROM users', sessionAnswers: true },
  { id: 'SG2015', sql: 'SELECT @n := @n + 1, id FROM users' },
  { id: 'SG2016', sql: 'SELECT SQL_CALC_FOUND_ROWS id FROM users LIMIT 5', sessionAnswers: true },
  { id: 'SG2017', sql: "SELECT id FROM users WHERE MATCH (name) AGAINST ('ada')" },
  { id: 'SG2019', sql: 'SELECT u.id FROM users u JOIN information_schema.tables t ON t.table_name = u.name' },
  { id: 'SG2020', sql: 'EXPLAIN FOR CONNECTION 5', sessionAnswers: true },
  { id: 'SG2021', sql: 'SELECT * FROM shop.users, main.users' },
  { id: 'SG2022', sql: 'SELECT NEXTVAL(main.seq), id FROM users' },
  { id: 'SG2023', sql: 'SELECT COUNT(*) FROM users', options: { shards: ['-40', '40-80'] } },
  { id: 'SG2024', sql: 'SELECT id FROM users WHERE GET_LOCK(name, 1)' },
  {
    id: 'SG2025',
    sql: 'SELECT country, AVG(balance) FROM users GROUP BY country',
    options: { directives: { WORKSPACE: 'off' } },
  },
  { id: 'SG5006', sql: 'DELETE /*vt+ SHARD=80 */ FROM users', options: { directives: { SHARD: '80' } } },
  { id: 'SG6001', sql: "INSERT INTO users (name) VALUES ('Ada')" },
  { id: 'SG6003', sql: 'INSERT INTO users (id, name) VALUES (1, 2) ON DUPLICATE KEY UPDATE id = 3' },
  { id: 'SG6005', sql: 'UPDATE (SELECT id AS x FROM users) AS d, users SET d.x = 1' },
  { id: 'SG6007', sql: "REPLACE INTO accounts VALUES (1, 2, 'Ada')" },
  { id: 'SG6008', sql: 'INSERT INTO tickets (user_id) VALUES (7)' },
  { id: 'SG6010', sql: 'INSERT INTO users VALUES (1, 2)', options: { untracked: true } },
  { id: 'SG6011', sql: 'DELETE FROM users WHERE id IN (1, 2) RETURNING (SELECT COUNT(*) FROM orders)' },
  { id: 'SG6012', sql: 'CREATE DATABASE extra' },
  { id: 'SG6013', sql: 'ALTER TABLE users ADD UNIQUE KEY by_email (email)' },
  { id: 'SG6014', sql: 'CREATE TABLE copy SELECT * FROM users' },
  { id: 'SG6015', sql: 'DROP TABLE users, main.settings' },
  { id: 'SG6016', sql: 'UPDATE countries SET name = UUID()' },
  { id: 'SG6035', sql: 'DELETE FROM keyless ORDER BY at LIMIT 1' },
  { id: 'SG6036', sql: 'UPDATE users SET balance = balance + 1, id = balance' },
  { id: 'SG6037', sql: 'UPDATE topics SET id = 5 WHERE id = 4' },
  { id: 'SG6038', sql: 'UPDATE IGNORE users SET id = id + 1' },
  { id: 'SG6053', sql: "REPLACE INTO handles (id, n, nick) VALUES (1, 1, 'ada')" },
  { id: 'SG6045', sql: 'UPDATE users SET balance = (SELECT MAX(balance) FROM orders o) WHERE id > 3' },
  { id: 'SG6046', sql: 'INSERT INTO visits VALUES (1, 1)' },
  { id: 'SG6047', sql: "DELETE FROM regions WHERE name = 'north'" },
  { id: 'SG6042', sql: 'INSERT INTO users SELECT * FROM users LIMIT 5' },
  {
    id: 'SG6043',
    sql: 'INSERT INTO users (id, name) SELECT id, 1 FROM orders o ON DUPLICATE KEY UPDATE name = o.status',
  },
];

/** Those that need another vschema than this one, and what it would have. */
export const ofOtherVschemas: Readonly<Record<string, string>> = {
  SG2002: 'the same table name in two keyspaces besides the current one',
  SG2028: 'a table whose columns are not the same on all shards',
  SG6017: 'a write that names no table of any keyspace',
  SG6034: 'a lookup vindex whose table no vschema names',
};
