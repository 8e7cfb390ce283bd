// Window functions over shards.
import type { Case } from '../support/case.ts';

export const windows: readonly Case[] = [
  'SELECT id, ROW_NUMBER() OVER (ORDER BY id) FROM users',
  'SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS rn FROM users ORDER BY rn DESC LIMIT 5',
  'SELECT id, RANK() OVER (ORDER BY balance), DENSE_RANK() OVER (ORDER BY balance) FROM users',
  'SELECT user_id, id, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY id) FROM orders',
  'SELECT user_id, id, SUM(total) OVER (PARTITION BY user_id) FROM orders',
  'SELECT user_id, id, SUM(total) OVER (PARTITION BY user_id ORDER BY id) FROM orders',
  'SELECT status, id, SUM(total) OVER (PARTITION BY status ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM orders',
  'SELECT id, total, LAG(total) OVER (ORDER BY id), LEAD(total, 2, 0) OVER (ORDER BY id) FROM orders',
  'SELECT id, FIRST_VALUE(id) OVER w, LAST_VALUE(id) OVER w, NTH_VALUE(id, 2) OVER w FROM users WINDOW w AS (PARTITION BY id % 4 ORDER BY id)',
  'SELECT id, COUNT(*) OVER () FROM users WHERE id < 9',
  'SELECT id, NTILE(4) OVER (ORDER BY id), PERCENT_RANK() OVER (ORDER BY id), CUME_DIST() OVER (ORDER BY id) FROM users',
  'SELECT status, COUNT(*), RANK() OVER (ORDER BY COUNT(*) DESC, status) FROM orders GROUP BY status',
  'SELECT user_id, SUM(total), SUM(SUM(total)) OVER () FROM orders GROUP BY user_id',
  'SELECT * FROM (SELECT id, user_id, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY total DESC, id) AS rn FROM orders) x WHERE rn = 1',
  'SELECT * FROM (SELECT id, status, ROW_NUMBER() OVER (PARTITION BY status ORDER BY total DESC, id) AS rn FROM orders) x WHERE rn <= 2',
  'SELECT id, AVG(balance) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM users WHERE id IN (1, 2, 3, 4)',
  'SELECT id, ROW_NUMBER() OVER (ORDER BY id) FROM users WHERE id = 3',
  'SELECT e.id, RANK() OVER (PARTITION BY e.kind ORDER BY e.id) FROM events e JOIN users u ON u.id = e.user_id',
  'SELECT id, MIN(plain) OVER (ORDER BY id), MAX(exact) OVER (ORDER BY id ROWS 2 PRECEDING) FROM numbers',
  'SELECT DISTINCT status, COUNT(*) OVER (PARTITION BY status) FROM orders',
  'SELECT id, SUM(total) OVER (ORDER BY total RANGE BETWEEN 50 PRECEDING AND 50 FOLLOWING) FROM orders WHERE user_id < 10',
  'SELECT id, RANK() OVER (ORDER BY country COLLATE utf8mb4_bin, id) FROM users ORDER BY id',
];
