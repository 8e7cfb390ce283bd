// LOAD DATA LOCAL INFILE over four shards, beside one plain server with local_infile on.
import { Readable } from 'node:stream';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shadow } from './shadow.ts';

const vschema = {
  sharded: true,
  vindexes: {
    hash: { type: 'hash' },
    by_email: {
      type: 'consistent_lookup_unique',
      params: { table: 'main.email_idx', from: 'email', to: 'keyspace_id' },
      owner: 'people',
    },
  },
  tables: {
    short: { column_vindexes: [{ column: 'k', name: 'hash' }] },
    items: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    visits: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    people: {
      column_vindexes: [
        { column: 'id', name: 'hash' },
        { column: 'email', name: 'by_email' },
      ],
    },
    countries: { type: 'reference' },
  },
};
const schema = `
CREATE TABLE short (k BIGINT PRIMARY KEY, a INT NULL, b VARCHAR(5) NULL, c INT NULL DEFAULT 7, d VARCHAR(4) NOT NULL DEFAULT 'dd', e INT NULL DEFAULT (1 + 1), f INT NULL DEFAULT (k * 2), g DATETIME NULL DEFAULT CURRENT_TIMESTAMP) CHARSET utf8mb4;
CREATE TABLE items (id BIGINT PRIMARY KEY, name VARCHAR(10), price DECIMAL(8,2), at DATE, bytes VARBINARY(8), n INT NOT NULL DEFAULT 7) CHARSET utf8mb4;
CREATE TABLE people (id BIGINT PRIMARY KEY, email VARCHAR(30) COLLATE utf8mb4_general_ci, UNIQUE KEY email (email)) CHARSET utf8mb4;
CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name VARCHAR(20)) CHARSET utf8mb4;
CREATE TABLE visits (id BIGINT PRIMARY KEY, code CHAR(2), KEY (code), FOREIGN KEY (code) REFERENCES countries (code)) CHARSET utf8mb4;
`;
const mainSchema = `
CREATE TABLE email_idx (email VARCHAR(30) COLLATE utf8mb4_general_ci PRIMARY KEY, keyspace_id VARBINARY(16)) CHARSET utf8mb4;
CREATE TABLE settings (name VARCHAR(20) PRIMARY KEY, value INT);
`;

let shadow: Shadow;

beforeAll(async () => {
  shadow = await Shadow.start({ vschema, schema, mainSchema });
});

afterAll(() => shadow.close());

async function load(connection: Connection, sql: string, file: Buffer | Readable): Promise<object> {
  const infileStreamFactory = () =>
    file instanceof Readable ? file : Readable.from(file.length === 0 ? [] : [file]);
  try {
    const [result] = await connection.query({ sql, infileStreamFactory });
    if (!('info' in result)) throw new Error('no OK');
    return { affected: result.affectedRows, info: result.info };
  } catch (error) {
    if (!(error instanceof Error) || !('errno' in error)) throw error;
    return { errno: error.errno, message: error.message };
  }
}

async function both(sql: string, text: string | Buffer): Promise<object> {
  const file = Buffer.from(text);
  const expected = await load(shadow.oracle, sql, file);
  const actual = await load(shadow.proxy, sql, file);
  expect({ sql, ...actual }).toEqual({ sql, ...expected });
  return actual;
}

