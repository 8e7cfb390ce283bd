// Statements out of every kind of file that `assess` reads.
import { describe, expect, test } from 'vitest';
import { statementsOf } from '../../../src/cli/statement-source.ts';
import { defaultMode } from '../../../src/sql/mode.ts';

const read = (text: string): readonly string[] => statementsOf(text, defaultMode('mariadb'));

describe('SQL', () => {
  test('semicolons inside strings and comments end nothing', () => {
    expect(read("SELECT ';'; /* ; */ SELECT 2;\n-- ;\nSELECT 3")).toEqual([
      "SELECT ';'",
      '/* ; */ SELECT 2',
      '-- ;\nSELECT 3',
    ]);
  });

  test('empty statements are none; text beyond ASCII survives', () => {
    expect(read(";;\n SELECT 'größe 😀' ;\n\n;")).toEqual(["SELECT 'größe 😀'"]);
    expect(read('')).toEqual([]);
  });

  test('a text that cannot be split shows in the report all the same', () => {
    expect(read("SELECT 1;\nSELECT 'open;\nSELECT 2")).toEqual(['SELECT 1', "SELECT 'open", 'SELECT 2']);
  });

  test('a dump that changes the delimiter for its stored programs', () => {
    const dump = [
      'SELECT 1;',
      'DELIMITER ;;',
      'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN',
      '  SET NEW.a = 1; -- ;; not here',
      'END ;;',
      'CREATE PROCEDURE p() SELECT 1;;',
      'delimiter ;',
      'SELECT 2; SELECT 3;',
    ].join('\n');
    expect(read(dump)).toEqual([
      'SELECT 1',
      'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN\n  SET NEW.a = 1; -- ;; not here\nEND',
      'CREATE PROCEDURE p() SELECT 1',
      'SELECT 2',
      'SELECT 3',
    ]);
  });

  test('Windows line ends', () => {
    expect(read('SELECT 1;\r\nSELECT 2;\r\n')).toEqual(['SELECT 1', 'SELECT 2']);
  });
});

describe('a general log', () => {
  test("MariaDB's form: continuation lines belong to the entry before, other commands are left out", () => {
    const log = [
      '/usr/sbin/mariadbd, Version: 10.11.6-MariaDB. started with:',
      'Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock',
      'Time\t\t    Id Command\tArgument',
      '241120  8:13:00\t     5 Connect\tapp@localhost on shop using TCP/IP',
      '\t\t     5 Query\tSELECT name',
      'FROM users',
      'WHERE id = 7',
      '\t\t     5 Prepare\tSELECT ?',
      '\t\t     5 Execute\tSELECT 9',
      '241120  8:13:01\t     6 Query\tSET NAMES utf8mb4',
      '\t\t     5 Quit\t',
    ].join('\n');
    expect(read(log)).toEqual(['SELECT name\nFROM users\nWHERE id = 7', 'SELECT 9', 'SET NAMES utf8mb4']);
  });

  test("MySQL's form, with ISO times", () => {
    const log = [
      'Time                 Id Command    Argument',
      '2024-11-20T08:13:00.123456Z\t    8 Connect\tapp@localhost on shop using Socket',
      '2024-11-20T08:13:00.123999Z\t    8 Query\tSELECT @@version_comment LIMIT 1',
      '2024-11-20T08:13:01.000001+01:00\t    8 Query\tUPDATE users SET name = "x"',
      '  WHERE id = 3',
      '2024-11-20T08:13:02.000001Z\t    8 Quit\t',
    ].join('\n');
    expect(read(log)).toEqual([
      'SELECT @@version_comment LIMIT 1',
      'UPDATE users SET name = "x"\n  WHERE id = 3',
    ]);
  });
});

test('a slow query log: neither its headings nor the SET timestamp in front', () => {
  const log = [
    '/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server). started with:',
    'Tcp port: 3306  Unix socket: /tmp/mysql.sock',
    'Time                 Id Command    Argument',
    '# Time: 2024-11-20T08:13:00.123456Z',
    '# User@Host: app[app] @ localhost []  Id:     8',
    '# Query_time: 1.500112  Lock_time: 0.000100 Rows_sent: 1  Rows_examined: 20000',
    'use shop;',
    'SET timestamp=1732090380;',
    'SELECT COUNT(*)',
    'FROM users;',
    '# Time: 2024-11-20T08:14:00.123456Z',
    '# User@Host: app[app] @ localhost []  Id:     8',
    '# Query_time: 2.0  Lock_time: 0.0 Rows_sent: 1  Rows_examined: 20000',
    'SET timestamp=1732090440;',
    "DELETE FROM orders WHERE status = 'new';",
  ].join('\n');
  expect(read(log)).toEqual(['SELECT COUNT(*)\nFROM users', "DELETE FROM orders WHERE status = 'new'"]);
});

test('JSON lines', () => {
  const lines = [
    '{"sql": "SELECT 1", "count": 3}',
    '',
    '{"sql": "SELECT \'a;b\'"}',
    'SELECT 3',
    '{"other": 1}',
  ];
  expect(read(lines.join('\n'))).toEqual(['SELECT 1', "SELECT 'a;b'", 'SELECT 3', '{"other": 1}']);
});
