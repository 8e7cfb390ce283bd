#!/bin/sh
# sysbench oltp_read_write from one seed, text protocol and prepared statements; then what it left behind.
set -u
export LC_ALL=C
for mode in disable auto; do
  sysbench oltp_read_write --db-driver=mysql --mysql-host=127.0.0.1 --mysql-port="$PORT" --mysql-user=app --mysql-password=app \
    --mysql-db=shop --tables=1 --table-size=400 --threads=1 --events=40 --time=0 --rand-seed=7 --db-ps-mode="$mode" \
    --mysql-ignore-errors=none run 2>&1 | grep -E '^ +(read|write|other|total|transactions|queries|ignored errors|reconnects):|FATAL|ALERT' |
    sed 's/(.*//'
  "$CLIENT" $TLS --host=127.0.0.1 --port="$PORT" --user=app --password=app --batch -e \
    'SELECT COUNT(*), SUM(id), SUM(k), BIT_XOR(CRC32(c)), BIT_XOR(CRC32(pad)) FROM shop.sbtest1' 2>&1
done
