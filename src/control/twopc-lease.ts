// How a server knows that a Shardgate process lives: a named lock, held by a connection that ends with the process.
import type { BackendTarget } from '../backend/options.ts';
import { ControlConnection } from './control-connection.ts';

const beatMs = 1_000;
const retryMs = 200;
const answerWithinMs = 3_000;

function lockName(owner: string): string {
  return `shardgate.${owner}`;
}

/**
 * Takes the lock again after every loss of the connection. Nothing depends on it for correctness (a record decides); it keeps
 * recovery from aborting what a living process is about to commit.
 */
export class OwnerLease {
  readonly #connection: ControlConnection;
  readonly #owner: string;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(target: BackendTarget, owner: string) {
    this.#connection = new ControlConnection(target);
    this.#owner = owner;
  }

  /** Takes it, and from then on keeps it. Rejects with the server's error. */
  async take(): Promise<void> {
    await this.#beat();
    this.#schedule(beatMs);
  }

  release(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#connection.close();
  }

  async #beat(): Promise<void> {
    const name = lockName(this.#owner);
    const sql = 'SELECT IF(IS_USED_LOCK(?) = CONNECTION_ID(), 1, GET_LOCK(?, 0)) AS held';
    await this.#connection.query(sql, [name, name], answerWithinMs);
  }

  #schedule(afterMs: number): void {
    if (this.#stopped || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#beat().then(
        () => this.#schedule(beatMs),
        () => this.#schedule(retryMs),
      );
    }, afterMs);
    this.#timer.unref();
  }
}

/** Whether a process holds its lease on this connection's server. Rejects with the server's error. */
export async function ownerLives(connection: ControlConnection, owner: string): Promise<boolean> {
  const [row] = await connection.query('SELECT IS_FREE_LOCK(?) AS free', [lockName(owner)], answerWithinMs);
  return Number(row?.['free']) === 0;
}
