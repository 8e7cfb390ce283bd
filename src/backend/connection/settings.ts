// From the settings a connection has to those a session wants: which statement makes the difference. No I/O.
import type { SessionSettings } from '../contract.ts';

/** What `SET NAMES` of the login's collation would say: what every connection starts with. */
const startNames = 'utf8mb4 COLLATE utf8mb4_general_ci';

/** `NAMES` decides these three; they go back to their start together with it and never alone. */
const charsetGroup: ReadonlySet<string> = new Set([
  'names',
  'character_set_client',
  'character_set_results',
  'character_set_connection',
  'collation_connection',
]);

/** No value read back from these restores them. */
const defaultOnly: ReadonlySet<string> = new Set(['timestamp', 'insert_id', 'last_insert_id']);

/** Without a default and unreadable: they go back to a random state, as a new connection has. */
const randomSeeds: ReadonlySet<string> = new Set(['rand_seed1', 'rand_seed2']);
const seedBelow = 0x3fffffff;

/** Statements to run, in this order, in front of the session's first command. */
export interface SettingsChange {
  /** Variables whose value is read first, because they change on this connection for the first time. */
  readonly record: readonly string[];
  /** SqlText of `SELECT @@SESSION.a, ...` for `record`; null when that is empty. */
  readonly recordSql: string | null;
  /** SqlText of the one `SET` statement; null when nothing differs. */
  readonly setSql: string | null;
}

const noChange: SettingsChange = { record: [], recordSql: null, setSql: null };

/** What one connection's session variables are. */
export class ConnectionSettings {
  #key = '';
  #values: ReadonlyMap<string, string> = new Map();
  /** SQL expressions that give variables back the value they had after login. */
  readonly #startValues = new Map<string, string>();

  matches(target: SessionSettings): boolean {
    return this.#key === target.key;
  }

  /** What brings the connection to `target`. The caller runs it and then calls `applied`. */
  change(target: SessionSettings): SettingsChange {
    if (this.matches(target)) return noChange;
    const assignments: string[] = [];
    const record: string[] = [];
    if (charsetDiffers(this.#values, target.values)) assignments.push(...charsetAssignments(target.values));
    for (const [name, value] of target.values) {
      if (charsetGroup.has(name) || this.#values.get(name) === value) continue;
      if (this.#isUnrecorded(name)) record.push(name);
      assignments.push(assignment(name, value));
    }
    for (const name of this.#values.keys()) {
      if (charsetGroup.has(name) || target.values.has(name)) continue;
      assignments.push(assignment(name, this.#startValue(name)));
    }
    return {
      record,
      recordSql:
        record.length === 0 ? null : `SELECT ${record.map((name) => `@@SESSION.${name}`).join(', ')}`,
      setSql: assignments.length === 0 ? null : `SET ${assignments.join(', ')}`,
    };
  }

  /** The assignments that made the character set variables what they are. */
  get charsetSql(): string {
    return charsetAssignments(this.#values).join(', ');
  }

  /** What character_set_results is, as far as it is a name. */
  get resultCharset(): string {
    const named = this.#values.get('names') ?? startNames;
    const [charset = ''] = (this.#values.get('character_set_results') ?? named).split(' ');
    return charset.replace(/^'(.*)'$/, '$1').toLowerCase();
  }

  applied(target: SessionSettings): void {
    this.#key = target.key;
    this.#values = target.values;
  }

  /** The value a variable had after login, as an SQL expression; null: could not be read. */
  recorded(name: string, expression: string | null): void {
    this.#startValues.set(name, expression ?? 'DEFAULT');
  }

  /**
   * After COM_RESET_CONNECTION: variables have the server's global values, which may have changed since login, but the
   * character set is the server's choice, so that it must be named again.
   */
  wasReset(): void {
    this.#key = 'reset';
    this.#values = new Map([['names', '']]);
    this.#startValues.clear();
  }

  #isUnrecorded(name: string): boolean {
    return !this.#startValues.has(name) && !defaultOnly.has(name) && !randomSeeds.has(name) && !isUser(name);
  }

  #startValue(name: string): string {
    if (isUser(name)) return 'NULL';
    if (randomSeeds.has(name)) return String(Math.floor(Math.random() * seedBelow));
    return this.#startValues.get(name) ?? 'DEFAULT';
  }
}

/** User variables stand among the settings as `@name`. */
function isUser(name: string): boolean {
  return name.startsWith('@');
}

function assignment(name: string, value: string): string {
  if (isUser(name)) return `${name} = ${value}`;
  // A server does not know `'SYSTEM'` again where literals are UTF-16.
  return `SESSION ${name} = ${value.startsWith("'") ? `_utf8mb4${value}` : value}`;
}

function charsetDiffers(current: ReadonlyMap<string, string>, target: ReadonlyMap<string, string>): boolean {
  for (const name of charsetGroup) if (current.get(name) !== target.get(name)) return true;
  return false;
}

function charsetAssignments(target: ReadonlyMap<string, string>): string[] {
  const assignments = [`NAMES ${target.get('names') ?? startNames}`];
  for (const [name, value] of target) {
    if (name !== 'names' && charsetGroup.has(name)) assignments.push(`SESSION ${name} = ${value}`);
  }
  return assignments;
}

const plainNumber = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i;

/** A system variable's value as read, as an expression that sets it; null: better its default. */
export function settingExpression(text: string | null): string | null {
  if (text === null) return 'NULL';
  if (plainNumber.test(text) || text === 'DEFAULT') return text;
  // Quotes and backslashes mean different things in different modes; no variable of this kind holds them.
  return /['"\\]/.test(text) ? null : `'${text}'`;
}
