// Numbers from sequence tables: blocks taken from the table, given out by this process. Gaps happen, duplicates never.
import type { Gateway } from '../../backend/contract.ts';
import type { SequenceSource } from '../../engine/contract.ts';
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { VSchema } from '../../vschema/model.ts';
import { resolveTable } from '../../vschema/resolve.ts';
import { runStatement } from '../servers/backend-command.ts';
import { readResult } from '../servers/backend-read.ts';
import { NumberBlock } from './number-block.ts';
import { Snowflakes } from './snowflakes.ts';

/** The table behind a sequence. */
interface SequenceTable {
  readonly name: string;
  readonly shardId: string;
  readonly sql: string;
}

interface SequenceState {
  readonly block: NumberBlock;
  /** Requests are served one after the other. */
  turn: Promise<unknown>;
}

const defaultLease = {
  settings: { key: '', values: new Map<string, string>() },
  clientFlags: 0,
  role: 'primary',
} as const;

/** One for the process. `gateway` must not be the one whose connections sessions hold while they wait for numbers. */
export class Sequences implements SequenceSource {
  readonly #gateway: Gateway;
  readonly #vschema: () => VSchema;
  readonly #states = new Map<string, SequenceState>();
  readonly #snowflakes: Snowflakes;

  constructor(gateway: Gateway, vschema: () => VSchema) {
    this.#gateway = gateway;
    this.#vschema = vschema;
    this.#snowflakes = new Snowflakes(gateway);
  }

  async reserve(keyspace: string, sequence: string, count: number, signal: AbortSignal): Promise<bigint> {
    const table = this.#table(keyspace, sequence);
    return this.#inTurn(table, async ({ block }) => {
      const wanted = BigInt(count);
      if (block.left < wanted) block.add(await this.#fetch(table, wanted - block.left, signal));
      // What was left did not join the new block: then a whole block is needed.
      if (block.left < wanted) block.add(await this.#fetch(table, wanted, signal));
      return block.take(wanted);
    });
  }

  async skip(keyspace: string, sequence: string, used: bigint, signal: AbortSignal): Promise<void> {
    const table = this.#table(keyspace, sequence);
    await this.#inTurn(table, async ({ block }) => {
      if (!block.skip(used)) return;
      const next = used + 1n;
      await this.#withTable(table, signal, (connection) =>
        runStatement(
          connection,
          `UPDATE ${table.sql} SET next_id = ${next} WHERE id = 0 AND next_id < ${next}`,
        ),
      );
      block.tableIsAt(next);
    });
  }

  snowflakes(shardId: string, count: number, signal: AbortSignal): Promise<readonly bigint[]> {
    return this.#snowflakes.take(shardId, this.#database(shardId), count, signal);
  }

  #database(shardId: string): string {
    return this.#gateway.database(shardId);
  }

  #inTurn<T>(table: SequenceTable, body: (state: SequenceState) => Promise<T>): Promise<T> {
    const key = `${table.shardId} ${table.sql}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = { block: new NumberBlock(), turn: Promise.resolve() };
      this.#states.set(key, state);
    }
    const held = state;
    const result = held.turn.then(() => body(held));
    held.turn = result.catch(() => {});
    return result;
  }

  /** The next numbers of the table, at least so many; they are this process's once the UPDATE is committed. */
  async #fetch(
    table: SequenceTable,
    count: bigint,
    signal: AbortSignal,
  ): Promise<{ readonly first: bigint; readonly count: bigint }> {
    return this.#withTable(table, signal, async (connection) => {
      const begun = runStatement(connection, 'START TRANSACTION');
      const reading = readResult(
        connection,
        `SELECT next_id, cache FROM ${table.sql} WHERE id = 0 FOR UPDATE`,
      );
      await Promise.all([begun, reading]);
      const [row] = (await reading).rows;
      const first = numberOf(row?.[0]);
      const cache = numberOf(row?.[1]);
      if (first === null || cache === null) {
        await runStatement(connection, 'ROLLBACK');
        throw shardgateError('SG6041', { sequence: table.name, why: 'its table has no row with id 0' });
      }
      const taken = cache > count ? cache : count;
      await runStatement(connection, `UPDATE ${table.sql} SET next_id = ${first + taken} WHERE id = 0`);
      await runStatement(connection, 'COMMIT');
      return { first, count: taken };
    });
  }

  async #withTable<T>(
    table: SequenceTable,
    signal: AbortSignal,
    body: (connection: Awaited<ReturnType<Gateway['lease']>>['connection']) => Promise<T>,
  ): Promise<T> {
    const lease = await this.#gateway.lease(table.shardId, { ...defaultLease, signal });
    try {
      const result = await body(lease.connection);
      lease.release();
      return result;
    } catch (error) {
      // Closing rolls back whatever was begun.
      lease.discard();
      const isOurs = error instanceof SqlError && error.id !== null;
      if (isOurs || !(error instanceof SqlError)) throw error;
      throw shardgateError('SG6041', { sequence: table.name, why: `${error.errno} ${error.message}` });
    }
  }

  /** `keyspace.table`, or `table` of the keyspace itself or else of the one other that has it. */
  #table(keyspace: string, sequence: string): SequenceTable {
    const dot = sequence.indexOf('.');
    const name = sequence.slice(dot + 1);
    const home = dot < 0 ? this.#homeOf(keyspace, name) : sequence.slice(0, dot);
    const known = this.#vschema().keyspaces.get(home);
    const table = known?.tables.get(name);
    const { shards } = known?.shardMap ?? { shards: [] };
    const shard =
      table?.pinnedShard === null || table === undefined
        ? shards[0]
        : shards.find((one) => one.name === table.pinnedShard);
    if (shard === undefined || (shards.length > 1 && table?.pinnedShard === null)) {
      throw shardgateError('SG6041', { sequence, why: 'its table is on no single shard' });
    }
    const sql = `${quoteIdentifier(shard.database)}.${quoteIdentifier(name)}`;
    return { name: sequence, shardId: shard.id, sql };
  }

  #homeOf(keyspace: string, table: string): string {
    const found = resolveTable(this.#vschema(), keyspace, null, table);
    return typeof found === 'string' ? keyspace : found.keyspace;
  }
}

function numberOf(text: string | null | undefined): bigint | null {
  return text === null || text === undefined || !/^-?\d+$/.test(text) ? null : BigInt(text);
}
