// What vtgate refuses when it concerns several shards, as statements over the shop of the hand-written cases.

export interface Construct {
  readonly construct: string;
  /** How many cases of vtgate's own plan tests end in this refusal. */
  readonly cases: number;
  /** Each is answered as one server answers it, in order. */
  readonly statements: readonly string[];
  /** Read afterwards on both sides, where the statements write. */
  readonly after?: string;
  /** Refused here too, with this error. */
  readonly refused?: `SG${number}`;
}

const reads: readonly Construct[] = [
  {
    construct: 'window functions over rows of several shards',
    cases: 43,
    statements: [
      'SELECT id, ROW_NUMBER() OVER (ORDER BY balance, id) AS n FROM users ORDER BY id',
      'SELECT id, country, RANK() OVER (PARTITION BY country ORDER BY balance DESC) AS place FROM users ORDER BY id',
      'SELECT user_id, id, SUM(total) OVER (PARTITION BY user_id ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM orders ORDER BY user_id, id',
      'SELECT status, LAG(total) OVER w AS before_it, NTILE(4) OVER w AS quarter FROM orders WINDOW w AS (ORDER BY total, user_id, id) ORDER BY total, user_id, id',
      'SELECT country, COUNT(*) AS n, DENSE_RANK() OVER (ORDER BY COUNT(*) DESC) AS place FROM users GROUP BY country ORDER BY place, country',
    ],
  },
  {
    construct: 'correlated subqueries other than EXISTS',
    cases: 11,
    statements: [
      'SELECT u.id, (SELECT MAX(o.total) FROM orders o WHERE o.created_at > u.created_at) AS later FROM users u ORDER BY u.id',
      'SELECT o.id FROM orders o WHERE o.total > (SELECT AVG(p.total) FROM orders p WHERE p.status = o.status) ORDER BY o.id',
      'SELECT u.id FROM users u WHERE u.id IN (SELECT e.user_id FROM events e WHERE e.day > u.created_at) ORDER BY u.id',
    ],
  },
  {
    construct: 'comparisons with ANY, ALL and SOME',
    cases: 3,
    statements: [
      'SELECT id FROM users WHERE balance > ALL (SELECT AVG(total) / 100 FROM orders GROUP BY status) ORDER BY id',
      'SELECT id FROM users WHERE balance = ANY (SELECT quantity FROM order_items) ORDER BY id',
      'SELECT id FROM users WHERE id <> SOME (SELECT user_id FROM events) ORDER BY id',
    ],
  },
  {
    construct: 'NATURAL JOIN, left and right too',
    cases: 3,
    statements: [
      'SELECT id, user_id FROM orders NATURAL JOIN (SELECT user_id, MIN(id) AS id FROM orders GROUP BY user_id) AS firsts ORDER BY user_id',
      'SELECT * FROM countries NATURAL LEFT JOIN (SELECT country AS code, COUNT(*) AS n FROM users GROUP BY country) AS c ORDER BY code',
      'SELECT * FROM (SELECT country AS code, COUNT(*) AS n FROM users GROUP BY country) AS c NATURAL RIGHT JOIN countries ORDER BY code',
    ],
  },
  {
    construct: 'UNION nested on the right-hand side',
    cases: 2,
    statements: [
      'SELECT id FROM users WHERE id < 5 UNION (SELECT user_id FROM orders UNION ALL SELECT user_id FROM events) ORDER BY 1',
      'SELECT country FROM users EXCEPT (SELECT code FROM countries INTERSECT SELECT country FROM users WHERE balance > 5) ORDER BY 1',
    ],
  },
  {
    construct: 'several DISTINCT aggregates, or one over several columns',
    cases: 3,
    statements: [
      'SELECT COUNT(DISTINCT country), COUNT(DISTINCT name), SUM(DISTINCT balance) FROM users',
      'SELECT status, COUNT(DISTINCT user_id), COUNT(DISTINCT total) FROM orders GROUP BY status ORDER BY status',
      'SELECT COUNT(DISTINCT user_id, status) FROM orders',
    ],
  },
  {
    construct: 'subqueries in the ON of an outer join',
    cases: 2,
    statements: [
      'SELECT u.id, o.id FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.total > (SELECT AVG(total) FROM orders) ORDER BY u.id, o.id',
      'SELECT u.id, e.id FROM users u LEFT JOIN events e ON e.user_id = u.id AND e.kind IN (SELECT kind FROM events WHERE id < 3) ORDER BY u.id, e.id',
    ],
  },
  {
    construct: 'recursive CTEs',
    cases: 2,
    statements: [
      'WITH RECURSIVE chain AS (SELECT id, 0 AS depth FROM users WHERE id = 1 UNION ALL SELECT o.user_id + 1, depth + 1 FROM chain c JOIN orders o ON o.user_id = c.id WHERE depth < 3) SELECT depth, COUNT(*) FROM chain GROUP BY depth ORDER BY depth',
    ],
  },
  {
    construct: 'aggregates that do not add up',
    cases: 1,
    statements: [
      'SELECT country, STDDEV_POP(balance), VAR_SAMP(balance) FROM users GROUP BY country ORDER BY country',
      'SELECT JSON_ARRAYAGG(id ORDER BY id) FROM users WHERE balance > 8',
    ],
  },
  {
    construct: 'GROUP_CONCAT with DISTINCT, ORDER BY or several columns',
    cases: 2,
    statements: [
      "SELECT country, GROUP_CONCAT(DISTINCT UPPER(name) ORDER BY UPPER(name) DESC SEPARATOR '; ') FROM users GROUP BY country ORDER BY country",
      'SELECT GROUP_CONCAT(id, status ORDER BY total, id, user_id) FROM orders',
    ],
  },
  {
    construct: 'GROUP BY ... WITH ROLLUP',
    cases: 1,
    statements: [
      'SELECT status, user_id % 4 AS part, COUNT(*), SUM(total) FROM orders GROUP BY status, part WITH ROLLUP',
    ],
  },
  {
    construct: 'subqueries in GROUP BY',
    cases: 1,
    statements: [
      'SELECT COUNT(*) FROM users u GROUP BY (SELECT COUNT(*) FROM orders o WHERE o.user_id = u.id) ORDER BY 1',
    ],
  },
  {
    construct: 'subqueries with aggregates in ORDER BY',
    cases: 1,
    statements: [
      'SELECT id FROM users u ORDER BY (SELECT COALESCE(SUM(total), 0) FROM orders o WHERE o.user_id = u.id), id',
    ],
  },
  {
    construct: 'subqueries inside larger expressions',
    cases: 1,
    statements: [
      'SELECT id, balance / (SELECT SUM(balance) FROM users) AS share FROM users ORDER BY id',
      'SELECT id FROM users WHERE balance + 1 > 2 * (SELECT AVG(balance) FROM users) OR EXISTS (SELECT 1 FROM events e WHERE e.user_id = users.id) ORDER BY id',
    ],
  },
  {
    construct: 'JSON_TABLE',
    cases: 1,
    statements: [
      "SELECT e.id, j.n FROM events e, JSON_TABLE(e.payload, '$' COLUMNS (n INT PATH '$.n')) AS j WHERE j.n > 3 ORDER BY e.day, e.id",
    ],
  },
  {
    construct: 'SELECT INTO user variables over several shards',
    cases: 1,
    statements: ['SELECT COUNT(*), SUM(balance) INTO @n, @b FROM users', 'SELECT @n, @b'],
  },
  {
    construct: 'user variables assigned inside a statement',
    cases: 6,
    statements: ['SELECT @rank := @rank + 1, id FROM users'],
    refused: 'SG2015',
  },
  {
    construct: 'SQL_CALC_FOUND_ROWS over several shards',
    cases: 1,
    statements: [
      'SELECT SQL_CALC_FOUND_ROWS id FROM users UNION SELECT user_id FROM orders ORDER BY id LIMIT 3',
      'SELECT FOUND_ROWS()',
    ],
  },
  {
    construct: 'lock functions beside other expressions',
    cases: 1,
    statements: ["SELECT GET_LOCK('a', 0), RELEASE_LOCK('a'), 1 + 1"],
  },
];

