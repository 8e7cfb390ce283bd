// COM_QUERY and COM_STMT_EXECUTE: one statement straight to the engine, several one after the other.

import type { SqlError } from '../../errors/sql-error.ts';
import type { SqlText } from '../../sql/mode.ts';
import { isSingleStatement, splitStatements } from '../../sql/split.ts';
import { syntaxError } from '../../sql/syntax-error.ts';
import type { BindValue } from '../../value/bind-value.ts';
import type { Outcome } from '../answer/client-sink.ts';
import { reportedError, toSqlError } from '../error-of.ts';
import type { SessionPort } from '../session-port.ts';
import { type StatementInput, startStatement } from './statement-run.ts';

const noParams: readonly BindValue[] = [];
/** Id of "stopped waiting for a connection" in the catalogue. */
const stoppedWaitingId = 'SG4006';

/**
 * The relay's path makes no promise: `startStatement` returns nothing, the answer's end calls back. Everything that waits
 * (merges, SET, transactions) returns a promise, whose settling ends the command.
 */
export class TextQuery {
  readonly #session: SessionPort;
  #done: (() => void) | null = null;
  #starting = false;
  #waiting = false;
  #outcome: Outcome | null = null;
  /** Resolved at the end of the current statement when several are run. */
  #step: (() => void) | null = null;

  constructor(session: SessionPort) {
    this.#session = session;
  }

  start(text: SqlText, packets: Buffer, done: () => void): void {
    this.#done = done;
    try {
      if (isSingleStatement(text, this.#session.state.mode)) {
        this.#run({ text, packets, params: noParams, format: 'text', prepared: null });
        return;
      }
    } catch (error) {
      this.#refuse(error);
      return;
    }
    void this.#runAll(text).then(done);
  }

  #refuse(error: unknown): void {
    this.#session.sink.onEnd = this.#onEnd;
    this.#starting = false;
    this.#waiting = false;
    this.#session.sink.fail(reportedError(error, this.#session.deps.observer));
  }

  async #runAll(text: SqlText): Promise<void> {
    const { sink, state } = this.#session;
    const spans = splitStatements(text, state.mode);
    this.#done = null;
    const second = spans[1];
    if (!state.multiStatements && second !== undefined) {
      sink.onEnd = null;
      sink.fail(syntaxError(text, second.start, state.mode));
      return;
    }
    for (const [index, span] of spans.entries()) {
      sink.nextResult(index < spans.length - 1);
      this.#outcome = null;
      await new Promise<void>((resolve) => {
        this.#step = resolve;
        const part = text.slice(span.start, span.end);
        this.#run({ text: part, packets: null, params: noParams, format: 'text', prepared: null });
      });
      this.#step = null;
      if (this.#lastError() !== null) return;
    }
  }

  #lastError(): SqlError | null {
    const outcome: Outcome | null = this.#outcome;
    return outcome === null ? null : outcome.error;
  }

  /** A statement decoded from another command. */
  startOne(decode: () => StatementInput, done: () => void): void {
    this.#done = done;
    try {
      this.#run(decode());
    } catch (error) {
      this.#refuse(error);
    }
  }

  #run(input: StatementInput): void {
    const session = this.#session;
    session.sink.onEnd = this.#onEnd;
    this.#outcome = null;
    this.#starting = true;
    this.#waiting = false;
    let promise: void | Promise<void>;
    try {
      promise = startStatement(session, input);
    } catch (error) {
      this.#starting = false;
      session.sink.fail(reportedError(error, session.deps.observer));
      return;
    }
    this.#starting = false;
    if (promise !== undefined) {
      this.#waiting = true;
      promise.then(this.#settled, this.#failed);
    } else if (this.#outcome !== null) this.#complete();
  }

  readonly #onEnd = (outcome: Outcome): void => {
    this.#outcome = outcome;
    this.#session.statementEnded(outcome);
    if (!this.#starting && !this.#waiting) this.#complete();
  };

  /** A statement that had to wait for a connection is only sent by now: its answer's end completes it. */
  readonly #settled = (): void => {
    this.#waiting = false;
    if (this.#outcome !== null) this.#complete();
  };

  readonly #failed = (error: unknown): void => {
    if (this.#outcome === null) this.#session.sink.fail(this.#shown(error));
    this.#waiting = false;
    this.#complete();
  };

  /** Who was cancelled while it waited for a connection hears why it was. */
  #shown(error: unknown): SqlError {
    const shown = reportedError(error, this.#session.deps.observer);
    const reason = this.#session.cancellation.cancelled;
    return shown.id === stoppedWaitingId && reason !== null ? toSqlError(reason) : shown;
  }

  /** Follow-ups (a broken transaction, warnings to fetch) delay the next command, not this answer. */
  #complete(): void {
    const session = this.#session;
    const error = this.#lastError();
    if (error !== null && session.state.scope.open) {
      void session.state.scope.failed(error.errno).then(() => this.#next());
      return;
    }
    this.#next();
  }

  #next(): void {
    const step = this.#step;
    if (step !== null) {
      step();
      return;
    }
    const done = this.#done;
    this.#done = null;
    if (done !== null) done();
  }
}