describe('LOAD DATA LOCAL', () => {
  test('rows go where they belong', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${i + 1}\tn${i}\t${i}.25\t2024-01-01\tab\t${i}\n`);
    await both("LOAD DATA LOCAL INFILE 'items.tsv' INTO TABLE items", lines.join(''));
    await shadow.expectSameTable('items', { column: 'id', vindex: 'hash' });
  });

  test('formats, defaults, clipping, duplicates', async () => {
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' LINES TERMINATED BY '\\r\\n' IGNORE 1 LINES (id, name, price)",
      'id,name,price\r\n6001,"a,b",1.5\r\n6002,NULL,2\r\n6003,"much too long a name",x\r\n1,"dup",1\r\n6004,é,\r\n',
    );
    await both("LOAD DATA LOCAL INFILE 'x' REPLACE INTO TABLE items (id, name)", '1\treplaced\n6005\tnew\n');
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items (id, @a, @b) SET name = UPPER(@a), n = @b + 1, at = '2024-02-02'",
      '6010\tabc\t5\n6011\t\\N\t6\n',
    );
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE items (id, n)", '6020\n6021\t4\t5\n6022\t\\N\n');
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items CHARACTER SET latin1 (id, name)",
      Buffer.from('6030\t\xe9\n', 'latin1'),
    );
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items (id, bytes)",
      Buffer.from('6031\t\xff\x01\n', 'latin1'),
    );
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items (id, bytes)",
      Buffer.from('6032\tab\xc3\n', 'latin1'),
    );
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items CHARACTER SET binary (id, bytes)",
      Buffer.from('6034\t\xff\x01\n', 'latin1'),
    );
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE items (id, nope)", '1\t2\n');
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE items", '');
    await shadow.expectSameTable('items', { column: 'id', vindex: 'hash' });
  });

  test('a variable that holds a field compares by its own collation, whatever that of literals is', async () => {
    const clients = [shadow.oracle, shadow.proxy];
    const bound = "NULLIF(@name, ''), price = IF(@price = 'É', 1, @price), n = IFNULL(@n, '3')";
    const into = "LOAD DATA LOCAL INFILE 'x' INTO TABLE items";
    for (const names of ['utf8mb4_unicode_ci', 'utf8mb4_bin']) {
      for (const client of clients) await client.query(`SET NAMES utf8mb4 COLLATE ${names}`);
      const file = '8001\ta\té\t1\n8002\t\t2.5\t\\N\n8003\té\tÉ\t5\n';
      await both(`${into} (@id, @name, @price, @n) SET id = @id, name = ${bound}`, file);
      await both(
        `${into} CHARACTER SET latin1 (@id, @name, @price, @n) SET id = @id + 10, name = ${bound}`,
        file,
      );
      await both("DELETE FROM items WHERE n = '5'", '');
      await shadow.expectSameTable('items', { column: 'id', vindex: 'hash' });
      await both('DELETE FROM items', '');
    }
    for (const client of clients) await client.query('SET NAMES utf8mb4');
  });

  test('lines that are too short or too long', async () => {
    for (const client of [shadow.oracle, shadow.proxy]) await client.query('SET timestamp = 1700000000');
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE short",
      '1\n2\t5\n3\t5\tx\n4\t4\tx\t4\ty\n5\t4\tx\t4\ty\t6\t7\t2024-01-01\t8\t',
    );
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE short (k, @a, @b) SET a = @a, b = @b", '11\n12\t5\n');
    // What follows the last field is skipped as it is, quotes or not.
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE short FIELDS TERMINATED BY ',' ENCLOSED BY '\"' (k, a)",
      '21,1,"a\n22,2\n"23",3\n24,4,\n25,5,more',
    );
    await both("LOAD DATA LOCAL INFILE 'x' REPLACE INTO TABLE short (k, a)", '31\t1\t2\n');
    await both("LOAD DATA LOCAL INFILE 'x' REPLACE INTO TABLE short (k, a)", '32\n');
    for (const client of [shadow.oracle, shadow.proxy]) await client.query('SET timestamp = DEFAULT');
    await shadow.expectSameTable('short', { column: 'k', vindex: 'hash' });
  });

  test('separators in hexadecimal, and no escapes where sql_mode knows none', async () => {
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items FIELDS TERMINATED BY 0x2c ENCLOSED BY x'27' ESCAPED BY x'5c' LINES TERMINATED BY x'0d0a' (id, name)",
      "7001,'a\\'b'\r\n7002,'c'\r\n",
    );
    for (const client of [shadow.oracle, shadow.proxy])
      await client.query("SET sql_mode = 'NO_BACKSLASH_ESCAPES'");
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE items (id, name)", '7003\ta\\b\n7004\t\\N\n');
    await both(
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items FIELDS ESCAPED BY '\\' (id, name)",
      '7005\ta\\tb\n',
    );
    for (const client of [shadow.oracle, shadow.proxy]) await client.query('SET sql_mode = DEFAULT');
    await shadow.expectSameTable('items', { column: 'id', vindex: 'hash' });
  });

  test('lookup rows follow, reference and unsharded tables take files too', async () => {
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE people", '1\ta@x\n2\tb@x\n3\tA@x\n1\tc@x\n4\t\\N\n');
    await both("LOAD DATA LOCAL INFILE 'x' REPLACE INTO TABLE people", '5\tb@x\n6\td@x\n');
    await shadow.expectSameTable('people', { column: 'id', vindex: 'hash' });
    await shadow.both("SELECT id FROM people WHERE email = 'b@x'");
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE countries", 'DE\tGermany\nFR\tFrance\n');
    await shadow.both('SELECT * FROM countries ORDER BY code');
    // Rows without their parent: some alone on their shards, which say nothing of how one counts.
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE visits", '1\tDE\n2\tXX\n3\tXX\n');
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE visits", '4\tXX\n');
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE visits", '1\tFR\n5\tXX\n6\tFR\n7\tXX\n');
    await shadow.expectSameTable('visits', { column: 'id', vindex: 'hash' });
    await both("LOAD DATA LOCAL INFILE 'x' INTO TABLE main.settings", 'a\t1\nb\t2\n');
    await shadow.both('SELECT * FROM main.settings ORDER BY name');
  });

  test('what fails leaves nothing, and the connection serves on', async () => {
    const file = Array.from({ length: 3000 }, (_, i) => `${20_000 + i}\tx\n`).join('');
    const { message } = (await load(
      shadow.proxy,
      "LOAD DATA LOCAL INFILE 'x' INTO TABLE items (id, name) SET at = nope(1)",
      Buffer.from(file),
    )) as { message: string };
    expect(message).toContain('SG2012');
    const [rows] = await shadow.proxy.query('SELECT COUNT(*) AS n FROM items WHERE id >= 20000');
    expect(rows).toEqual([{ n: 0 }]);
    const refused = await shadow.through("LOAD DATA INFILE '/etc/passwd' INTO TABLE items");
    expect(refused.message).toContain('SG6016');
  });

  test('a large file is held back, not held in memory', async () => {
    let made = 0;
    const file = new Readable({
      read() {
        const lines = Array.from({ length: 1000 }, () => `${30_000 + made++}\tx\n`);
        this.push(lines.join(''));
        if (made >= 40_000) this.push(null);
      },
    });
    expect(
      await load(shadow.proxy, "LOAD DATA LOCAL INFILE 'x' INTO TABLE items (id, name)", file),
    ).toMatchObject({
      affected: 40_000,
    });
  }, 60_000);
});
