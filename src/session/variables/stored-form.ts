// A session's settings, but rows come as they are stored: for reads whose rows are written again.
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
