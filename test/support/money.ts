// Clients move money between shards while processes die: what a transaction mode is worth, in numbers.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { freePort } from '../../src/cli/servers/free-port.ts';
import type { RunningServer, ServerProvider } from '../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../src/cli/servers/wait-until-ready.ts';
import { type CrashPoint, crashPoints } from '../../src/session/transaction/crash-points.ts';

export interface MoneyOptions {
  readonly provider: ServerProvider;
  readonly mode: 'multi' | 'twopc';
  /** At least so long, and until each point has struck. */
  readonly seconds: number;
  readonly clients: number;
  readonly accounts: number;
  /** Each proxy process kills itself at the next of the named points: after so long, or at so many passes of it. */
  readonly proxyLives: { readonly ms: number } | { readonly passes: number };
  /** After so long it is killed from outside, where no commit of two phases runs or everybody waits. */
  readonly proxyLivesMsMax: number;
  /** A shard is killed and started again so often; null: never. */
  readonly shardKillEveryMs: number | null;
  readonly progress: (line: string) => void;
}

export interface MoneyReport {
  readonly acknowledged: number;
  readonly failed: number;
  /** Failed transfers and logins by the start of their message. */
  readonly errors: Readonly<Record<string, number>>;
  readonly proxyKills: Readonly<Record<string, number>>;
  readonly shardKills: number;
  /** By how much the sum of all balances is off. */
  readonly sumOff: number;
  /** Acknowledged transfers that are not there. */
  readonly lost: number;
  /** Transfers whose parts do not add up: one account changed, another not. */
  readonly torn: number;
  /** Milliseconds from the last start until no branch was prepared anywhere; null: not within 30 s. */
  readonly resolvedAfterMs: number | null;
}

const ranges = ['-40', '40-80', '80-c0', 'c0-'] as const;
const account = { user: 'app', password: 'app' } as const;
const startBalance = 1000;
const resolveWithinMs = 30_000;

const schema = `
CREATE TABLE accounts (id BIGINT NOT NULL PRIMARY KEY, balance BIGINT NOT NULL);
CREATE TABLE entries (account BIGINT NOT NULL, transfer BIGINT NOT NULL, amount BIGINT NOT NULL, PRIMARY KEY (account, transfer));
`;
const vschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' } },
  tables: {
    accounts: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    entries: { column_vindexes: [{ column: 'account', name: 'hash' }] },
  },
};

export async function runMoney(options: MoneyOptions): Promise<MoneyReport> {
  const directory = await mkdtemp(join(tmpdir(), 'shardgate-money-'));
  const world = new World(options, directory);
  try {
    await world.start();
    await world.play();
    return await world.report();
  } finally {
    await world.close();
    await rm(directory, { recursive: true, force: true });
  }
}

class World {
  readonly #options: MoneyOptions;
  readonly #directory: string;
  readonly #shards: RunningServer[] = [];
  readonly #acknowledged = new Set<number>();
  readonly #kills = new Map<string, number>();
  readonly #errors = new Map<string, number>();
  #mysqlPort = 0;
  #proxy: ChildProcess | null = null;
  #output = '';
  #failed = 0;
  #transfers = 0;
  #shardKills = 0;
  #over = false;

  constructor(options: MoneyOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
  }

