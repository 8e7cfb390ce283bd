// The old npm mysql driver: no authentication plugins, text protocol only.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const mysql = createRequire(join(process.env.MODULES, 'x.cjs'))('mysql');
const address = {
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  user: 'app',
  password: 'app',
  database: 'shop',
  charset: 'utf8mb4',
};
const show = (label, value) => console.log(label, JSON.stringify(value));
const connection = mysql.createConnection({ ...address, multipleStatements: true, dateStrings: true });
const query = promisify(connection.query.bind(connection));

show('server', await query('SELECT VERSION() AS v, DATABASE() AS d'));
show('point', await query('SELECT * FROM users WHERE id = ?', [7]));
show('in', await query('SELECT id, name FROM users WHERE id IN (?) ORDER BY id', [[1, 2, 3, 5, 8]]));
show(
  'group',
  await query(
    'SELECT country, COUNT(*) AS n, AVG(balance) AS a FROM users GROUP BY country ORDER BY n DESC, country',
  ),
);
show(
  'insert',
  await query('INSERT INTO notes SET ?', {
    id: 50,
    title: 'Grüße 日本 😀',
    amount: '1.5',
    raw: Buffer.from([0, 255, 39]),
  }),
);
show('read back', await query('SELECT * FROM notes WHERE title LIKE ? ORDER BY id', ['Gr%']));
await promisify(connection.beginTransaction.bind(connection))();
show('update', await query('UPDATE users SET balance = balance + 1 WHERE id IN (1, 2, 3)'));
await promisify(connection.rollback.bind(connection))();
show('rolled back', await query('SELECT id, balance FROM users WHERE id IN (1, 2, 3) ORDER BY id'));
show('several', await query('SELECT 1 AS a; SELECT COUNT(*) AS n FROM orders'));
for (const sql of [
  "INSERT INTO notes (id, title) VALUES (50, 'twice')",
  'SELECT * FROM nowhere',
  'SELEC 1',
]) {
  await query(sql).catch((error) =>
    show('error', [error.code, error.errno, error.sqlState, error.sqlMessage]),
  );
}
await promisify(connection.ping.bind(connection))();
const { message, ...statistics } = await promisify(connection.statistics.bind(connection))();
show('statistics', Object.keys(statistics).length > 0 && /Uptime/.test(message));
await promisify(connection.changeUser.bind(connection))({ database: 'main' });
show('changed', await query('SELECT DATABASE() AS d, name FROM settings ORDER BY name'));
await query('DELETE FROM shop.notes');
await promisify(connection.end.bind(connection))();
