// Two clients over pools of one connection each: what one sets, the other never sees (faults 66 to 71).
import { describe, expect, test } from 'vitest';
import type { Answer, ExactClient } from '../../support/exact-client.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { clientWorld } from './world.ts';

const shop = clientWorld({ pool: { maxPerShard: 1, acquireTimeoutMs: 10_000 } });

const isMariaDb = testFlavour() === 'mariadb';

/** What A sets, and how B would see it. */
const settings: readonly (readonly [string, string])[] = [
  ["SET @x = 'secret'", 'SELECT @x'],
  ["SET sql_mode = 'ANSI_QUOTES'", 'SELECT @@sql_mode'],
  ["SET time_zone = '+07:00'", 'SELECT @@time_zone'],
  ['SET NAMES latin1', 'SELECT @@character_set_client, @@character_set_results, @@collation_connection'],
  ['SET NAMES utf8mb4 COLLATE utf8mb4_bin', 'SELECT @@collation_connection'],
  ['SET character_set_results = NULL', 'SELECT @@character_set_results'],
  ['SET collation_connection = latin1_bin', 'SELECT @@collation_connection'],
  ['SET autocommit = 0', 'SELECT @@autocommit'],
  ['SET sql_safe_updates = 1', 'SELECT @@sql_safe_updates'],
  ['SET foreign_key_checks = 0', 'SELECT @@foreign_key_checks'],
  ['SET unique_checks = 0', 'SELECT @@unique_checks'],
  ['SET group_concat_max_len = 5', 'SELECT @@group_concat_max_len'],
  ['SET innodb_lock_wait_timeout = 3', 'SELECT @@innodb_lock_wait_timeout'],
  ['SET lock_wait_timeout = 3', 'SELECT @@lock_wait_timeout'],
  ['SET sql_select_limit = 1', 'SELECT @@sql_select_limit'],
  ['SET sql_big_selects = 0', 'SELECT @@sql_big_selects'],
  ['SET max_join_size = 1000', 'SELECT @@max_join_size'],
  ['SET max_heap_table_size = 65536', 'SELECT @@max_heap_table_size'],
  ['SET tmp_table_size = 65536', 'SELECT @@tmp_table_size'],
  ['SET sort_buffer_size = 65536', 'SELECT @@sort_buffer_size'],
  ['SET join_buffer_size = 65536', 'SELECT @@join_buffer_size'],
  ['SET read_buffer_size = 65536', 'SELECT @@read_buffer_size'],
  ['SET read_rnd_buffer_size = 65536', 'SELECT @@read_rnd_buffer_size'],
  ['SET sql_notes = 0', 'SELECT @@sql_notes'],
  ['SET sql_warnings = 1', 'SELECT @@sql_warnings'],
  ['SET sql_quote_show_create = 0', 'SHOW CREATE TABLE countries'],
  ['SET default_week_format = 3', 'SELECT @@default_week_format'],
  ['SET div_precision_increment = 9', 'SELECT 1 / 7'],
  ["SET lc_time_names = 'de_DE'", "SELECT DATE_FORMAT('2024-01-01', '%M')"],
  ["SET lc_messages = 'de_DE'", 'SELECT @@lc_messages'],
  ['SET max_length_for_sort_data = 1000', 'SELECT @@max_length_for_sort_data'],
  ['SET max_sort_length = 8', 'SELECT @@max_sort_length'],
  ['SET optimizer_search_depth = 1', 'SELECT @@optimizer_search_depth'],
  ["SET optimizer_switch = 'mrr=on'", 'SELECT @@optimizer_switch'],
  ['SET timestamp = 5', 'SELECT @@timestamp > 1000'],
  ['SET rand_seed1 = 1, rand_seed2 = 2', 'SELECT RAND() BETWEEN 0.0 AND 1.0'],
  ['SET wait_timeout = 77', 'SELECT @@wait_timeout'],
  ['SET net_write_timeout = 77', 'SELECT @@net_write_timeout'],
  ['SET last_insert_id = 9', 'SELECT LAST_INSERT_ID()'],
  [
    'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    isMariaDb ? 'SELECT @@tx_isolation' : 'SELECT @@transaction_isolation',
  ],
  [
    'SET SESSION TRANSACTION READ ONLY',
    isMariaDb ? 'SELECT @@tx_read_only' : 'SELECT @@transaction_read_only',
  ],
  ['USE main', 'SELECT DATABASE()'],
  ["SET session_track_schema = 'OFF'", 'SELECT @@session_track_schema'],
];

