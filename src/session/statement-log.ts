// Figures of the running statement: one object per session, filled again for each statement.
import type { ExecutionObserver } from '../engine/contract.ts';
import type { Plan } from '../plan/nodes.ts';
import type { SessionObserver } from './dependencies.ts';

export class StatementLog implements ExecutionObserver {
  readonly #observer: SessionObserver;
  readonly #user: string;
  #plan: Plan | null = null;
  #digest = '';
  #shards = 0;
  #startedMs = 0;
  /** Statements as sent, while somebody wants to see them (VEXPLAIN QUERIES). */
  trace: { readonly shardId: string; readonly sql: string }[] | null = null;

  constructor(observer: SessionObserver, user: string) {
    this.#observer = observer;
    this.#user = user;
  }

  begin(plan: Plan, digest: string): void {
    this.#plan = plan;
    this.#digest = digest;
    this.#shards = 0;
    this.#startedMs = performance.now();
  }

  /** DDL takes what it takes. */
  get timeoutApplies(): boolean {
    return this.#plan !== null && this.#plan.label !== 'ddl';
  }

  shardQuery(shardId: string, sql: string): void {
    this.#shards++;
    this.#observer.shardQuery(shardId);
    if (this.trace !== null) this.trace.push({ shardId, sql });
  }

  shardRows(_shardId: string, _rows: number, _bytes: number): void {}

  /** The answer ended. Statements of the session itself (SET, SHOW) began no plan and are counted as such. */
  finish(failed: boolean, startedMs: number): void {
    const plan = this.#plan;
    this.#plan = null;
    const seconds = (performance.now() - (plan === null ? startedMs : this.#startedMs)) / 1000;
    this.#observer.statement({
      keyspace: plan?.keyspace ?? '',
      plan: plan?.label ?? 'session',
      failed,
      seconds,
      digest: plan === null ? '' : this.#digest,
      shards: this.#shards,
      user: this.#user,
    });
  }
}
