#!/bin/sh
# mycli, not interactive: two connections, CONNECTION_ID, formatted tables.
set -u
HOME="$(mktemp -d)"; export HOME LC_ALL=C.UTF-8
run() { mycli --host 127.0.0.1 --port "$PORT" --user app --password app --no-warn --table "$@" 2>&1; }
run shop -e 'SELECT * FROM users WHERE id = 7'
run shop -e 'SELECT id, name FROM users WHERE id IN (1, 2, 3) ORDER BY id'
run shop -e 'SELECT country, COUNT(*) AS n FROM users GROUP BY country ORDER BY n DESC, country'
run shop -e "INSERT INTO notes (id, title) VALUES (1, 'Grüße 日本 😀'), (2, 'b')"
run shop -e 'SELECT id, title FROM notes ORDER BY id; DELETE FROM notes; SELECT COUNT(*) FROM notes'
run main -e 'SHOW TABLES; SELECT * FROM settings ORDER BY name'
run shop -e 'SELECT * FROM nowhere'
rm -rf "$HOME"
