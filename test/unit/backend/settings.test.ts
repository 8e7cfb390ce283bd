import { describe, expect, test } from 'vitest';
import { ConnectionSettings, settingExpression } from '../../../src/backend/connection/settings.ts';
import type { SessionSettings } from '../../../src/backend/contract.ts';

function settings(values: Readonly<Record<string, string>>): SessionSettings {
  return { key: JSON.stringify(values), values: new Map(Object.entries(values)) };
}

const none: SessionSettings = { key: '', values: new Map() };

describe('connection settings', () => {
  test('a new connection matches a session without settings', () => {
    const connection = new ConnectionSettings();
    expect(connection.matches(none)).toBe(true);
    expect(connection.change(none).setSql).toBeNull();
  });

  test('one SET for the difference; start values are read once, before the first change', () => {
    const connection = new ConnectionSettings();
    const first = settings({ sql_mode: "'ANSI'", time_zone: "'+02:00'" });
    expect(connection.change(first)).toEqual({
      record: ['sql_mode', 'time_zone'],
      recordSql: 'SELECT @@SESSION.sql_mode, @@SESSION.time_zone',
      setSql: "SET SESSION sql_mode = _utf8mb4'ANSI', SESSION time_zone = _utf8mb4'+02:00'",
    });
    connection.recorded('sql_mode', "'STRICT'");
    connection.recorded('time_zone', null);
    connection.applied(first);
    const second = settings({ sql_mode: "'ANSI'", sql_notes: '0' });
    expect(connection.change(second)).toEqual({
      record: ['sql_notes'],
      recordSql: 'SELECT @@SESSION.sql_notes',
      setSql: 'SET SESSION sql_notes = 0, SESSION time_zone = DEFAULT',
    });
    connection.recorded('sql_notes', '1');
    connection.applied(second);
    expect(connection.change(none)).toEqual({
      record: [],
      recordSql: null,
      setSql: "SET SESSION sql_mode = _utf8mb4'STRICT', SESSION sql_notes = 1",
    });
  });

  test.each([
    [{}, 'utf8mb4'],
    [{ names: 'latin1' }, 'latin1'],
    [{ names: 'utf8mb4 COLLATE utf8mb4_bin', character_set_results: 'NULL' }, 'null'],
    [{ names: 'latin1', character_set_results: "'utf8mb4'" }, 'utf8mb4'],
    [{ names: 'utf8mb4', character_set_client: 'latin1' }, 'utf8mb4'],
    [{ names: 'DEFAULT' }, 'default'],
  ])('the character set of results: %j', (values, charset) => {
    const connection = new ConnectionSettings();
    connection.applied(settings(values));
    expect(connection.resultCharset).toBe(charset);
  });

  test('the character set goes back as a group, and single settings of it after NAMES', () => {
    const connection = new ConnectionSettings();
    const latin1 = settings({ names: 'latin1', character_set_results: 'NULL' });
    expect(connection.change(latin1).setSql).toBe('SET NAMES latin1, SESSION character_set_results = NULL');
    expect(connection.charsetSql).toBe('NAMES utf8mb4 COLLATE utf8mb4_general_ci');
    connection.applied(latin1);
    expect(connection.charsetSql).toBe('NAMES latin1, SESSION character_set_results = NULL');
    expect(connection.change(settings({ names: 'latin1' })).setSql).toBe('SET NAMES latin1');
    expect(connection.change(none)).toEqual({
      record: [],
      recordSql: null,
      setSql: 'SET NAMES utf8mb4 COLLATE utf8mb4_general_ci',
    });
  });

  test('timestamp goes back to running time, seeds to a random state', () => {
    const connection = new ConnectionSettings();
    const pinned = settings({ timestamp: '1700000000', rand_seed1: '5' });
    expect(connection.change(pinned).record).toEqual([]);
    connection.applied(pinned);
    const back = connection.change(none).setSql ?? '';
    expect(back).toContain('SESSION timestamp = DEFAULT');
    expect(back).toMatch(/SESSION rand_seed1 = \d+/);
  });

  test('after a reset the character set is named again and start values are read anew', () => {
    const connection = new ConnectionSettings();
    const ansi = settings({ sql_mode: "'ANSI'" });
    connection.change(ansi);
    connection.recorded('sql_mode', "'STRICT'");
    connection.applied(ansi);
    connection.wasReset();
    expect(connection.matches(none)).toBe(false);
    expect(connection.change(none).setSql).toBe('SET NAMES utf8mb4 COLLATE utf8mb4_general_ci');
    expect(connection.change(ansi)).toEqual({
      record: ['sql_mode'],
      recordSql: 'SELECT @@SESSION.sql_mode',
      setSql: "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci, SESSION sql_mode = _utf8mb4'ANSI'",
    });
  });

  test('values read back become expressions that set them', () => {
    expect(settingExpression('5')).toBe('5');
    expect(settingExpression('-1.5')).toBe('-1.5');
    expect(settingExpression('STRICT_TRANS_TABLES,ANSI')).toBe("'STRICT_TRANS_TABLES,ANSI'");
    expect(settingExpression('')).toBe("''");
    expect(settingExpression(null)).toBe('NULL');
    expect(settingExpression('DEFAULT')).toBe('DEFAULT');
    expect(settingExpression("it's")).toBeNull();
    expect(settingExpression('back\\slash')).toBeNull();
  });
});
