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
    const voided = (coveredBy.get(name) ?? []).filter((covered) => this.values.has(covered));
    if (voided.length === 0 && (this.values.get(name) ?? null) === value) return this;
    const changed = new Map(this.values);
    for (const covered of voided) changed.delete(covered);
    if (value === null) changed.delete(name);
    else changed.set(name, value);
    return new Settings(changed);
  }

  get(name: string): string | null {
    return this.values.get(name) ?? null;
  }
}

/** What a variable decides with itself: earlier settings of those are void. */
const coveredBy: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'names',
    ['character_set_client', 'character_set_connection', 'character_set_results', 'collation_connection'],
  ],
  ['character_set_connection', ['collation_connection']],
  ['collation_connection', ['character_set_connection']],
]);

function rank(name: string): number {
  return name === 'names' ? 0 : 1;
}