const writes: readonly Construct[] = [
  {
    construct: 'REPLACE into a sharded table',
    cases: 9,
    statements: [
      "REPLACE INTO users VALUES (2, 'Bea', 'bea@example.com', 'SE', 7.50, '2024-05-05 05:05:05'), (901, 'Cy', 'cy@example.com', 'FR', 1.00, '2024-05-05 05:05:06')",
    ],
    after: 'SELECT * FROM users ORDER BY id',
  },
  {
    construct: 'changing the column that decides the shard',
    cases: 5,
    statements: ['UPDATE users SET id = id + 1000 WHERE id IN (3, 4, 5)'],
    after: 'SELECT * FROM users ORDER BY id',
  },
  {
    construct: 'the same with LIMIT',
    cases: 1,
    statements: [
      'UPDATE orders SET user_id = user_id + 500 WHERE total > 300 ORDER BY total DESC, id LIMIT 2',
    ],
    after: 'SELECT * FROM orders ORDER BY user_id, id',
  },
  {
    construct: 'DEFAULT for a column with a value of its own',
    cases: 2,
    statements: [
      "INSERT INTO orders (id, user_id, status, total, created_at) VALUES (5000, 7, DEFAULT(status), 1.5, '2024-06-06'), (5001, 8, DEFAULT, 2.5, '2024-06-06')",
    ],
    after: 'SELECT * FROM orders WHERE id >= 5000 ORDER BY id',
  },
  {
    construct: 'writing a reference table by a join',
    cases: 2,
    statements: [
      "UPDATE countries c JOIN (SELECT country, COUNT(*) AS n FROM users GROUP BY country) AS u ON u.country = c.code SET c.name = CONCAT(c.name, ' ', u.n)",
    ],
    after: 'SELECT * FROM countries ORDER BY code',
  },
];

const definitions: readonly Construct[] = [
  {
    construct: 'views of queries that reach over shards',
    cases: 8,
    statements: [
      'CREATE VIEW busy AS SELECT country, COUNT(*) AS n, AVG(balance) AS mean FROM users GROUP BY country',
      'SELECT * FROM busy ORDER BY country',
      'SELECT c.name, b.n FROM countries c JOIN busy b ON b.country = c.code ORDER BY c.name, b.n',
      'DROP VIEW busy',
    ],
  },
  {
    construct: 'foreign keys between rows of different shards',
    cases: 14,
    statements: ['ALTER TABLE orders ADD FOREIGN KEY (id) REFERENCES users (id)'],
    refused: 'SG6013',
  },
  {
    construct: 'procedures in a sharded keyspace',
    cases: 1,
    statements: ['CREATE PROCEDURE p() SELECT COUNT(*) FROM users'],
    refused: 'SG6016',
  },
];

export const constructs: readonly Construct[] = [...reads, ...writes, ...definitions];
