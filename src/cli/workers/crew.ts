// The primary's workers: started, started again when they die, asked together, ended together.
import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '../../observability/log.ts';
import type { KillOutcome } from '../../session/registry.ts';
import { exitBadConfiguration } from '../exit-codes.ts';
import { Channel, type QuestionName, type Questions } from './messages.ts';
import { workerVariable } from './worker.ts';

/** A worker that lived for less is started again later and later. */
const settledMs = 5_000;
const firstDelayMs = 50;
const delayMsMax = 5_000;

interface Member {
  readonly worker: Worker;
  readonly channel: Channel;
  /** It takes clients and answers questions. */
  serving: boolean;
}

export class Crew {
  readonly #count: number;
  readonly #log: Logger;
  readonly #members = new Map<number, Member>();
  readonly #delaysMs = new Map<number, number>();
  #ending = false;
  #onEmpty: (() => void) | null = null;
  #onFailed: ((message: string) => void) | null = null;

  constructor(count: number, log: Logger) {
    this.#count = count;
    this.#log = log;
  }

  /** Resolves when all serve; or with what keeps one of them from serving the configuration. */
  async start(): Promise<string | null> {
    const failed = new Promise<string>((resolve) => {
      this.#onFailed = resolve;
    });
    const serving = Promise.all(Array.from({ length: this.#count }, (_, index) => this.#start(index)));
    const outcome = await Promise.race([serving.then(() => null), failed]);
    this.#onFailed = null;
    return outcome;
  }

  /** Resolves when it serves. */
  #start(index: number): Promise<void> {
    const worker = cluster.fork({ [workerVariable]: `${index}/${this.#count}` });
    const startedAtMs = performance.now();
    const send = (message: object): boolean => worker.isConnected() && worker.send(message);
    let told: () => void = () => {};
    const serving = new Promise<void>((resolve) => {
      told = resolve;
    });
    const channel = new Channel(
      { send },
      {
        kill: (sent) => this.#killElsewhere(index, sent),
        serving: () => {
          member.serving = true;
          told();
          return null;
        },
        failed: ({ message }) => {
          this.#onFailed?.(message);
          return null;
        },
      },
    );
    const member: Member = { worker, channel, serving: false };
    this.#members.set(index, member);
    worker.on('message', (message: unknown) => channel.received(message));
    // A channel that breaks is told by the exit that follows.
    worker.on('error', () => {});
    worker.once('exit', (code, signal) => this.#ended(index, code, signal, performance.now() - startedAtMs));
    return serving;
  }

  get #serving(): readonly Member[] {
    return [...this.#members.values()].filter((member) => member.serving);
  }

  #ended(index: number, code: number | null, signal: string | null, livedMs: number): void {
    this.#members.get(index)?.channel.close();
    this.#members.delete(index);
    if (this.#members.size === 0) this.#onEmpty?.();
    if (this.#ending) return;
    if (code === exitBadConfiguration && this.#onFailed !== null) return;
    const delayMs = livedMs > settledMs ? firstDelayMs : (this.#delaysMs.get(index) ?? firstDelayMs);
    this.#delaysMs.set(index, Math.min(delayMsMax, delayMs * 2));
    this.#log.error({ worker: index, code, signal, startsAgainInMs: delayMs }, 'a worker has ended');
    setTimeout(() => {
      if (!this.#ending) void this.#start(index);
    }, delayMs);
  }

  /** The answers of all that serve and answer. */
  async askAll<N extends QuestionName>(name: N, sent: Questions[N][0]): Promise<readonly Questions[N][1][]> {
    const answers = await Promise.allSettled(this.#serving.map((member) => member.channel.ask(name, sent)));
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  /** The answer of one of them. Rejects with its error, and when there is none. */
  async askOne<N extends QuestionName>(name: N, sent: Questions[N][0]): Promise<Questions[N][1]> {
    const [member] = this.#serving;
    if (member === undefined) throw new Error('no worker serves');
    return member.channel.ask(name, sent);
  }

  async #killElsewhere(from: number, sent: Questions['kill'][0]): Promise<KillOutcome> {
    const own = this.#members.get(from);
    const others = this.#serving.filter((member) => member !== own);
    const outcomes = await Promise.all(
      others.map((member) => member.channel.ask('kill', sent).catch((): KillOutcome => 'unknown')),
    );
    return outcomes.find((outcome) => outcome !== 'unknown') ?? 'unknown';
  }

  /** Tells all to drain; resolves when the last one is gone. None is started again. */
  async drain(): Promise<void> {
    this.#ending = true;
    if (this.#members.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    void this.askAll('drain', null);
    // Those still on their way up have no clients to lose.
    for (const { worker, serving } of this.#members.values()) if (!serving) worker.process.kill('SIGKILL');
    await empty;
  }

  /** Ends all at once; resolves when the last one is gone. */
  async kill(): Promise<void> {
    this.#ending = true;
    if (this.#members.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const { worker } of this.#members.values()) worker.process.kill('SIGKILL');
    await empty;
  }
}
