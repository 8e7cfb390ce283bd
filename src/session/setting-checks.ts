// Which SET right-hand sides a server has accepted already, and what it made of them.

/**
 * Process-wide: a value is checked by a real server once per flavour, then known. Key: variable and SQL expression; value:
 * the literal that sets the same (`'STRICT_ALL_TABLES,...'`).
 */
export class SettingChecks {
  readonly #accepted = new Map<string, string>();
  readonly #entriesMax = 2000;

  get(variable: string, sql: string): string | null {
    return this.#accepted.get(`${variable}=${sql}`) ?? null;
  }

  put(variable: string, sql: string, canonical: string): void {
    if (this.#accepted.size >= this.#entriesMax) this.#accepted.clear();
    this.#accepted.set(`${variable}=${sql}`, canonical);
  }
}
