// The npm mariadb driver: pipelined prepare and execute, batch, pool with resets, streams.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const mariadb = createRequire(join(process.env.MODULES, 'x.cjs'))('mariadb');
const address = {
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  user: 'app',
  password: 'app',
  database: 'shop',
};
const show = (label, value) =>
  console.log(
    label,
    JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)),
  );
// NOT NULL, primary and unique key, unsigned; the others tell of the access path.
const tableFlags = 1 | 2 | 4 | 32;
const shape = (rows) =>
  rows.meta.map((column) => [
    column.name(),
    column.orgName(),
    column.table(),
    column.orgTable(),
    column.db(),
    column.type,
    column.flags & tableFlags,
  ]);

const connection = await mariadb.createConnection(address);
show('server', await connection.query('SELECT VERSION() AS v, DATABASE() AS d'));
for (const run of ['query', 'execute']) {
  console.log(run);
  const point = await connection[run]('SELECT * FROM users WHERE id = ?', [7]);
  show('point', point);
  show('meta', shape(point));
  show('in', await connection[run]('SELECT id, name FROM users WHERE id IN (1, 2, 3, 5, 8) ORDER BY id'));
  show(
    'group',
    await connection[run](
      'SELECT country, COUNT(*) AS n, SUM(balance) AS s, AVG(balance) AS a FROM users GROUP BY country ORDER BY n DESC, country',
    ),
  );
  show('json', await connection[run]('SELECT payload FROM events WHERE day = ? ORDER BY id', ['2024-02-02']));
  const id = run === 'query' ? 10 : 11;
  show(
    'insert',
    await connection[run](
      'INSERT INTO notes (id, title, amount, ratio, huge, happened, raw, doc, flag) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        id,
        'Grüße 日本 😀',
        '1234567890.123456',
        0.1,
        18446744073709551615n,
        new Date(2024, 1, 29, 12, 34, 56, 789),
        Buffer.from([0, 255, 39, 92]),
        '{"a":1}',
        true,
      ],
    ),
  );
  show('read back', await connection[run]('SELECT * FROM notes WHERE id IN (?, 99) ORDER BY id', [id]));
  await connection.beginTransaction();
  await connection[run]('UPDATE users SET balance = balance - 1 WHERE id = ?', [1]);
  await connection[run]('UPDATE users SET balance = balance + 1 WHERE id = ?', [2]);
  show('inside', await connection[run]('SELECT COUNT(*) AS n FROM users'));
  await connection.rollback();
  show('rolled back', await connection[run]('SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id'));
  await connection.beginTransaction();
  await connection[run]('UPDATE users SET balance = balance - 1 WHERE id = ?', [1]);
  await connection[run]('UPDATE users SET balance = balance + 1 WHERE id = ?', [2]);
  show(
    'group inside',
    await connection[run](
      'SELECT country, AVG(balance) AS a FROM users GROUP BY country ORDER BY country LIMIT 1',
    ),
  );
  await connection.commit();
  show('committed', await connection[run]('SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id'));
  for (const sql of [
    "INSERT INTO notes (id, title) VALUES (10, 'twice')",
    'SELECT * FROM nowhere',
    'SELECT nothing FROM users',
    'SELEC 1',
  ]) {
    await connection[run](sql).then(
      () => show('no error', sql),
      (error) => show('error', [error.code, error.errno, error.sqlState, error.sqlMessage]),
    );
  }
  show('state', await connection[run]('SELECT DATABASE() AS d, @@autocommit AS a, CONNECTION_ID() > 0 AS c'));
  show('show', await connection[run]('SHOW TABLES'));
}
show(
  'batch',
  await connection.batch('INSERT INTO notes (id, title) VALUES (?, ?)', [
    [30, 'a'],
    [31, 'b'],
    [32, 'ü'],
    [33, null ?? 'd'],
  ]),
);
show(
  'batch read',
  await connection.query('SELECT id, title FROM notes WHERE id BETWEEN 30 AND 40 ORDER BY id'),
);
const prepared = await connection.prepare('SELECT name FROM users WHERE id = ?');
for (const id of [1, 2, 3]) show('prepared', await prepared.execute([id]));
prepared.close();
await connection.query("SET @kept = 5, time_zone = '+03:00'");
await connection.reset();
show('reset', await connection.query('SELECT @kept AS kept, @@time_zone AS zone, DATABASE() AS d'));
await connection.changeUser({ user: 'app', password: 'app', database: 'main' });
show('changed', await connection.query('SELECT DATABASE() AS d, name FROM settings ORDER BY name'));
await connection.ping();
await connection.end();

const pool = mariadb.createPool({ ...address, connectionLimit: 3 });
const answers = await Promise.all(
  Array.from({ length: 20 }, (_, id) => pool.query('SELECT name FROM users WHERE id = ?', [id + 1])),
);
show(
  'pool',
  answers.map(([row]) => row.name),
);
const leased = await pool.getConnection();
let sum = 0;
for await (const row of leased.queryStream('SELECT id FROM users')) sum += Number(row.id);
show('stream', sum);
await leased.query('DELETE FROM notes');
await leased.release();
await pool.end();
await mariadb
  .createConnection({ ...address, password: 'wrong' })
  .catch((error) => show('wrong password', [error.code, error.errno]));
