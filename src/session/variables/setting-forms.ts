// A session's settings as connections have them that do part of a statement's work.
import type { SessionSettings } from '../../backend/contract.ts';

type Form = (settings: SessionSettings) => SessionSettings;

/** Settings are immutable, and a session's stay the same for long: each form of them is made once. */
function formCalled(name: string, change: (values: Map<string, string>) => void): Form {
  const known = new WeakMap<SessionSettings, SessionSettings>();
  return (settings) => {
    let form = known.get(settings);
    if (form === undefined) {
      const values = new Map(settings.values);
      change(values);
      form = { key: `${settings.key}\u0000${name}`, values };
      known.set(settings, form);
    }
    return form;
  };
}

/**
 * For reads whose rows are written again: text unconverted, results uncut; all else as in `settings`. A connection left so costs
 * its next such read no SET at all.
 */
export const storedForm = formCalled('stored', (values) => {
  values.set('character_set_results', 'NULL');
  values.set('sql_select_limit', '18446744073709551615');
});

const readOnlyNames = ['tx_read_only', 'transaction_read_only'] as const;

/** SET SESSION TRANSACTION READ ONLY: transactions of the session do not write unless told otherwise. */
export function onlyReads({ values }: SessionSettings): boolean {
  return readOnlyNames.some((name) => values.get(name) === '1');
}

const writingForm = formCalled('writing', (values) => {
  for (const name of readOnlyNames) values.delete(name);
});

/** Of a session that only reads, too, the workspace is filled with rows. */
export function workspaceForm(settings: SessionSettings): SessionSettings {
  return onlyReads(settings) ? writingForm(settings) : settings;
}
