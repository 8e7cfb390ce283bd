// What operators see of statements: their shape, never their values.
import { describe, expect, test } from 'vitest';
import { readable } from '../../../src/app/statistics/readable-text.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { normalize } from '../../../src/sql/normalize/normalize.ts';

const shown = (sql: string, mode = defaultMode()): string =>
  readable(normalize(Buffer.from(sql, 'utf8').toString('latin1'), mode).key);

describe('readable', () => {
  test.each([
    [
      "SELECT name FROM users WHERE id = 42 AND email = 'a@b'",
      'SELECT name FROM users WHERE id = ? AND email = ?',
    ],
    ["SELECT 'secret' AS x, 4711 FROM users", 'SELECT ? AS x, ? FROM users'],
    ["SELECT SLEEP(0.15), x'41', 0b1, N'n', _utf8mb4'u'", 'SELECT SLEEP(?), ?, ?, ?, _utf8mb4?'],
    ['SELECT a FROM t WHERE id IN (1, 2, 3)', 'SELECT a FROM t WHERE id IN (?)'],
    ["INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y')", 'INSERT INTO t (a, b) VALUES ?'],
    ['SELECT a -- secret\nFROM t /* secret */ WHERE 1', 'SELECT a FROM t WHERE ?'],
    ['SELECT `größe` FROM `t`', 'SELECT `größe` FROM `t`'],
    ['SELECT a\n\t  FROM   t', 'SELECT a FROM t'],
  ])('%s', (sql, expected) => {
    expect(shown(sql)).toBe(expected);
  });

  test('a literal whose end depends on sql_mode does not show', () => {
    const mode = { ...defaultMode(), noBackslashEscapes: true };
    const text = shown("SELECT 'a\\', 'secret' FROM t", mode);
    expect(text).not.toContain('secret');
    expect(text).not.toContain('a\\');
  });

  test('what cannot be read shows no quoted part', () => {
    expect(readable("SELECT 'secret")).toBe('SELECT ...');
    expect(readable("SELECT 'secret' FROM t WHERE `x")).toBe('SELECT ...');
  });

  test('long texts are cut', () => {
    expect(readable(`SELECT ${'a, '.repeat(1000)}b`).length).toBeLessThan(1100);
  });
});
