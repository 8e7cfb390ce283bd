// One statement per refusal, over the small shop of these tests.
import type { PlanOptions } from './planning.ts';

export interface Refused {
  readonly id: string;
  readonly sql: string;
  readonly options?: PlanOptions;
}

export const refused: readonly Refused[] = [
  { id: 'SG2001', sql: 'DO (SELECT COUNT(*) FROM users)' },
  { id: 'SG2003', sql: 'SELECT * FROM stray' },
  { id: 'SG2010', sql: 'SELECT nickname FROM users' },
  { id: 'SG2011', sql: 'SELECT * FROM users u JOIN orders o ON o.id = u.id', options: { untracked: true } },
  { id: 'SG2012', sql: 'SELECT id FROM users WHERE rating(id) > 3' },
  { id: 'SG2013', sql: "SELECT id FROM users INTO OUTFILE 'users.txt'" },
  { id: 'SG2014', sql: 'SELECT COUNT(*) INTO @n FROM users' },
  { id: 'SG2015', sql: 'SELECT @n := @n + 1, id FROM users' },
  { id: 'SG2016', sql: 'SELECT SQL_CALC_FOUND_ROWS id FROM users LIMIT 5' },
  { id: 'SG2017', sql: "SELECT id FROM users WHERE MATCH (name) AGAINST ('ada')" },
  { id: 'SG2019', sql: 'SELECT u.id FROM users u JOIN information_schema.tables t ON t.table_name = u.name' },
  { id: 'SG2020', sql: 'EXPLAIN FOR CONNECTION 5' },
  { id: 'SG2021', sql: 'SELECT * FROM shop.users, main.users' },
  { id: 'SG2022', sql: 'SELECT NEXTVAL(main.seq), id FROM users' },
  { id: 'SG2023', sql: 'SELECT COUNT(*) FROM users', options: { shards: ['-40', '40-80'] } },
  { id: 'SG2024', sql: 'SELECT id FROM users WHERE GET_LOCK(name, 1)' },
  {
    id: 'SG2025',
    sql: 'SELECT country, AVG(balance) FROM users GROUP BY country',
    options: { directives: { WORKSPACE: 'off' } },
  },
  { id: 'SG6001', sql: "INSERT INTO users (name) VALUES ('Ada')" },
  { id: 'SG6007', sql: "REPLACE INTO accounts VALUES (1, 2, 'Ada')" },
  { id: 'SG6008', sql: 'INSERT INTO counted (v) VALUES (1)' },
  { id: 'SG6012', sql: 'CREATE DATABASE extra' },
  { id: 'SG6013', sql: 'ALTER TABLE users ADD UNIQUE KEY by_email (email)' },
  { id: 'SG6014', sql: 'CREATE TABLE copy SELECT * FROM users' },
];

/** Those that depend on values or settings, which a plan alone does not know, and where they are tested. */
export const atRunTime: Readonly<Record<string, string>> = {};
