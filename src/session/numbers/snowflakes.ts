// 64-bit numbers without a table to ask each time: milliseconds since 2020, a number for this process, a count.
import type { Gateway } from '../../backend/contract.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { runStatement } from '../servers/backend-command.ts';

const epochMs = BigInt(Date.UTC(2020, 0, 1));
const processBits = 10n;
const countBits = 12n;
const countsPerMs = 1n << countBits;
const table = 'shardgate_processes';

/**
 * The process's number is given out by a table, once per process and shard: 1,023 others start before it comes again, and two
 * processes that far apart do not run at once. The clock may go back; the numbers do not.
 */
export class Snowflakes {
  readonly #gateway: Gateway;
  readonly #processes = new Map<string, Promise<bigint>>();
  #lastMs = 0n;
  #count = 0n;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  async take(
    shardId: string,
    database: string,
    count: number,
    signal: AbortSignal,
  ): Promise<readonly bigint[]> {
    const process = await this.#process(shardId, database, signal);
    return Array.from({ length: count }, () => this.#next(process));
  }

  #next(process: bigint): bigint {
    const now = BigInt(Date.now()) - epochMs;
    if (now > this.#lastMs) {
      this.#lastMs = now;
      this.#count = 0n;
    } else {
      this.#count += 1n;
      // More than 4,096 in a millisecond: the next one is borrowed.
      if (this.#count === countsPerMs) {
        this.#lastMs += 1n;
        this.#count = 0n;
      }
    }
    return (this.#lastMs << (processBits + countBits)) | (process << countBits) | this.#count;
  }

  #process(shardId: string, database: string, signal: AbortSignal): Promise<bigint> {
    const known = this.#processes.get(shardId);
    if (known !== undefined) return known;
    const asked = this.#ask(shardId, database, signal);
    this.#processes.set(shardId, asked);
    asked.catch(() => this.#processes.delete(shardId));
    return asked;
  }

  async #ask(shardId: string, database: string, signal: AbortSignal): Promise<bigint> {
    const settings = { key: '', values: new Map<string, string>() };
    const lease = await this.#gateway.lease(shardId, { settings, clientFlags: 0, role: 'primary', signal });
    const name = `${quoteIdentifier(database)}.${quoteIdentifier(table)}`;
    try {
      await runStatement(
        lease.connection,
        `CREATE TABLE IF NOT EXISTS ${name} (number BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, ` +
          'started TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)',
      );
      const { lastInsertId } = await runStatement(lease.connection, `INSERT INTO ${name} () VALUES ()`);
      lease.release();
      return lastInsertId % (1n << processBits);
    } catch (error) {
      lease.discard();
      throw error;
    }
  }
}
