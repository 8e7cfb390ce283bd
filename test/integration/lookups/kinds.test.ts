// Lookup kinds and parameters that the other tests do not use: hashed values, own commits, write-only, and places given by a lookup.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exactCollation } from '../../support/test-servers.ts';
import { idHex, Shadow } from '../writes/shadow.ts';

const vschema = {
  sharded: true,
  vindexes: {
    hash: { type: 'hash' },
    by_title: {
      type: 'lookup_unicodeloosemd5_hash',
      params: { table: 'main.title_idx', from: 'title', to: 'song_id' },
      owner: 'songs',
    },
    by_code: {
      type: 'lookup_unique',
      params: { table: 'main.code_idx', from: 'code', to: 'keyspace_id', autocommit: 'true' },
      owner: 'songs',
    },
    by_label: {
      type: 'lookup',
      params: {
        table: 'main.label_idx',
        from: 'label',
        to: 'keyspace_id',
        write_only: 'true',
        ignore_nulls: 'true',
      },
      owner: 'songs',
    },
    by_pair: {
      type: 'consistent_lookup_unique',
      params: { table: 'main.pair_idx', from: 'a,b', to: 'keyspace_id' },
      owner: 'songs',
    },
    place_by_code: {
      type: 'lookup_unique',
      params: { table: 'main.code_idx', from: 'code', to: 'keyspace_id' },
    },
  },
  tables: {
    songs: {
      column_vindexes: [
        { column: 'id', name: 'hash' },
        { column: 'title', name: 'by_title' },
        { column: 'code', name: 'by_code' },
        { column: 'label', name: 'by_label' },
        { columns: ['a', 'b'], name: 'by_pair' },
      ],
    },
    plays: { column_vindexes: [{ column: 'code', name: 'place_by_code' }] },
  },
};
const schema = `
CREATE TABLE songs (id BIGINT PRIMARY KEY, title VARCHAR(60) COLLATE utf8mb4_bin, code INT, label VARCHAR(20) COLLATE ${exactCollation()},
  a INT, b VARCHAR(10) COLLATE ${exactCollation()}, UNIQUE KEY code (code), UNIQUE KEY pair (a, b)) CHARSET utf8mb4;
CREATE TABLE plays (code INT, n INT, PRIMARY KEY (code, n));
`;
const mainSchema = `
CREATE TABLE title_idx (title BIGINT UNSIGNED, song_id BIGINT UNSIGNED, PRIMARY KEY (title, song_id));
CREATE TABLE code_idx (code INT PRIMARY KEY, keyspace_id VARBINARY(16));
CREATE TABLE label_idx (label VARCHAR(20) COLLATE ${exactCollation()}, keyspace_id VARBINARY(16), PRIMARY KEY (label, keyspace_id)) CHARSET utf8mb4;
CREATE TABLE pair_idx (a INT, b VARCHAR(10) COLLATE ${exactCollation()}, keyspace_id VARBINARY(16), PRIMARY KEY (a, b)) CHARSET utf8mb4;
`;

let shadow: Shadow;

beforeAll(async () => {
  shadow = await Shadow.start({ vschema, schema, mainSchema });
  await shadow.both(
    "INSERT INTO songs VALUES (1, 'Été', 10, 'x', 1, 'a'), (2, 'ete', 20, 'x', 1, 'b'), (3, 'Nuit', 30, NULL, 2, 'a'), (4, NULL, NULL, 'y', NULL, 'z')",
  );
});

afterAll(() => shadow.close());

async function lookupRows(sql: string): Promise<unknown> {
  return (await shadow.through(sql)).rows;
}

/** How many statements went to tables of the shards. */
async function shardsAsked(sql: string): Promise<number> {
  const { rows } = await shadow.through(`VEXPLAIN QUERIES ${sql}`);
  return JSON.stringify(rows).match(/FROM songs/g)?.length ?? 0;
}

describe('lookup kinds', () => {
  test('text through its loose hash: one number for texts that differ in case and accents', async () => {
    const rows = await lookupRows('SELECT title, song_id FROM main.title_idx ORDER BY song_id');
    expect(rows).toMatchObject([{ song_id: 1 }, { song_id: 2 }, { song_id: 3 }]);
    const [first, second] = Array.isArray(rows) ? rows : [];
    expect(first.title).toBe(second.title);
    await shadow.both("SELECT id FROM songs WHERE title = 'ete'");
    await shadow.both("SELECT id FROM songs WHERE title IN ('Été', 'Nuit', 'no') ORDER BY id");
    await shadow.both("UPDATE songs SET title = 'Jour' WHERE id = 3");
    await shadow.both("SELECT id FROM songs WHERE title = 'Jour'");
    await shadow.both("SELECT id FROM songs WHERE title = 'Nuit'");
  });

  test('several columns: found by all of them', async () => {
    await shadow.both("SELECT id FROM songs WHERE a = 1 AND b = 'b'");
    expect(await shardsAsked("SELECT id FROM songs WHERE a = 1 AND b = 'b'")).toBe(1);
    await shadow.both("SELECT id FROM songs WHERE (a, b) IN ((1, 'a'), (2, 'a')) ORDER BY id");
    await shadow.both('SELECT id FROM songs WHERE a = 1 ORDER BY id');
    await shadow.both("INSERT INTO songs (id, a, b) VALUES (9, 1, 'b')");
  });

  test('write_only: written, not read', async () => {
    expect(
      await lookupRows('SELECT label, HEX(keyspace_id) AS k FROM main.label_idx ORDER BY label, k'),
    ).toEqual(
      [
        { label: 'x', k: idHex('hash', 1).toUpperCase() },
        { label: 'x', k: idHex('hash', 2).toUpperCase() },
        { label: 'y', k: idHex('hash', 4).toUpperCase() },
      ].sort((a, b) => (a.label + a.k < b.label + b.k ? -1 : 1)),
    );
    await shadow.both("SELECT id FROM songs WHERE label = 'x' ORDER BY id");
    expect(await shardsAsked("SELECT id FROM songs WHERE label = 'x'")).toBe(4);
  });

  test('autocommit: its rows stay when the transaction goes', async () => {
    await shadow.both('BEGIN');
    await shadow.both('INSERT INTO songs (id, code) VALUES (50, 500)');
    await shadow.both('ROLLBACK');
    expect(await lookupRows('SELECT code FROM main.code_idx WHERE code = 500')).toEqual([{ code: 500 }]);
    await shadow.both('SELECT id FROM songs WHERE code = 500');
    await shadow.both('INSERT INTO songs (id, code) VALUES (51, 500)');
    await shadow.both('INSERT INTO songs (id, code) VALUES (52, 500)');
    await shadow.both('SELECT id FROM songs WHERE code = 500');
  });

  test('a table placed by a lookup that another table owns', async () => {
    await shadow.both('INSERT INTO plays VALUES (10, 1), (10, 2), (30, 1)');
    await shadow.both('SELECT * FROM plays WHERE code = 10 ORDER BY n');
    await shadow.both('UPDATE plays SET n = n + 10 WHERE code = 10');
    await shadow.both('SELECT * FROM plays ORDER BY code, n');
    const unknown = await shadow.through('INSERT INTO plays VALUES (77, 1)');
    expect(unknown.message).toContain('SG6030');
    const shards = await shadow.onShards('SELECT id, code FROM songs');
    const plays = await shadow.onShards('SELECT code FROM plays');
    for (const [index, rows] of plays.entries()) {
      for (const { code } of rows) expect(shards[index]?.map((song) => song['code'])).toContain(code);
    }
    await shadow.both('DELETE FROM plays WHERE code = 30');
  });
});
