import { describe, expect, it } from 'vitest';
import { Settings } from '../../../src/session/variables/settings.ts';

describe("a session's settings", () => {
  it('have one key whatever the order they were set in', () => {
    const a = Settings.none.with('sql_mode', "''").with('time_zone', "'+00:00'");
    const b = Settings.none.with('time_zone', "'+00:00'").with('sql_mode', "''");
    expect(a.key).toBe(b.key);
  });

  it('forget single character set variables when SET NAMES decides them', () => {
    const settings = Settings.none.with('character_set_results', 'latin1').with('names', 'utf8mb4');
    expect(settings.get('character_set_results')).toBeNull();
    expect([...settings.with('character_set_results', 'NULL').values.keys()]).toEqual([
      'names',
      'character_set_results',
    ]);
  });

  it('go back to the default', () => {
    expect(Settings.none.with('sql_mode', "''").with('sql_mode', null).key).toBe(Settings.none.key);
  });
});
