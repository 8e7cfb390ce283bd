import { afterAll, beforeAll, test } from 'vitest';
import type { Connection } from 'mysql2/promise';
import { startCluster, type Cluster } from '../../support/cluster.ts';
let c: Cluster; let p: Connection; let o: Connection;
beforeAll(async () => {
  c = await startCluster({
    vschema: { sharded: true, vindexes: { hash: { type: 'hash' } }, tables: {
      users: { column_vindexes: [{ column: 'id', name: 'hash' }] },
      orders: { column_vindexes: [{ column: 'user_id', name: 'hash' }] },
      countries: { type: 'reference' } } },
    schema: `CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(20), country CHAR(2), balance DECIMAL(12,2), created DATETIME, f FLOAT, ts TIMESTAMP NULL, e ENUM('x','a','m'));
CREATE TABLE orders (user_id BIGINT, id BIGINT, total DECIMAL(12,2), note TEXT, PRIMARY KEY (user_id, id));
CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name VARCHAR(20));`,
    mainSchema: 'CREATE TABLE settings (name VARCHAR(20) PRIMARY KEY, value INT);',
  });
  p = await c.connect({ rowsAsArray: true, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true }); o = await c.connectOracle({ rowsAsArray: true, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true });
}, 60000);
afterAll(() => c?.close());
test('all', async () => {
  const both = async (sql: string) => { 
    let a: unknown, b: unknown;
    try { const [r, f] = await p.query(sql); a = Array.isArray(r) ? { r, f: (f as any[]).map((x) => [x.name, x.columnType, x.schema, x.table, x.orgTable, x.columnLength, x.decimals, x.flags]) } : { ok: [(r as any).affectedRows, (r as any).insertId, (r as any).info, (r as any).warningStatus] }; } catch (e: any) { a = `${e.errno} ${e.sqlState} ${e.message}`; }
    try { const [r, f] = await o.query(sql); b = Array.isArray(r) ? { r, f: (f as any[]).map((x) => [x.name, x.columnType, x.schema, x.table, x.orgTable, x.columnLength, x.decimals, x.flags]) } : { ok: [(r as any).affectedRows, (r as any).insertId, (r as any).info, (r as any).warningStatus] }; } catch (e: any) { b = `${e.errno} ${e.sqlState} ${e.message}`; }
    const same = JSON.stringify(a) === JSON.stringify(b);
    if (!same) console.log('DIFF', sql.slice(0,80), JSON.stringify((a as any).r)===JSON.stringify((b as any).r), JSON.stringify((a as any).f ?? a).slice(0,500), JSON.stringify((b as any).f ?? b).slice(0,500)); else console.log('same', sql.slice(0, 100));
  };
  const ex = async (sql: string, params: unknown[]) => {
    let a: unknown, b: unknown;
    try { a = (await p.execute(sql, params as any))[0]; } catch (e: any) { a = `${e.errno} ${e.sqlState} ${e.message}`; }
    try { b = (await o.execute(sql, params as any))[0]; } catch (e: any) { b = `${e.errno} ${e.sqlState} ${e.message}`; }
    if (JSON.stringify(a) !== JSON.stringify(b)) console.log('DIFF exec', sql, '\n  P', JSON.stringify(a)?.slice(0, 600), '\n  O', JSON.stringify(b)?.slice(0, 600)); else console.log('same exec', sql.slice(0, 100));
  };
  for (const s of ["SET time_zone='Europe/Berlin'", "SET time_zone='+02:00'", "INSERT INTO users VALUES " + Array.from({ length: 60 }, (_, i) => `(${i},'n${i % 13}','${['de', 'fr', 'es', 'DE'][i % 4]}',${i * 1.25},'2024-01-0${1 + i % 9} 10:00:00',${i}/3,'2024-0${1 + i % 9}-01 00:00:00',${1 + i % 3})`).join(','),
    "INSERT INTO orders VALUES " + Array.from({ length: 150 }, (_, i) => `(${i % 50},${i},${i}.5,'note ${i}')`).join(','),
    "INSERT INTO countries VALUES ('de','Germany'),('fr','France'),('es','Spain')", "INSERT INTO main.settings VALUES ('a', 1), ('b', 2)"]) await both(s);
  for (const s of [
    'SELECT * FROM users WHERE id = 7', 'SELECT * FROM users WHERE id IN (1,2,3,4) ORDER BY id', 'SELECT COUNT(*) FROM users', 'SELECT COUNT(*), SUM(balance), AVG(balance), MIN(name), MAX(created) FROM users',
    'SELECT country, COUNT(*) FROM users GROUP BY country ORDER BY 2 DESC, 1 LIMIT 5', 'SELECT country, COUNT(DISTINCT name), GROUP_CONCAT(DISTINCT name ORDER BY name) FROM users GROUP BY country ORDER BY country',
    'SELECT u.name, SUM(o.total) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.name ORDER BY 2 DESC, 1', 'SELECT u.id, o.id FROM users u JOIN orders o ON o.id = u.id ORDER BY 1, 2',
    'SELECT c.name, COUNT(*) FROM users u JOIN countries c ON c.code = u.country GROUP BY c.name ORDER BY 1', 'SELECT id, ts, f, e FROM users ORDER BY e, f DESC LIMIT 20', 'SELECT id, name FROM users ORDER BY name, id LIMIT 10 OFFSET 5',
    'SELECT * FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.id = u.id + 1) ORDER BY id', 'SELECT id, RANK() OVER (PARTITION BY country ORDER BY balance DESC) FROM users ORDER BY id', 'SELECT DISTINCT country FROM users ORDER BY 1',
    'SELECT nope FROM users', 'SELECT id, COUNT(*) FROM users', "SELECT u.ts, u2.ts FROM users u JOIN users u2 ON u2.ts = u.ts AND u2.id = u.id + 9 ORDER BY u.id", "SELECT MAX(ts), MIN(ts), MAX(f), MIN(e) FROM users WHERE country = 'de'",
    'SELECT country, MAX(ts), MIN(f) FROM users GROUP BY country ORDER BY 1', 'SELECT s.name, COUNT(*) FROM main.settings s JOIN users u ON u.id % 2 = s.value % 2 GROUP BY s.name ORDER BY 1', 'WITH q AS (SELECT country, SUM(balance) b FROM users GROUP BY country) SELECT * FROM q ORDER BY b DESC',
    'SELECT id FROM users WHERE id < 5 UNION SELECT id FROM orders WHERE id < 8 ORDER BY 1', 'SELECT id FROM users UNION ALL SELECT id FROM orders ORDER BY 1 LIMIT 7', 'SELECT COUNT( * ), sum(balance)/3 FROM users HAVING COUNT(*) > 3', 'SELECT country, COUNT(*) c FROM users GROUP BY country WITH ROLLUP',
    'UPDATE users SET balance = balance + 1 WHERE country = \'de\'', 'DELETE FROM orders WHERE id % 7 = 0', "INSERT INTO users (id, name) VALUES (100, 'a'), (101, 'b'), (102+1, 'c'), ('104', 'd')", "INSERT INTO users (id, name) VALUES (100, 'dup'), (200, 'x')", 'SELECT COUNT(*) FROM users', "SELECT id, NOW() = SYSDATE() OR 1 FROM users WHERE id > 90 ORDER BY id",
    'START TRANSACTION', "UPDATE users SET name = 'tx' WHERE id IN (1,2,3)", "SELECT COUNT(*) FROM users WHERE name = 'tx'", "SELECT name, COUNT(*) FROM users GROUP BY name ORDER BY 2 DESC, 1 LIMIT 3", 'ROLLBACK', "SELECT COUNT(*) FROM users WHERE name = 'tx'",
    'SELECT * FROM users WHERE 1=0', 'SELECT * FROM users WHERE id = 1 AND id = 2', 'SELECT (SELECT MAX(total) FROM orders) m, COUNT(*) FROM users', "SELECT id FROM users WHERE name LIKE 'n1%' ORDER BY id DESC LIMIT 3", "SELECT balance FROM users WHERE id = 3 FOR UPDATE", "SELECT COUNT(*) FROM users FOR UPDATE", 'SELECT SQL_NO_CACHE id FROM users ORDER BY id LIMIT 2', 'SELECT missing.x FROM missing', 'CREATE TABLE t9 (a INT)', 'DROP TABLE t9', 'SHOW TABLES', 'SELECT DATABASE(), USER() IS NOT NULL', 'SELECT u.*, o.total FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.total > 100 ORDER BY u.id, o.id LIMIT 30',
  ]) await both(s);
  for (const [s, v] of [['SELECT * FROM users WHERE id = ?', [7]], ['SELECT id, name, balance, f, ts, created FROM users WHERE balance > ? ORDER BY balance DESC LIMIT 5', [20]], ['SELECT country, COUNT(*), AVG(balance), SUM(f) > 0 FROM users WHERE id > ? GROUP BY country ORDER BY 1', [3]], ['SELECT COUNT(*), SUM(balance), MAX(name) FROM users WHERE name <> ?', ['n1']], ['SELECT id FROM users WHERE id IN (?, ?, ?) ORDER BY id', [1, 2, 3]], ['INSERT INTO users (id, name) VALUES (?, ?), (?, ?)', [500, 'p', 501, 'q']], ['UPDATE users SET name = ? WHERE id >= ?', ['zz', 500]], ['DELETE FROM users WHERE id >= ?', [500]]] as const) await ex(s, v as any);
}, 60000);
