// Branches over connections that answer as told, and remember what they were asked.
import type { BackendConnection, Lease, ResponseReceiver, Terminal } from '../../../src/backend/contract.ts';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { Branch } from '../../../src/session/transaction/branch.ts';

/** What a statement meets: an error, or the end of the connection. Everything else is OK. */
export type Fate = SqlError | 'lost';

const inTransaction = 1;

export class FakeConnection implements BackendConnection {
  readonly id = 1;
  readonly shardId: string;
  readonly threadId = 7;
  readonly charsetSql = '';
  readonly sendsUtf8 = true;
  readonly sent: string[] = [];
  readonly #log: string[];
  readonly #fates: Readonly<Record<string, Fate>>;
  alive = true;
  status = inTransaction;
  pending = 0;

  /** `fates` by the statement's first words; `log` is shared by all connections, to see the order. */
  constructor(shardId: string, log: string[], fates: Readonly<Record<string, Fate>> = {}) {
    this.shardId = shardId;
    this.#log = log;
    this.#fates = fates;
  }

  send(payload: Buffer, receiver: ResponseReceiver): void {
    const sql = payload.toString('latin1', 1);
    this.sent.push(sql);
    this.#log.push(`${this.shardId}: ${sql}`);
    this.pending++;
    setImmediate(() => this.#answer(sql, receiver));
  }

  #answer(sql: string, receiver: ResponseReceiver): void {
    this.pending--;
    const fate = Object.entries(this.#fates).find(([start]) => sql.startsWith(start))?.[1] ?? null;
    if (fate === 'lost') this.destroy();
    if (!this.alive) {
      receiver.lost(new SqlError(2013, '08S01', 'lost'));
      return;
    }
    if (fate === null && /^(COMMIT|ROLLBACK|XA COMMIT|XA ROLLBACK)/.test(sql)) this.status = 0;
    const error = fate === 'lost' ? null : fate;
    const terminal: Terminal = {
      kind: error === null ? 'ok' : 'error',
      affectedRows: 0n,
      lastInsertId: 0n,
      warnings: 0,
      status: this.status,
      info: '',
      error,
    };
    receiver.end(Buffer.alloc(0), 0, terminal);
  }

  sendPackets(): void {}
  sendSilent(): void {}
  pause(): void {}
  resume(): void {}

  destroy(): void {
    this.alive = false;
  }
}

export interface FakeBranch {
  readonly branch: Branch;
  readonly connection: FakeConnection;
  /** How its lease ended. */
  ended(): 'released' | 'discarded' | null;
}

export function fakeBranch(
  shardId: string,
  log: string[],
  options: {
    readonly xid?: string;
    readonly writer?: boolean;
    readonly fates?: Readonly<Record<string, Fate>>;
  } = {},
): FakeBranch {
  const connection = new FakeConnection(shardId, log, options.fates);
  let end: 'released' | 'discarded' | null = null;
  const lease: Lease = {
    connection,
    release() {
      end = 'released';
    },
    discard() {
      end = 'discarded';
    },
    resetAndRelease() {
      throw new Error('never reset');
    },
  };
  const branch = new Branch(shardId, lease, options.writer ?? true, options.xid ?? null, async () => {});
  return { branch, connection, ended: () => end };
}
