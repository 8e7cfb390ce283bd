// Tells when an answer ended, also where the engine makes no promise of it.
import type { ResultSink } from '../../engine/contract.ts';

/** Passes everything on; `ended` resolves with the answer's end. */
export class EndWatcher implements ResultSink {
  protected readonly sink: ResultSink;
  readonly ended: Promise<void>;
  #resolve: () => void = () => {};

  constructor(sink: ResultSink) {
    this.sink = sink;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  relay(...given: Parameters<ResultSink['relay']>): boolean {
    return this.sink.relay(...given);
  }

  columns(...given: Parameters<ResultSink['columns']>): void {
    this.sink.columns(...given);
  }

  rows(...given: Parameters<ResultSink['rows']>): boolean {
    return this.sink.rows(...given);
  }

  drained(): Promise<void> {
    return this.sink.drained();
  }

  relayEnd(...given: Parameters<ResultSink['relayEnd']>): void {
    this.sink.relayEnd(...given);
    this.#resolve();
  }

  end(...given: Parameters<ResultSink['end']>): void {
    this.sink.end(...given);
    this.#resolve();
  }

  ok(...given: Parameters<ResultSink['ok']>): void {
    this.sink.ok(...given);
    this.#resolve();
  }

  fail(...given: Parameters<ResultSink['fail']>): void {
    this.sink.fail(...given);
    this.#resolve();
  }
}
