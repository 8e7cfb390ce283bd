// Which SET right-hand sides a server has accepted already, and what it made of them.

import type { Warning } from '../servers/warnings.ts';

export interface AcceptedSetting {
  /** Literal (SqlText) that sets the same again. */
  readonly sql: string;
  /** As `SELECT @@name` shows it. */
  readonly value: string;
  /** As SHOW VARIABLES shows it (`ON` for 1). */
  readonly shown: string;
  /** An expression (SqlText) of that value with the type the variable has. */
  readonly typed: string;
  /** What the server has to say of it (a value cut to the allowed range). */
  readonly warnings: readonly Warning[];
}

/** Process-wide: a value is checked by a real server once per flavour, then known. Key: variable and SQL expression. */
export class SettingChecks {
  readonly #accepted = new Map<string, AcceptedSetting>();
  readonly #entriesMax = 2000;

  get(variable: string, sql: string): AcceptedSetting | null {
    return this.#accepted.get(`${variable}=${sql}`) ?? null;
  }

  put(variable: string, sql: string, accepted: AcceptedSetting): void {
    if (this.#accepted.size >= this.#entriesMax) this.#accepted.clear();
    this.#accepted.set(`${variable}=${sql}`, accepted);
  }
}
