// A session's settings as connections have them that do part of a statement's work.
import type { SessionSettings } from '../../backend/contract.ts';

const overrides: readonly (readonly [string, string])[] = [
  ['character_set_results', 'NULL'],
  ['sql_select_limit', '18446744073709551615'],
];

/** Settings are immutable, and a session's stay the same for long. */
const forms = new WeakMap<SessionSettings, SessionSettings>();

/** Text unconverted, results uncut; all else as in `settings`. A connection left so costs its next such read no SET at all. */
export function storedForm(settings: SessionSettings): SessionSettings {
  const known = forms.get(settings);
  if (known !== undefined) return known;
  const values = new Map([...settings.values, ...overrides]);
  const form = { key: `${settings.key}\u0000stored`, values };
  forms.set(settings, form);
  return form;
}

const readOnlyNames = ['tx_read_only', 'transaction_read_only'] as const;
const workspaceForms = new WeakMap<SessionSettings, SessionSettings>();

/** SET SESSION TRANSACTION READ ONLY: transactions of the session do not write unless told otherwise. */
export function onlyReads({ values }: SessionSettings): boolean {
  return readOnlyNames.some((name) => values.get(name) === '1');
}

/** Of a session that only reads, too, the workspace is filled with rows. */
export function workspaceForm(settings: SessionSettings): SessionSettings {
  if (!readOnlyNames.some((name) => settings.values.has(name))) return settings;
  const known = workspaceForms.get(settings);
  if (known !== undefined) return known;
  const values = new Map(settings.values);
  for (const name of readOnlyNames) values.delete(name);
  const form = { key: `${settings.key}\u0000workspace`, values };
  workspaceForms.set(settings, form);
  return form;
}
