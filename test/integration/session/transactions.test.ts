// Transactions over shards as one server has them: what is seen, what stays, and what every answer's status bytes say.
import { beforeEach, describe, expect, test } from 'vitest';
import { ServerStatus } from '../../../src/protocol/capabilities.ts';
import type { ExactClient } from '../../support/exact-client.ts';
import { type Pair, same } from '../../support/pair.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { sessionStage } from './stage.ts';

const stage = sessionStage();
let pair: Pair;
const all = 'SELECT id, name, score FROM users ORDER BY id';

beforeEach(async () => {
  pair = await stage.pair();
});

async function statusOf(client: ExactClient, sql: string): Promise<number> {
  const answer = await client.query(sql);
  if (answer.kind === 'error') throw new Error(`${sql}: ${answer.message}`);
  return answer.status & (ServerStatus.inTransaction | ServerStatus.autocommit);
}

const kinds: readonly (readonly [string, string])[] = [
  ['one shard', 'SELECT name FROM users WHERE id = 1'],
  ['rows of several shards', 'SELECT name FROM users'],
  ['rows merged in order', 'SELECT id FROM users ORDER BY id LIMIT 3'],
  ['counts of shards added up', 'SELECT COUNT(*) FROM users'],
  ['finished on the workspace', 'SELECT AVG(score), name FROM users GROUP BY name'],
  ['gathered from several fragments', 'SELECT u.id, e.id FROM users u JOIN events e ON e.id = u.id'],
  ['gathered over keyspaces', 'SELECT u.id FROM users u JOIN main.counters c ON c.id = u.id'],
  ['a reference table', 'SELECT name FROM codes'],
  ['no table', 'SELECT 1'],
  ['session state', 'SELECT @@autocommit, DATABASE()'],
  ['no rows', 'SELECT id FROM users WHERE 0'],
  ['the proxy itself', 'SHOW DATABASES'],
  ['variables', "SHOW VARIABLES LIKE 'autocommit'"],
  ['warnings', 'SHOW WARNINGS'],
  ['a user variable', 'SET @x = 1'],
];

describe('trap 13: status bytes of every answer inside a transaction say so', () => {
  test.each(kinds)('%s', async (_, sql) => {
    const { proxy } = pair;
    const quiet = ServerStatus.autocommit;
    const inside = ServerStatus.inTransaction | ServerStatus.autocommit;
    expect(await statusOf(proxy, sql)).toBe(quiet);
    await proxy.query('BEGIN');
    expect(await statusOf(proxy, sql)).toBe(inside);
    await proxy.query('UPDATE users SET score = score WHERE id IN (1, 3)');
    expect(await statusOf(proxy, sql)).toBe(inside);
    const prepared = await proxy.prepare(sql);
    if ('kind' in prepared) {
      // MySQL does not prepare SHOW WARNINGS.
      if (testFlavour() !== 'mysql' || prepared.errno !== 1295) throw new Error(prepared.message);
      await proxy.query('ROLLBACK');
      return;
    }
    const answer = await proxy.execute(prepared);
    if (answer.kind === 'error') throw new Error(answer.message);
    expect(answer.status & inside).toBe(inside);
    await proxy.query('ROLLBACK');
    expect(await statusOf(proxy, sql)).toBe(quiet);
  });

  test('READ ONLY is said as well', async () => {
    await pair.do('START TRANSACTION READ ONLY');
    expect(await pair.ask('SELECT COUNT(*) FROM users')).toBe(same);
    expect(await pair.ask('SELECT name FROM codes')).toBe(same);
    await pair.do('COMMIT');
  });
});

test('a transaction sees its own writes on every path, and a rollback takes all of them back', async () => {
  await pair.do('BEGIN', "INSERT INTO users VALUES (11, 'K', 1), (12, 'L', 2), (13, 'M', 3)");
  await pair.do('UPDATE users SET score = score + 100 WHERE id > 2', 'DELETE FROM users WHERE id IN (1, 5)');
  for (const sql of [
    all,
    'SELECT COUNT(*), SUM(score) FROM users',
    'SELECT name, AVG(score) FROM users GROUP BY name',
    'SELECT u.id FROM users u JOIN events e ON e.id = u.id',
    'SELECT score FROM users WHERE id = 12',
  ]) {
    expect(await pair.ask(sql)).toBe(same);
  }
  await pair.do('ROLLBACK');
  expect(await pair.ask(all)).toBe(same);
});

test('what is committed is there for others, what is not is not', async () => {
  const other = await stage.pair();
  await pair.do('BEGIN', "INSERT INTO users VALUES (21, 'U', 1), (22, 'V', 2), (23, 'W', 3)");
  expect(await other.ask(all)).toBe(same);
  expect((await pair.proxy.query('COMMIT')).kind).toBe('ok');
  await pair.oracle.query('COMMIT');
  expect(await other.ask(all)).toBe(same);
  await other.do('DELETE FROM users WHERE id > 20');
});

