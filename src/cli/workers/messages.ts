// Questions and answers between the primary process and its workers, over the IPC channel of node:cluster.
import type { Readiness } from '../../admin/sources.ts';
import type {
  PlanView,
  PoolView,
  QueriesView,
  SessionView,
  StatusView,
} from '../../app/admin/admin-views.ts';
import type { TransactionView } from '../../app/admin/transactions.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { KillOutcome } from '../../session/registry.ts';

/** By name: what is sent along, and what comes back. */
export interface Questions {
  readiness: [sent: null, answer: Readiness];
  status: [sent: null, answer: StatusView];
  vschema: [sent: null, answer: object];
  pools: [sent: null, answer: readonly PoolView[]];
  sessions: [sent: null, answer: readonly SessionView[]];
  queries: [sent: null, answer: QueriesView];
  plans: [sent: null, answer: readonly PlanView[]];
  transactions: [sent: null, answer: readonly TransactionView[]];
  metrics: [sent: null, answer: readonly object[]];
  explain: [sent: { readonly sql: string; readonly keyspace: string | null }, answer: object];
  reload: [sent: null, answer: readonly string[]];
  drain: [sent: null, answer: null];
  killSession: [sent: { readonly id: number }, answer: boolean];
  resolve: [sent: { readonly id: string; readonly decision: 'commit' | 'rollback' }, answer: boolean];
  /** From a worker: it serves and answers questions. */
  serving: [sent: null, answer: null];
  /** From a worker: the configuration cannot be served; it ends. */
  failed: [sent: { readonly message: string }, answer: null];
  /** KILL of a client for a session that may be another process's. */
  kill: [
    sent: { readonly id: number; readonly user: string; readonly queryOnly: boolean },
    answer: KillOutcome,
  ];
}

export type QuestionName = keyof Questions;

/** Answers a question of the other side. */
export type Answerers = {
  [N in QuestionName]?: (sent: Questions[N][0]) => Questions[N][1] | Promise<Questions[N][1]>;
};

/** The sending half of an IPC channel. */
export interface Peer {
  /** False when the other side is gone. */
  send(message: object): boolean;
}

interface Failure {
  readonly message: string;
  /** Of an SqlError: it is one again on the other side. */
  readonly sql: { readonly errno: number; readonly sqlState: string; readonly id: string | null } | null;
}

type Message =
  | { readonly asked: number; readonly name: QuestionName; readonly sent: unknown }
  | { readonly answered: number; readonly answer: unknown; readonly failure: Failure | null };

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

const answerTimeoutMs = 10_000;

/** One end of a channel. Questions that are not answered in time, or whose channel closes, reject. */
export class Channel {
  readonly #peer: Peer;
  readonly #answerers: Answerers;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(peer: Peer, answerers: Answerers) {
    this.#peer = peer;
    this.#answerers = answerers;
  }

  ask<N extends QuestionName>(name: N, sent: Questions[N][0]): Promise<Questions[N][1]> {
    const id = ++this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle(id)?.reject(new Error(`no answer to ${name}`)),
        answerTimeoutMs,
      );
      this.#waiting.set(id, {
        resolve(value) {
          clearTimeout(timer);
          resolve(value);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
      if (!this.#peer.send({ asked: id, name, sent }))
        this.#settle(id)?.reject(new Error('the process is gone'));
    });
    // Both ends are the same program, and JSON keeps what these types hold.
    return answer as Promise<Questions[N][1]>;
  }

  /** A message from the other end; others than ours are left alone. */
  received(message: unknown): void {
    if (!isMessage(message)) return;
    if ('asked' in message) void this.#answer(message.asked, message.name, message.sent);
    else this.#answered(message.answered, message.answer, message.failure);
  }

  close(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(new Error('the process has ended'));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #answered(id: number, answer: unknown, failure: Failure | null): void {
    const waiting = this.#settle(id);
    if (failure === null) waiting?.resolve(answer);
    else waiting?.reject(errorOf(failure));
  }

  async #answer(asked: number, name: QuestionName, sent: unknown): Promise<void> {
    try {
      const answerer = this.#answerers[name] as ((sent: unknown) => unknown) | undefined;
      if (answerer === undefined) throw new Error(`nobody answers ${name} here`);
      this.#peer.send({ answered: asked, answer: (await answerer(sent)) ?? null, failure: null });
    } catch (error) {
      this.#peer.send({ answered: asked, answer: null, failure: failureOf(error) });
    }
  }
}

function isMessage(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && ('asked' in message || 'answered' in message);
}

function failureOf(error: unknown): Failure {
  if (error instanceof SqlError) {
    const { errno, sqlState, id, message } = error;
    return { message, sql: { errno, sqlState, id } };
  }
  return { message: error instanceof Error ? error.message : String(error), sql: null };
}

function errorOf({ message, sql }: Failure): Error {
  return sql === null ? new Error(message) : new SqlError(sql.errno, sql.sqlState, message, sql.id);
}
