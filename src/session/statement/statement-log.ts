// Figures of the running statement: one object per session, filled again for each statement.
import type { ExecutionObserver } from '../../engine/contract.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { SessionObserver } from '../dependencies.ts';

/** One statement as a shard got it, and what came of it. */
export interface SentStatement {
  readonly shardId: string;
  /** SqlText as sent. */
  readonly sql: string;
  readonly sentMs: number;
  /** null until its answer ended. Rows of a relayed answer are not counted: nobody looks into it. */
  answer: { readonly rows: number; readonly bytes: number; readonly ms: number } | null;
}

const loadToldEveryMs = 10_000;

export class StatementLog implements ExecutionObserver {
  readonly #observer: SessionObserver;
  readonly #user: string;
  #plan: Plan | null = null;
  #digest = '';
  #startedMs = 0;
  #replica = false;
  /** When the running load was told of last. */
  #toldMs = 0;
  /** Shards it went to: most statements know one only. */
  #first = '';
  #others: Set<string> | null = null;
  /** Statements sent and not answered yet, in the order sent; '' where the answer came. */
  readonly #pending: string[] = [];
  readonly #pendingSinceMs: number[] = [];
  /** Statements as sent, while somebody wants to see them (VEXPLAIN QUERIES, TRACE). */
  trace: SentStatement[] | null = null;

  constructor(observer: SessionObserver, user: string) {
    this.#observer = observer;
    this.#user = user;
  }

  begin(plan: Plan, digest: string, replica: boolean): void {
    this.#plan = plan;
    this.#digest = digest;
    this.#replica = replica;
    this.#first = '';
    this.#others = null;
    this.#forgetPending();
    this.#startedMs = performance.now();
  }

  /** What the statement's directive allows; null: it has none. */
  get timeoutMs(): number | null {
    return this.#plan?.timeoutMs ?? null;
  }

  /** DDL takes what it takes. */
  get timeoutApplies(): boolean {
    return this.#plan !== null && this.#plan.label !== 'ddl';
  }

  shardQuery(shardId: string, sql: string): void {
    const nowMs = performance.now();
    if (this.#first === '') this.#first = shardId;
    else if (shardId !== this.#first) {
      this.#others ??= new Set();
      this.#others.add(shardId);
    }
    this.#pending.push(shardId);
    this.#pendingSinceMs.push(nowMs);
    this.#observer.shardQuery(shardId, this.#replica);
    if (this.trace !== null) this.trace.push({ shardId, sql, sentMs: nowMs, answer: null });
  }

  /** A shard's answers are told in the order its statements were sent. */
  shardRows(shardId: string, rows: number, bytes: number): void {
    const at = this.#pending.indexOf(shardId);
    if (at >= 0) this.#answered(at, performance.now());
    const sent = this.trace?.find((one) => one.shardId === shardId && one.answer === null);
    if (sent !== undefined) sent.answer = { rows, bytes, ms: performance.now() - sent.sentMs };
  }

  workspaceRun(rows: number, bytes: number): void {
    this.#observer.workspaceRun(rows, bytes);
  }

  loading(rows: number, bytes: number): void {
    const nowMs = performance.now();
    if (this.#plan === null || nowMs - Math.max(this.#toldMs, this.#startedMs) < loadToldEveryMs) return;
    this.#toldMs = nowMs;
    const seconds = (nowMs - this.#startedMs) / 1000;
    const { keyspace } = this.#plan;
    this.#observer.loading({ keyspace, digest: this.#digest, user: this.#user, rows, bytes, seconds });
  }

  /** Popped: setting a length to 0 is a call into the runtime, which every statement would pay. */
  #forgetPending(): void {
    while (this.#pending.pop() !== undefined) this.#pendingSinceMs.pop();
  }

  #answered(at: number, nowMs: number): void {
    const shardId = this.#pending[at] ?? '';
    this.#pending[at] = '';
    if (shardId !== '')
      this.#observer.shardAnswered(shardId, (nowMs - (this.#pendingSinceMs[at] ?? nowMs)) / 1000);
  }

  /** The answer ended. Statements of the session itself (SET, SHOW) began no plan and are counted as such. */
  finish(failed: boolean, startedMs: number): void {
    const plan = this.#plan;
    this.#plan = null;
    const nowMs = performance.now();
    const seconds = (nowMs - (plan === null ? startedMs : this.#startedMs)) / 1000;
    // Writes and statements that failed do not tell when each shard was done.
    for (let at = 0; at < this.#pending.length; at++) this.#answered(at, nowMs);
    const shards = plan === null || this.#first === '' ? 0 : 1 + (this.#others?.size ?? 0);
    this.#forgetPending();
    this.#observer.statement({
      keyspace: plan?.keyspace ?? '',
      plan: plan?.label ?? 'session',
      failed,
      seconds,
      digest: plan === null ? '' : this.#digest,
      shards,
      user: this.#user,
    });
  }
}
