// Splitting texts into statements.
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { isSingleStatement, splitStatements } from '../../../src/sql/split.ts';

const mode = defaultMode('mariadb', 101106);
const split = (sql: string) => splitStatements(sql, mode).map(({ start, end }) => sql.slice(start, end));

describe('fault 55: splitting', () => {
  test.each([
    ['SELECT 1; DELETE FROM t', ['SELECT 1', ' DELETE FROM t']],
    ['SELECT 1;', ['SELECT 1']],
    [';; SELECT 1;;', [' SELECT 1']],
    ['', []],
    [' /* x */ ; -- y', []],
    [
      'SELECT \';\', ";", `;` /* ; */ -- ;\n; # ;\nSELECT 2',
      ['SELECT \';\', ";", `;` /* ; */ -- ;\n', ' # ;\nSELECT 2'],
    ],
    ["SELECT 'a\\';b'; SELECT 2", ["SELECT 'a\\';b'", ' SELECT 2']],
    ['/*!40101 SET NAMES utf8 */;/*!99999 SET x=1 */;', ['/*!40101 SET NAMES utf8 */']],
    ['/*vt+ A=1 */ SELECT 1; /*vt+ B=2 */ SELECT 2', ['/*vt+ A=1 */ SELECT 1', ' /*vt+ B=2 */ SELECT 2']],
    [
      'CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END',
      ['CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END'],
    ],
    [
      'CREATE OR REPLACE DEFINER = a@b PROCEDURE p() BEGIN IF x THEN SET y = 1; END IF; BEGIN END; END; SELECT 3',
      [
        'CREATE OR REPLACE DEFINER = a@b PROCEDURE p() BEGIN IF x THEN SET y = 1; END IF; BEGIN END; END',
        ' SELECT 3',
      ],
    ],
    [
      "CREATE FUNCTION f() RETURNS INT BEGIN RETURN CASE WHEN REPEAT('a', 2) = 1 THEN 1 ELSE 2 END; END; SELECT 4",
      [
        "CREATE FUNCTION f() RETURNS INT BEGIN RETURN CASE WHEN REPEAT('a', 2) = 1 THEN 1 ELSE 2 END; END",
        ' SELECT 4',
      ],
    ],
    [
      'CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN CASE y WHEN 1 THEN SET @a = 1; END CASE; END;SELECT 5',
      [
        'CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN CASE y WHEN 1 THEN SET @a = 1; END CASE; END',
        'SELECT 5',
      ],
    ],
    [
      'CREATE PROCEDURE p() WHILE x DO SET y = 1; SET z = 2; END WHILE; SELECT 6',
      ['CREATE PROCEDURE p() WHILE x DO SET y = 1; SET z = 2; END WHILE', ' SELECT 6'],
    ],
    ['CREATE PROCEDURE p() SELECT 1; SELECT 7', ['CREATE PROCEDURE p() SELECT 1', ' SELECT 7']],
    [
      'BEGIN NOT ATOMIC SELECT 1; SELECT 2; END; SELECT 8',
      ['BEGIN NOT ATOMIC SELECT 1; SELECT 2; END', ' SELECT 8'],
    ],
    ['BEGIN; SELECT 9; COMMIT', ['BEGIN', ' SELECT 9', ' COMMIT']],
  ])('%s', (sql, statements) => {
    expect(split(sql)).toEqual(statements);
    expect(isSingleStatement(sql, mode)).toBe(statements.length <= 1);
  });

  test('a broken later statement is error 1064 before anything ran', () => {
    expect(() => split("SELECT 1; SELECT 'x")).toThrow(SqlError);
  });
});
