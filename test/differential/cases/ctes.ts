// Common table expressions, recursive ones too.
import type { Case } from '../support/case.ts';

export const ctes: readonly Case[] = [
  'WITH x AS (SELECT id, name FROM users WHERE id < 5) SELECT * FROM x',
  'WITH x AS (SELECT id FROM users WHERE id = 3) SELECT * FROM x',
  'WITH x (a, b) AS (SELECT id, name FROM users WHERE id < 5) SELECT b, a FROM x ORDER BY a',
  'WITH x AS (SELECT user_id, SUM(total) AS s FROM orders GROUP BY user_id) SELECT * FROM x WHERE s > 300',
  'WITH x AS (SELECT user_id, SUM(total) AS s FROM orders GROUP BY user_id) SELECT a.user_id, b.user_id FROM x a JOIN x b ON a.s > b.s AND a.user_id < 5',
  'WITH x AS (SELECT id FROM users), y AS (SELECT id FROM x WHERE id < 6) SELECT COUNT(*), MAX(id) FROM y',
  'WITH big AS (SELECT * FROM orders WHERE total > 200) SELECT u.id, COUNT(*) FROM users u JOIN big ON big.user_id = u.id GROUP BY u.id',
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6) SELECT * FROM n',
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6) SELECT n.i, u.name FROM n JOIN users u ON u.id = n.i',
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6) SELECT n.i, COUNT(o.id) FROM n LEFT JOIN orders o ON o.user_id = n.i GROUP BY n.i ORDER BY n.i',
  'WITH RECURSIVE chain AS (SELECT id, 1 AS depth FROM users WHERE id = 1 UNION ALL SELECT u.id, depth + 1 FROM chain JOIN users u ON u.id = chain.id + 7) SELECT * FROM chain',
  'WITH users AS (SELECT 1 AS id) SELECT * FROM users',
  'WITH orders AS (SELECT user_id, COUNT(*) AS n FROM orders GROUP BY user_id) SELECT u.id, n FROM users u JOIN orders ON orders.user_id = u.id WHERE u.id < 9',
  'SELECT * FROM (WITH x AS (SELECT id FROM users WHERE id < 4) SELECT id + 1 AS y FROM x) z',
  'SELECT id FROM users WHERE id IN (WITH x AS (SELECT user_id FROM orders WHERE total > 300) SELECT user_id FROM x)',
  'WITH x AS (SELECT COUNT(*) AS n FROM users), y AS (SELECT COUNT(*) AS n FROM orders) SELECT x.n, y.n, x.n + y.n FROM x, y',
  'WITH x AS (SELECT DISTINCT status FROM orders) SELECT x.status, (SELECT COUNT(*) FROM orders o WHERE o.status = x.status) FROM x',
  'WITH x AS (SELECT id FROM users ORDER BY id DESC LIMIT 3) SELECT * FROM x UNION ALL SELECT * FROM x',
  'WITH a AS (SELECT code FROM countries) SELECT u.id FROM users u WHERE u.country IN (SELECT code FROM a)',
  'WITH unused AS (SELECT * FROM users) SELECT 1',
  'WITH s AS (SELECT name, value FROM main.settings) SELECT * FROM s',
  'WITH r AS (SELECT user_id, id, RANK() OVER (PARTITION BY user_id ORDER BY total DESC, id) AS place FROM orders) SELECT user_id, id FROM r WHERE place = 1 ORDER BY user_id',
];
