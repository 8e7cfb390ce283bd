// mysql2: text and prepared protocol, pool, changeUser, reset, named placeholders, streams.
import { createConnection, createPool } from 'mysql2/promise';

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
const shape = (fields) =>
  fields.map((field) => [
    field.name,
    field.orgName,
    field.table,
    field.orgTable,
    field.schema ?? field.db,
    field.columnType,
    field.flags & tableFlags,
  ]);

const connection = await createConnection({
  ...address,
  namedPlaceholders: true,
  supportBigNumbers: true,
  dateStrings: true,
});
show('server', (await connection.query('SELECT VERSION() AS v, DATABASE() AS d'))[0]);
for (const run of ['query', 'execute']) {
  console.log(run);
  const [rows, fields] = await connection[run]('SELECT * FROM users WHERE id = ?', [7]);
  show('point', rows);
  show('fields', shape(fields));
  show(
    'in',
    (await connection[run]('SELECT id, name FROM users WHERE id IN (1, 2, 3, 5, 8) ORDER BY id'))[0],
  );
  show(
    'named',
    (await connection[run]('SELECT id FROM users WHERE id IN (:a, :b) ORDER BY id DESC', { a: 4, b: 9 }))[0],
  );
  const [groups, groupFields] = await connection[run](
    'SELECT country, COUNT(*) AS n, SUM(balance) AS s, AVG(balance) AS a FROM users GROUP BY country ORDER BY n DESC, country',
  );
  show('group', groups);
  show('fields', shape(groupFields));
  show(
    'range',
    (
      await connection[run](
        'SELECT day, kind, payload FROM events WHERE day >= ? AND day < ? ORDER BY day, id LIMIT 5',
        ['2024-03-01', '2024-10-01'],
      )
    )[0],
  );
  const [ok] = await connection[run](
    'INSERT INTO notes (id, title, amount, ratio, huge, happened, raw, doc, flag) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [
      run === 'query' ? 10 : 11,
      'Grüße 日本 😀',
      '1234567890.123456',
      0.1,
      '18446744073709551615',
      '2024-02-29 12:34:56.789',
      Buffer.from([0, 255, 39, 92]),
      '{"a":1}',
      true,
    ],
  );
  show('insert', [ok.affectedRows, ok.insertId, ok.warningStatus, ok.info]);
  show(
    'many',
    (
      await connection.query('INSERT INTO notes (id, title) VALUES ?', [
        [20, 21, 22, 23].map((id) => [id + (run === 'query' ? 0 : 10), `n${id}`]),
      ])
    )[0].info,
  );
  show(
    'read back',
    (await connection[run]('SELECT * FROM notes WHERE id IN (10, 11, 20, 21) ORDER BY id'))[0],
  );
  show('update', (await connection[run]("UPDATE notes SET title = 'x' WHERE id IN (20, 21, 99)"))[0].info);
  await connection.beginTransaction();
  await connection[run]('UPDATE users SET balance = balance - 1 WHERE id = ?', [1]);
  await connection[run]('UPDATE users SET balance = balance + 1 WHERE id = ?', [2]);
  await connection.rollback();
  show(
    'rolled back',
    (await connection[run]('SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id'))[0],
  );
  await connection.beginTransaction();
  await connection[run]('UPDATE users SET balance = balance - 1 WHERE id = ?', [1]);
  await connection[run]('UPDATE users SET balance = balance + 1 WHERE id = ?', [2]);
  await connection.commit();
  show(
    'committed',
    (await connection[run]('SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id'))[0],
  );
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
  show(
    'state',
    (
      await connection[run]("SELECT DATABASE() AS d, @@autocommit AS a, CONNECTION_ID() > 0 AS c, 'x' AS x")
    )[0],
  );
  show('show', (await connection[run]('SHOW TABLES'))[0]);
}
await connection.query('SET @kept = 5, time_zone = "+03:00"');
show('state', (await connection.query('SELECT @kept AS kept, @@time_zone AS zone'))[0]);
await connection.changeUser({ ...address, database: 'main' });
show('changed', (await connection.query('SELECT DATABASE() AS d, @kept AS kept, @@time_zone AS zone'))[0]);
show('settings', (await connection.query('SELECT * FROM settings ORDER BY name'))[0]);
await connection.ping();
if (typeof connection.reset === 'function') await connection.reset();
await connection.end();

const several = await createConnection({ ...address, multipleStatements: true });
show(
  'several',
  (
    await several.query(
      "SELECT 1; UPDATE notes SET title = 'y' WHERE id IN (20, 21); SELECT id FROM notes ORDER BY id",
    )
  )[0],
);
await several.end();

const pool = createPool({ ...address, connectionLimit: 4 });
const answers = await Promise.all(
  Array.from({ length: 40 }, (_, id) => pool.execute('SELECT name FROM users WHERE id = ?', [id + 1])),
);
show(
  'pool',
  answers.map(([rows]) => rows[0].name),
);
await pool.end();

const streamed = await createConnection(address);
let sum = 0;
for await (const row of streamed.connection.query('SELECT id FROM users').stream()) sum += row.id;
show('stream', sum);
await streamed.query('DELETE FROM notes');
await streamed.end();
await createConnection({ ...address, password: 'wrong' }).catch((error) =>
  show('wrong password', [error.code, error.errno]),
);
await createConnection({ ...address, database: 'nobase' }).catch((error) =>
  show('no database', error.errno === 1044 || error.errno === 1049),
);