/** Rows of an answer, or what it is instead. */
function seen(answer: Answer): unknown {
  return answer.kind === 'rows' ? answer.rows.map((row) => row.toString('latin1')) : answer;
}

/** Work on every shard, so that each pool's one connection has served this client. */
async function everywhere(client: ExactClient): Promise<void> {
  await client.query('SELECT COUNT(*) FROM shop.users');
  await client.query('SELECT COUNT(*) FROM main.settings');
}

describe('B after A', () => {
  test.each(settings)('%s', async (set, look) => {
    const b = await shop.world.proxy();
    await everywhere(b);
    const before = seen(await b.query(look));
    const a = await shop.world.proxy();
    expect(await a.query(set)).toMatchObject({ kind: 'ok' });
    await everywhere(a);
    await a.query(look);
    // What it holds of the pool, not what it has set.
    await a.query('ROLLBACK');
    expect(seen(await b.query(look))).toEqual(before);
    await a.close();
    expect(seen(await b.query(look))).toEqual(before);
    const c = await shop.world.proxy();
    await everywhere(c);
    expect(seen(await c.query(look))).toEqual(before);
  });

  test('all of them at once, in 200 random interleavings', async () => {
    const a = await shop.world.proxy();
    const b = await shop.world.proxy();
    const expected = new Map<string, unknown>();
    for (const [, look] of settings) expected.set(look, seen(await b.query(look)));
    let state = 20_240_101;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let i = 0; i < 200; i++) {
      const [set] = settings[random(settings.length)] ?? settings[0] ?? [''];
      const [, look] = settings[random(settings.length)] ?? settings[0] ?? ['', ''];
      await a.query(set ?? '');
      await everywhere(a);
      if (random(4) === 0) await a.query('ROLLBACK');
      await a.query('COMMIT');
      expect(seen(await b.query(look)), `${set} then ${look}`).toEqual(expected.get(look));
    }
  });
});

describe('what A holds ends with A', () => {
  test('an open transaction: rolled back, its locks free', async () => {
    const a = await shop.world.proxy();
    await a.query('BEGIN');
    await a.query("UPDATE users SET name = 'changed' WHERE id IN (1, 2, 3, 4, 5)");
    await a.close();
    const b = await shop.world.proxy();
    expect(await b.query("UPDATE users SET name = 'b' WHERE id IN (1, 2, 3, 4, 5)")).toMatchObject({
      kind: 'ok',
      affectedRows: 5n,
    });
  });

  test('SET TRANSACTION for the next one', async () => {
    const a = await shop.world.proxy();
    await a.query('SET TRANSACTION READ ONLY');
    await a.close();
    const b = await shop.world.proxy();
    await b.query('BEGIN');
    expect(await b.query("UPDATE users SET name = 'c' WHERE id = 1")).toMatchObject({ kind: 'ok' });
    await b.query('ROLLBACK');
  });

  test('prepared statements, by id and by name', async () => {
    const a = await shop.world.proxy();
    const statement = await a.prepare('SELECT name FROM users WHERE id = 1');
    if ('kind' in statement) throw new Error(statement.message);
    await a.query("PREPARE mine FROM 'SELECT 1'");
    const b = await shop.world.proxy();
    expect(await b.execute(statement)).toMatchObject({ errno: 1243 });
    expect(await b.query('EXECUTE mine')).toMatchObject({ errno: 1243 });
  });

  test('warnings and counts', async () => {
    const a = await shop.world.proxy();
    const b = await shop.world.proxy();
    await b.query('SELECT id FROM users WHERE id IN (1, 2) ORDER BY id');
    await a.query("SELECT CAST('1x' AS SIGNED)");
    await a.query('SELECT COUNT(*) FROM users');
    expect(seen(await b.query('SHOW WARNINGS'))).toEqual([]);
    expect(seen(await b.query('SELECT FOUND_ROWS()'))).toEqual(['\u00012']);
  });

  test('COM_RESET_CONNECTION gives back a fresh session', async () => {
    const a = await shop.world.proxy();
    const before = new Map<string, unknown>();
    const [, ...rest] = settings;
    for (const [, look] of rest) before.set(look, seen(await a.query(look)));
    for (const [set] of rest) if (set !== 'USE main') await a.query(set);
    await everywhere(a);
    await a.query('ROLLBACK');
    expect(await a.command(Buffer.from([31]))).toMatchObject({ kind: 'ok' });
    for (const [, look] of rest) expect(seen(await a.query(look)), look).toEqual(before.get(look));
  });
});
