#!/bin/sh
# The command line tools: mariadb (or mysql), the dump program, mysqladmin.
set -u
CLIENT="$1"; DUMP="$2"; ADMIN="$3"
login() { tool="$1"; shift; "$tool" $TLS --host=127.0.0.1 --port="$PORT" --user=app --password=app --default-character-set=utf8mb4 "$@" 2>&1; }
login "$CLIENT" --table --force --show-warnings --comments shop <<'SQL'
SELECT VERSION(), DATABASE();
SELECT * FROM users WHERE id = 7;
SELECT id, name FROM users WHERE id IN (1, 2, 3, 5, 8) ORDER BY id;
SELECT day, id, kind FROM events WHERE day BETWEEN '2024-02-01' AND '2024-09-30' ORDER BY day, id;
SELECT COUNT(*) FROM users;
SELECT country, COUNT(*), AVG(balance) FROM users GROUP BY country ORDER BY COUNT(*) DESC, country LIMIT 3;
SELECT u.name, o.total, i.product FROM users u JOIN orders o ON o.user_id = u.id JOIN order_items i ON i.user_id = o.user_id AND i.order_id = o.id WHERE u.id = 3 ORDER BY o.id, i.line;
SELECT u.country, COUNT(DISTINCT i.product) FROM users u JOIN orders o ON o.user_id = u.id JOIN order_items i ON i.user_id = o.user_id AND i.order_id = o.id GROUP BY u.country ORDER BY 1;
INSERT INTO notes (id, title, raw) VALUES (1, 'Grüße 日本 😀', x'00ff27'), (2, 'zwei', NULL);
SELECT id, title, HEX(raw) FROM notes WHERE id = 1;
BEGIN;
UPDATE users SET balance = balance - 10 WHERE id = 1;
UPDATE users SET balance = balance + 10 WHERE id = 2;
ROLLBACK;
SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id;
INSERT INTO notes (id, title) VALUES (1, 'twice');
SELECT * FROM nowhere;
SELEC 1;
SELECT CAST('12x' AS SIGNED);
SHOW TABLES;
DESCRIBE orders;
SHOW CREATE TABLE notes\G
use main
SELECT * FROM settings ORDER BY name;

PREPARE s FROM 'SELECT name FROM shop.users WHERE id = ?';
SET @id = 9;
EXECUTE s USING @id;
DEALLOCATE PREPARE s;
DELETE FROM shop.notes;
SQL
echo "exit $?"
login "$CLIENT" --batch --column-type-info shop -e "SELECT * FROM notes WHERE id = 0; SELECT COUNT(*), MAX(name) FROM users"
# LOCK TABLES is refused where rows are on several servers, so dumps take one transaction.
login "$DUMP" --single-transaction --order-by-primary --skip-comments shop
login "$DUMP" --single-transaction --order-by-primary --skip-comments --hex-blob shop users orders
login "$DUMP" --skip-comments --no-data --routines --triggers --databases main
login "$ADMIN" ping
login "$ADMIN" status | sed 's/[0-9.]\+/N/g'
