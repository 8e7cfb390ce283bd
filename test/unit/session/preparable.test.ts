// Which statements may be prepared, by flavour.
import { expect, test } from 'vitest';
import { checkPreparable } from '../../../src/session/prepared/preparable.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';

const check = (sql: string, flavour: 'mariadb' | 'mysql') => () =>
  checkPreparable(parseStatement(sql, defaultMode(flavour)), flavour);

test.each(['PREPARE s FROM "SELECT 1"', 'EXECUTE s', 'DEALLOCATE PREPARE s'])('nobody prepares %s', (sql) => {
  expect(check(sql, 'mariadb')).toThrow('not supported in the prepared statement protocol');
  expect(check(sql, 'mysql')).toThrow('not supported in the prepared statement protocol');
});

test.each(['USE a', 'BEGIN', 'START TRANSACTION', 'SAVEPOINT a', 'ROLLBACK TO a', 'SHOW WARNINGS'])(
  'MariaDB alone prepares %s',
  (sql) => {
    expect(check(sql, 'mariadb')).not.toThrow();
    expect(check(sql, 'mysql')).toThrow('not supported in the prepared statement protocol');
  },
);

test.each(['COMMIT', 'ROLLBACK', 'SET autocommit = 0', 'SHOW TABLES', 'DO 1'])('both prepare %s', (sql) => {
  expect(check(sql, 'mariadb')).not.toThrow();
  expect(check(sql, 'mysql')).not.toThrow();
});
