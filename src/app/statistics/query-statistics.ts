// Statements by normalised text: counts and times of the most expensive ones, bounded.
import type { StatementRecord } from '../../session/dependencies.ts';
import { readable } from './readable-text.ts';

interface Entry {
  readonly statement: string;
  readonly plan: string;
  count: number;
  failed: number;
  seconds: number;
  maxSeconds: number;
}

const entriesMax = 1000;

export class QueryStatistics {
  readonly #entries = new Map<string, Entry>();

  add(record: StatementRecord): void {
    let entry = this.#entries.get(record.digest);
    if (entry === undefined) {
      if (record.digest === '') return;
      if (this.#entries.size >= entriesMax) this.#drop();
      entry = {
        statement: readable(record.digest),
        plan: record.plan,
        count: 0,
        failed: 0,
        seconds: 0,
        maxSeconds: 0,
      };
      this.#entries.set(record.digest, entry);
    }
    entry.count++;
    if (record.failed) entry.failed++;
    entry.seconds += record.seconds;
    if (record.seconds > entry.maxSeconds) entry.maxSeconds = record.seconds;
  }

  /** Most total time first. */
  top(): readonly {
    statement: string;
    plan: string;
    count: number;
    failed: number;
    meanSeconds: number;
    maxSeconds: number;
  }[] {
    return [...this.#entries.values()]
      .sort((a, b) => b.seconds - a.seconds)
      .map(({ statement, plan, count, failed, seconds, maxSeconds }) => ({
        statement,
        plan,
        count,
        failed,
        meanSeconds: seconds / count,
        maxSeconds,
      }));
  }

  /** The half with the least total time goes. */
  #drop(): void {
    const kept = [...this.#entries].sort(([, a], [, b]) => b.seconds - a.seconds).slice(0, entriesMax / 2);
    this.#entries.clear();
    for (const [digest, entry] of kept) this.#entries.set(digest, entry);
  }
}
