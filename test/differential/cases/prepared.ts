// Parameters of every kind in every place.
import type { Case } from '../support/case.ts';

export const prepared: readonly Case[] = [
  { sql: 'SELECT * FROM users WHERE id = ?', params: [7n] },
  { sql: 'SELECT * FROM users WHERE id = ?', params: ['7'] },
  { sql: 'SELECT id FROM users WHERE id = ?', params: [7] },
  { sql: 'SELECT id FROM users WHERE id = ?', params: [7.5] },
  { sql: 'SELECT id FROM users WHERE id = ?', params: [null] },
  { sql: 'SELECT id FROM users WHERE id = ?', params: [' 7'] },
  { sql: 'SELECT id FROM users WHERE id = ?', params: [Buffer.from('7')] },
  { sql: 'SELECT id FROM users WHERE id IN (?, ?, ?)', params: [1n, 3n, 99n] },
  { sql: 'SELECT id FROM users WHERE id IN (?, ?)', params: [1n, '3'] },
  { sql: 'SELECT id FROM users WHERE id BETWEEN ? AND ?', params: [3n, 6n] },
  { sql: 'SELECT id FROM numbers WHERE id = ?', params: [18446744073709551615n] },
  {
    sql: 'SELECT id FROM numbers WHERE huge = ? OR big = ?',
    params: [9007199254740993n, -9223372036854775808n],
  },
  { sql: 'SELECT day, id FROM events WHERE day = ?', params: ['2024-05-05'] },
  {
    sql: 'SELECT day, id FROM events WHERE day >= ? AND day < ? ORDER BY day, id',
    params: ['2024-01-01', '2024-07-01'],
  },
  { sql: 'SELECT word FROM words WHERE word = ?', params: ['STRASSE'] },
  { sql: 'SELECT a, b FROM grid WHERE a = ? AND b = ?', params: [3n, 9n] },
  { sql: 'SELECT u.id, o.id FROM users u JOIN orders o ON o.user_id = u.id WHERE u.id = ?', params: [8n] },
  {
    sql: 'SELECT u.id, o.id FROM users u JOIN orders o ON o.user_id = u.id WHERE o.total > ?',
    params: [300],
  },
  { sql: 'SELECT COUNT(*), SUM(total) FROM orders WHERE status = ?', params: ['paid'] },
  { sql: 'SELECT status, COUNT(*) FROM orders WHERE total > ? GROUP BY status', params: ['100'] },
  {
    sql: 'SELECT status, COUNT(*) AS n FROM orders GROUP BY status HAVING n > ? ORDER BY n DESC, status',
    params: [20n],
  },
  { sql: 'SELECT id, ? AS given FROM users WHERE id < ?', params: ['text', 4n] },
  { sql: 'SELECT id, ? AS given FROM users WHERE id < 4', params: [12345678901n] },
  { sql: 'SELECT id, ? + 1 FROM users WHERE id < 4', params: [2.5] },
  // MySQL announces a parameter as text before it knows that it is NULL; over several shards it is a literal.
  { sql: 'SELECT id, ? FROM users WHERE id < 4 ORDER BY id', params: [null], only: 'mariadb' },
  { sql: 'SELECT CONCAT(name, ?) FROM users WHERE id IN (1, 3)', params: ['it\'s ü \\ " %'] },
  { sql: 'SELECT ?', params: ['x'] },
  { sql: 'SELECT ?, ?', params: [1n, null] },
  { sql: 'SELECT id FROM users WHERE name LIKE ? ORDER BY id', params: ['%a%'] },
  { sql: 'SELECT id FROM users WHERE (id, country) IN ((?, ?), (?, ?))', params: [1n, 'DE', 2n, 'FR'] },
  { sql: 'SELECT id FROM users WHERE id IN (SELECT user_id FROM orders WHERE total > ?)', params: [350] },
  { sql: 'SELECT id FROM texts WHERE bin = ?', params: ['äbc'] },
  { sql: 'SELECT id FROM texts WHERE raw = ?', params: [Buffer.from([0xe4, 0xff, 0])] },
  { sql: 'SELECT id FROM texts WHERE note = ? OR bin = ?', params: ['😀', 'ß'] },
  { sql: 'SELECT id FROM moments WHERE dt6 > ?', params: ['2024-02-29 12:34:56.12'] },
  {
    sql: 'SELECT id FROM users WHERE id < ? UNION SELECT user_id FROM orders WHERE total > ? ORDER BY 1',
    params: [4n, 380],
  },
  { sql: 'SELECT id, ROW_NUMBER() OVER (ORDER BY id) + ? FROM users WHERE id < ?', params: [10n, 6n] },
  {
    sql: 'WITH x AS (SELECT id FROM users WHERE id > ?) SELECT COUNT(*) FROM x WHERE id < ?',
    params: [3n, 20n],
  },
  {
    sql: 'SELECT (SELECT COUNT(*) FROM orders WHERE user_id = ?), (SELECT MAX(id) FROM users WHERE id < ?)',
    params: [8n, 30n],
  },
  { sql: 'SELECT id FROM users ORDER BY id = ? DESC, id LIMIT ?', params: [9n, 3n] },
  'SELECT f, d, f * 1, d + 0 FROM numbers',
];
