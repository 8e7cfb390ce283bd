// Which changes of the session an OK tells of: what session_track_* say.
import type { KeptVariable } from './kept-variable.ts';

type Kept = ReadonlyMap<string, KeptVariable>;

/** The servers' own default of session_track_system_variables. */
const byDefault: ReadonlySet<string> = new Set([
  'autocommit',
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'time_zone',
]);

export function tracksSchema(kept: Kept): boolean {
  const value = kept.get('session_track_schema')?.value;
  return value !== 'OFF' && value !== '0';
}

export function tracksVariable(kept: Kept, name: string): boolean {
  const list = kept.get('session_track_system_variables')?.value;
  if (list === undefined) return byDefault.has(name);
  const names = list.split(',').map((one) => one.trim().toLowerCase());
  return names.includes('*') || names.includes(name);
}