test('a commit that touched several shards leaves a warning that says so', async () => {
  await pair.proxy.query('BEGIN');
  await pair.proxy.query('UPDATE users SET score = score WHERE id IN (1, 3)');
  await pair.proxy.query('UPDATE users SET score = score + 1 WHERE id IN (1, 3)');
  const commit = await pair.proxy.query('COMMIT');
  expect(commit).toMatchObject({ kind: 'ok', warnings: 1 });
  const warnings = await pair.proxy.query('SHOW WARNINGS');
  expect(warnings.kind === 'rows' && warnings.rows[0]?.toString()).toContain('2 shards');
  await pair.proxy.query('UPDATE users SET score = score - 1 WHERE id IN (1, 3)');
});

test('savepoints reach shards that join later', async () => {
  await pair.do('BEGIN', 'UPDATE users SET score = 1 WHERE id = 1', 'SAVEPOINT a');
  await pair.do('UPDATE users SET score = 2 WHERE id = 3', 'SAVEPOINT b', 'UPDATE users SET score = 3');
  await pair.do('ROLLBACK TO b');
  expect(await pair.ask(all)).toBe(same);
  await pair.do('ROLLBACK TO a');
  expect(await pair.ask(all)).toBe(same);
  expect(await pair.ask('ROLLBACK TO b')).toBe(same);
  await pair.do('RELEASE SAVEPOINT a');
  expect(await pair.ask('ROLLBACK TO a')).toBe(same);
  await pair.do('ROLLBACK');
  expect(await pair.ask(all)).toBe(same);
});

test('a failed statement is undone on all shards, the transaction goes on', async () => {
  await pair.do('BEGIN', "INSERT INTO users VALUES (31, 'a', 1)");
  expect(
    await pair.ask("INSERT INTO users VALUES (32, 'b', 1), (33, 'c', 1), (1, 'taken', 1), (34, 'd', 1)"),
  ).toBe(same);
  expect(await pair.ask(all)).toBe(same);
  await pair.do('ROLLBACK');
  expect(await pair.ask("INSERT INTO users VALUES (32, 'b', 1), (33, 'c', 1), (1, 'taken', 1)")).toBe(same);
  expect(await pair.ask(all)).toBe(same);
});

test('autocommit off opens transactions with the first statement, and on commits', async () => {
  await pair.do('SET autocommit = 0');
  expect(await pair.ask('SELECT @@autocommit')).toBe(same);
  await pair.do('UPDATE users SET score = 7 WHERE id IN (2, 3)', 'ROLLBACK');
  expect(await pair.ask(all)).toBe(same);
  await pair.do('UPDATE users SET score = score + 1 WHERE id IN (2, 3)', 'SET autocommit = 1');
  expect(await pair.ask(all)).toBe(same);
  const other = await stage.pair();
  expect(await other.ask(all)).toBe(same);
  await other.do('UPDATE users SET score = score - 1 WHERE id IN (2, 3)');
});

test('BEGIN inside a transaction commits it, and so does DDL', async () => {
  await pair.do('BEGIN', 'UPDATE users SET score = score + 5 WHERE id = 4', 'BEGIN', 'ROLLBACK');
  expect(await pair.ask(all)).toBe(same);
  await pair.do(
    'BEGIN',
    'UPDATE users SET score = score - 5 WHERE id = 4',
    'CREATE TABLE main.passing (id INT)',
    'ROLLBACK',
  );
  expect(await pair.ask(all)).toBe(same);
  await pair.do('DROP TABLE main.passing');
});

test('AND CHAIN goes on, AND RELEASE hangs up', async () => {
  await pair.do('BEGIN', 'UPDATE users SET score = score + 1 WHERE id = 5', 'ROLLBACK AND CHAIN');
  expect(await pair.ask('SELECT score FROM users WHERE id = 5')).toBe(same);
  await pair.do('COMMIT');
  await pair.proxy.query('BEGIN');
  await pair.proxy.query('ROLLBACK RELEASE');
  await expect(pair.proxy.query('SELECT 1')).rejects.toThrow('closed');
});

test('a client that vanishes leaves nothing behind', async () => {
  const ghost = await stage.world.proxy();
  await ghost.query('BEGIN');
  await ghost.query('UPDATE users SET score = 0 WHERE id IN (1, 3)');
  await ghost.close();
  await pair.proxy.query('SET innodb_lock_wait_timeout = 5');
  // Waits for the locks of the vanished transaction, which its rollback gives back.
  expect(await pair.proxy.query('UPDATE users SET score = score WHERE id IN (1, 3)')).toMatchObject({
    kind: 'ok',
  });
  expect(await pair.ask(all)).toBe(same);
});