  async start(): Promise<void> {
    for (const [index] of ranges.entries()) this.#shards.push(await this.#startShard(index, 0));
    for (const shard of this.#shards) await createDatabase(shard);
    await this.#writeConfig();
    await this.#startProxy(null);
    const client = await this.#connect();
    const ids = Array.from({ length: this.#options.accounts }, (_, id) => id);
    await client.query(
      `INSERT INTO accounts VALUES ${ids.map((id) => `(${id}, ${startBalance})`).join(', ')}`,
    );
    client.destroy();
    await this.#endProxy();
  }

  #startShard(index: number, port: number): Promise<RunningServer> {
    const dataDirectory = join(this.#directory, `s${index}`);
    return this.#options.provider.start({ name: `s${index}`, dataDirectory, port, durable: true });
  }

  async #writeConfig(): Promise<void> {
    this.#mysqlPort = await freePort();
    const primary = ({ host, port }: RunningServer): object => ({
      primary: { host, port, database: 'shop', ...account },
    });
    const config = {
      listen: { host: '127.0.0.1', port: this.#mysqlPort },
      admin: { host: '127.0.0.1', port: await freePort() },
      users: [{ name: 'app', password: 'app' }],
      keyspaces: {
        shop: {
          vschema: 'shop.vschema.json',
          shards: Object.fromEntries(this.#shards.map((shard, index) => [ranges[index], primary(shard)])),
        },
      },
      transactions: { mode: this.#options.mode },
      log: { level: 'warn' },
    };
    await writeFile(join(this.#directory, 'shop.vschema.json'), JSON.stringify(vschema));
    await writeFile(join(this.#directory, 'shardgate.yaml'), JSON.stringify(config));
  }

  /** `point`: where it kills itself; null: nowhere. Resolves when it answers. */
  async #startProxy(point: CrashPoint | null): Promise<void> {
    const main = join(process.cwd(), 'dist', 'main.js');
    if (!existsSync(main)) throw new Error('dist/ is missing: npm run build');
    const { proxyLives } = this.#options;
    const when = 'ms' in proxyLives ? `@${proxyLives.ms}` : `:${proxyLives.passes}`;
    const crash = point === null ? {} : { SHARDGATE_CRASH_AT: `${point}${when}` };
    const child = spawn(
      process.execPath,
      [main, 'serve', '--config', join(this.#directory, 'shardgate.yaml')],
      {
        env: { ...process.env, ...crash },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    this.#proxy = child;
    for (let attempt = 0; child.exitCode === null && child.signalCode === null; attempt++) {
      try {
        (await this.#connect()).destroy();
        return;
      } catch (error) {
        if (attempt > 400) throw error;
        await sleep(25);
      }
    }
    // A point may strike while the first clients are back already.
    if (child.signalCode !== 'SIGKILL') throw new Error(`the proxy ended:\n${this.#output}`);
  }

  async #endProxy(): Promise<void> {
    const child = this.#proxy;
    this.#proxy = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  #connect(): Promise<Connection> {
    return createConnection({
      host: '127.0.0.1',
      port: this.#mysqlPort,
      ...account,
      database: 'shop',
      connectTimeout: 2_000,
    });
  }

  async play(): Promise<void> {
    const { seconds, clients, shardKillEveryMs } = this.#options;
    const endAtMs = performance.now() + seconds * 1000;
    const work = Array.from({ length: clients }, () => this.#client());
    const chaos = [this.#killProxies(endAtMs)];
    if (shardKillEveryMs !== null) chaos.push(this.#killShards(endAtMs, shardKillEveryMs));
    const over = (): void => {
      this.#over = true;
    };
    // Whoever fails ends it for all: nobody starts a process that nobody would stop.
    for (const one of chaos) one.catch(over);
    const ends = await Promise.allSettled(chaos);
    over();
    await Promise.all(work);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** One process after the other, each with another of the points. */
  async #killProxies(endAtMs: number): Promise<void> {
    for (let round = 0; !this.#over && (performance.now() < endAtMs || round < crashPoints.length); round++) {
      const point = crashPoints[round % crashPoints.length] ?? 'beforePrepare';
      await this.#startProxy(point);
      const servesSinceMs = performance.now();
      const child = this.#proxy;
      if (child === null) throw new Error('no proxy');
      const exited = child.exitCode !== null || child.signalCode !== null ? null : once(child, 'exit');
      let how: string = point;
      const timer = setTimeout(() => {
        how = 'outside';
        child.kill('SIGKILL');
      }, this.#options.proxyLivesMsMax);
      await exited;
      clearTimeout(timer);
      this.#kills.set(how, (this.#kills.get(how) ?? 0) + 1);
      this.#options.progress(
        `killed at ${how} after ${Math.round(performance.now() - servesSinceMs)} ms of service; ${this.#acknowledged.size} acknowledged, ${this.#failed} failed`,
      );
    }
    if (!this.#over) await this.#startProxy(null);
  }

  async #killShards(endAtMs: number, everyMs: number): Promise<void> {
    for (let round = 0; !this.#over && performance.now() + everyMs < endAtMs; round++) {
      await sleep(everyMs);
      const index = round % this.#shards.length;
      const shard = this.#shards[index];
      if (shard === undefined) continue;
      const { port } = shard;
      await shard.crash();
      this.#shardKills++;
      await sleep(300);
      this.#shards[index] = await this.#startShard(index, port);
      this.#options.progress(`shard ${ranges[index]} killed and back`);
    }
  }

  async #client(): Promise<void> {
    while (!this.#over) {
      let connection: Connection | null = null;
      try {
        connection = await this.#connect();
        connection.on('error', () => {});
        await connection.query('SET innodb_lock_wait_timeout = 2');
        while (!this.#over) await this.#transfer(connection);
      } catch (error) {
        this.#failed++;
        const text = error instanceof Error ? error.message.slice(0, 60) : String(error);
        this.#errors.set(text, (this.#errors.get(text) ?? 0) + 1);
        await sleep(20);
      } finally {
        connection?.destroy();
      }
    }
  }

  async #transfer(connection: Connection): Promise<void> {
    const { accounts } = this.#options;
    // Two or three accounts, on up to three shards, in any order.
    const [source, ...targets] = distinct(accounts, 2 + Math.floor(Math.random() * 2));
    const amount = 1 + Math.floor(Math.random() * 10);
    const id = ++this.#transfers;
    const changes = [[source, -amount * targets.length], ...targets.map((target) => [target, amount])];
    await connection.beginTransaction();
    for (const [one, change] of changes) {
      await connection.query('UPDATE accounts SET balance = balance + ? WHERE id = ?', [change, one]);
      await connection.query('INSERT INTO entries VALUES (?, ?, ?)', [one, id, change]);
    }
    await connection.commit();
    this.#acknowledged.add(id);
  }

  async report(): Promise<MoneyReport> {
    const startedAtMs = performance.now();
    let resolvedAfterMs: number | null = null;
    while (resolvedAfterMs === null && performance.now() - startedAtMs < resolveWithinMs) {
      if (await this.#nothingPrepared()) resolvedAfterMs = performance.now() - startedAtMs;
      else await sleep(50);
    }
    const { sum, entries } = await this.#read();
    return {
      acknowledged: this.#acknowledged.size,
      failed: this.#failed,
      errors: Object.fromEntries(this.#errors),
      proxyKills: Object.fromEntries(this.#kills),
      shardKills: this.#shardKills,
      sumOff: sum - this.#options.accounts * startBalance,
      lost: [...this.#acknowledged].filter((id) => !entries.has(id)).length,
      torn: [...entries.values()].filter((total) => total !== 0).length,
      resolvedAfterMs: resolvedAfterMs === null ? null : Math.round(resolvedAfterMs),
    };
  }

  async #nothingPrepared(): Promise<boolean> {
    const counts = this.#shards.map(async (shard) => {
      const admin = await connectAsAdmin(shard.admin);
      const [rows] = await admin.query<RowDataPacket[]>('XA RECOVER');
      admin.destroy();
      return rows.length;
    });
    return (await Promise.all(counts)).every((count) => count === 0);
  }

  /** From the servers themselves, not through the proxy under test. */
  async #read(): Promise<{ readonly sum: number; readonly entries: ReadonlyMap<number, number> }> {
    let sum = 0;
    const entries = new Map<number, number>();
    for (const shard of this.#shards) {
      const admin = await connectAsAdmin(shard.admin, 'shop');
      const [balances] = await admin.query<RowDataPacket[]>('SELECT SUM(balance) AS total FROM accounts');
      sum += Number(balances[0]?.['total'] ?? 0);
      const [rows] = await admin.query<RowDataPacket[]>('SELECT transfer, amount FROM entries');
      for (const row of rows) {
        const id = Number(row['transfer']);
        entries.set(id, (entries.get(id) ?? 0) + Number(row['amount']));
      }
      admin.destroy();
    }
    return { sum, entries };
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#endProxy();
    await Promise.all(this.#shards.map((shard) => shard.stop()));
  }
}

/** So many different numbers below `below`. */
function distinct(below: number, count: number): readonly number[] {
  const numbers = new Set<number>();
  while (numbers.size < count) numbers.add(Math.floor(Math.random() * below));
  return [...numbers];
}

async function createDatabase(server: RunningServer): Promise<void> {
  const admin = await connectAsAdmin(server.admin);
  await admin.query('CREATE DATABASE shop CHARACTER SET utf8mb4');
  await admin.query("CREATE USER app@'%' IDENTIFIED BY 'app'");
  await admin.query("GRANT ALL PRIVILEGES ON shop.* TO app@'%'");
  const [[version]] = await admin.query<RowDataPacket[]>("SELECT VERSION() LIKE '%MariaDB%' AS isMariadb");
  if (version?.['isMariadb'] !== 1) await admin.query("GRANT XA_RECOVER_ADMIN ON *.* TO app@'%'");
  const [rows] = await admin.query<RowDataPacket[]>('SELECT VERSION() AS version');
  if (!String(rows[0]?.['version']).includes('MariaDB'))
    await admin.query("GRANT XA_RECOVER_ADMIN ON *.* TO app@'%'");
  await admin.query('USE shop');
  await admin.query(schema);
  await admin.end();
}
