// The last statements that took long, for the admin page: normalised text, no literals.
import type { StatementRecord } from '../../session/dependencies.ts';
import { readable } from './readable-text.ts';

const keptMax = 100;

export interface SlowStatement {
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly statement: string;
  readonly keyspace: string;
  readonly plan: string;
  readonly shards: number;
  readonly user: string;
  readonly seconds: number;
  readonly failed: boolean;
}

export class SlowStatements {
  readonly #kept: SlowStatement[] = [];

  add({ digest, keyspace, plan, shards, user, seconds, failed }: StatementRecord): void {
    const at = new Date().toISOString();
    this.#kept.push({ at, statement: readable(digest), keyspace, plan, shards, user, seconds, failed });
    if (this.#kept.length > keptMax) this.#kept.shift();
  }

  /** Newest first. */
  list(): readonly SlowStatement[] {
    return this.#kept.toReversed();
  }
}
