// A session's variables as a canonical, immutable set: what a leased connection must be brought to.
import type { SessionSettings } from '../../backend/contract.ts';

/** Variables by lower-case name in canonical order; `names` first since it sets three others. */
export class Settings implements SessionSettings {
  readonly key: string;
  readonly values: ReadonlyMap<string, string>;

  private constructor(values: ReadonlyMap<string, string>) {
    const ordered = [...values].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
    this.values = new Map(ordered);
    this.key = ordered.map(([name, value]) => `${name}=${value}`).join('\u0000');
  }

  static readonly none = new Settings(new Map());

  /** A set in which `name` has the SQL right-hand side `value`; null goes back to the connection's default. */
  with(name: string, value: string | null): Settings {
    if ((this.values.get(name) ?? null) === value) return this;
    const changed = new Map(this.values);
    if (value === null) changed.delete(name);
    else changed.set(name, value);
    // SET NAMES decides the three variables it names; earlier single settings of them are void.
    if (name === 'names') for (const covered of coveredByNames) changed.delete(covered);
    return new Settings(changed);
  }

  get(name: string): string | null {
    return this.values.get(name) ?? null;
  }
}

const coveredByNames = [
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'collation_connection',
];

function rank(name: string): number {
  return name === 'names' ? 0 : 1;
}
