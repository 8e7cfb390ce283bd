// Plans by normalised text: one cache per process, least recently used out first.
import type { Plan } from '../../plan/nodes.ts';
import type { Statement } from '../../sql/ast.ts';

/**
 *  - plan: run it with this statement's values; `touchesTables`: by name, or perhaps in a stored function;
 *    `keepsWarnings`: those of the statement before, unless it has its own
 *  - session: answered by the session (SET, SHOW, BEGIN ...); its key holds the whole text, so the tree holds too
 *  - substitute: the text reads session state (DATABASE(), @x ...), which is put in as literals before planning
 */
export type CachedStatement =
  | {
      readonly kind: 'plan';
      readonly plan: Plan;
      readonly touchesTables: boolean;
      readonly keepsWarnings: boolean;
    }
  | { readonly kind: 'session'; readonly statement: Statement }
  | { readonly kind: 'substitute' };

/**
 * Two levels: a context (database, target, modes, charset, vschema version: everything beside the text a plan depends on),
 * then the normalised text. Full text keys: no hash collisions. Not for keys above `keyLengthMax`: they would push out
 * hundreds of others and are seldom seen twice.
 */
export class PlanCache {
  readonly #entriesMax: number;
  readonly #contexts = new Map<string, Map<string, CachedStatement>>();
  #size = 0;
  hits = 0;
  misses = 0;

  constructor(entriesMax = 5000) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#size;
  }

  get(context: string, key: string): CachedStatement | null {
    const entries = this.#contexts.get(context);
    const found = entries?.get(key);
    if (entries === undefined || found === undefined) {
      this.misses++;
      return null;
    }
    this.hits++;
    return found;
  }

  put(context: string, key: string, value: CachedStatement): void {
    if (key.length > keyLengthMax) return;
    let entries = this.#contexts.get(context);
    if (entries === undefined) {
      entries = new Map();
      this.#contexts.set(context, entries);
    }
    if (!entries.has(key)) this.#size++;
    entries.set(key, value);
    if (this.#size > this.#entriesMax) this.#evict();
  }

  /** After a new vschema: every plan was made for the old one. */
  clear(): void {
    this.#contexts.clear();
    this.#size = 0;
  }

  /** For the admin endpoint: normalised texts and their plans. */
  *entries(): Iterable<{ readonly context: string; readonly key: string; readonly value: CachedStatement }> {
    for (const [context, entries] of this.#contexts) {
      for (const [key, value] of entries) yield { context, key, value };
    }
  }

  /** A tenth goes at once, oldest insertions first: reordering on every hit would cost the relay path more than it saves. */
  #evict(): void {
    let excess = Math.ceil(this.#entriesMax / 10);
    for (const [context, entries] of this.#contexts) {
      for (const key of entries.keys()) {
        if (excess-- <= 0) return;
        entries.delete(key);
        this.#size--;
      }
      this.#contexts.delete(context);
    }
  }
}

const keyLengthMax = 65536;
