// Which bodies of stored functions depend on their arguments alone.
import { describe, expect, test } from 'vitest';
import { isPureBody } from '../../../src/planner/stored-functions.ts';

describe('depends on its arguments alone', () => {
  test.each([
    'RETURN x * 2',
    "RETURN IF(x IN (1, 2), CONCAT('a', x), REPLACE(y, 'a', 'b'))",
    'BEGIN DECLARE i INT DEFAULT 0; WHILE (i < x) DO SET i = i + 1; END WHILE; RETURN i; END',
    'BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET x = NULL; RETURN CAST(x AS DECIMAL(10, 2)); END',
    'RETURN CASE WHEN (x > 1) THEN (x) ELSE DATE_ADD(d, INTERVAL (x) DAY) END',
    'RETURN EXTRACT(YEAR FROM d) + INSERT(x, 1, 1, 2)',
    "RETURN 'SELECT @x FROM t'",
    'RETURN x /* SELECT */ + 1',
  ])('%s', (body) => {
    expect(isPureBody(body)).toBe(true);
  });
});

describe('may depend on something else', () => {
  test.each([
    'RETURN (SELECT COUNT(*) FROM t)',
    'RETURN (TABLE t)',
    'BEGIN INSERT INTO log VALUES (x); RETURN 1; END',
    'BEGIN DECLARE c CURSOR FOR SELECT 1; OPEN c; FETCH c INTO x; RETURN x; END',
    'BEGIN REPLACE log SET a = x; RETURN 1; END',
    'BEGIN REPLACE log VALUES (1); RETURN 1; END',
    "BEGIN SET x = '\\\\'; INSERT INTO log VALUES (1); SET x = '\\\\'; RETURN x; END",
    'BEGIN CALL p(); RETURN 1; END',
    'RETURN other(x)',
    'RETURN other (x)',
    'RETURN `if`(x)',
    'RETURN "f"(x)',
    'RETURN status(x)',
    'RETURN db.f(x)',
    'RETURN @x',
    'BEGIN SET @x = 1; RETURN 1; END',
    'RETURN @@sql_mode',
    'RETURN NOW()',
    'RETURN CURRENT_TIMESTAMP',
    'RETURN RAND()',
    'RETURN UUID()',
    'RETURN DATABASE()',
    'RETURN CURRENT_USER',
    "RETURN GET_LOCK('x', 1)",
    'RETURN NEXT VALUE FOR s',
    'RETURN 1 /*! + (SELECT 1) */',
    'BEGIN FETCH GROUP NEXT ROW; RETURN 1; END',
  ])('%s', (body) => {
    expect(isPureBody(body)).toBe(false);
  });
});
