// Clients that come, read and go while connections are killed and tables locked: every answer must be of the row asked for.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { type App, startApp } from '../../src/app.ts';
import { freePort } from '../../src/cli/servers/free-port.ts';
import type { RunningServer, ServerProvider } from '../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../src/cli/servers/wait-until-ready.ts';
import { parseConfig } from '../../src/config.ts';

export interface ReadsOptions {
  readonly provider: ServerProvider;
  readonly seconds: number;
  readonly clients: number;
}

export interface ReadsReport {
  readonly answered: number;
  /** Connections killed, clients gone, locks held for a moment. */
  readonly disturbances: number;
  readonly heapMegabytes: number;
  /** Wrong answers, answers that never came, connections that did not come back. */
  readonly problems: readonly string[];
}

const rowCount = 1000;
const account = { user: 'app', password: 'app' } as const;
const answerWithinMs = 10_000;
const ranges = ['-80', '80-'] as const;

/** What the row of an id holds. */
function bodyOf(id: number): string {
  return String.fromCharCode(97 + (id % 26)).repeat((id * 37) % 3000);
}

export async function runReads(options: ReadsOptions): Promise<ReadsReport> {
  const directory = await mkdtemp(join(tmpdir(), 'shardgate-soak-'));
  const server = await options.provider.start({
    name: 'soak',
    dataDirectory: null,
    port: 0,
    durable: false,
  });
  const admin = await connectAsAdmin(server.admin);
  try {
    await createShards(admin);
    const app = await startProxy(server, directory);
    try {
      return await new ReadSoak(options, app, admin).run();
    } finally {
      await app.close();
    }
  } finally {
    admin.destroy();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function createShards(admin: Connection): Promise<void> {
  await admin.query("CREATE USER app@'%' IDENTIFIED BY 'app'");
  await admin.query("GRANT ALL PRIVILEGES ON *.* TO app@'%'");
  for (const shard of ranges.keys()) {
    await admin.query(`CREATE DATABASE soak_${shard}`);
    await admin.query(`CREATE TABLE soak_${shard}.points (id BIGINT PRIMARY KEY, body TEXT)`);
  }
}

async function startProxy({ host, port }: RunningServer, directory: string): Promise<App> {
  const vschema = {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: { points: { column_vindexes: [{ column: 'id', name: 'hash' }] } },
  };
  await writeFile(join(directory, 'soak.vschema.json'), JSON.stringify(vschema));
  const shards = ranges.map((range, index) => [
    range,
    { primary: { host, port, ...account, database: `soak_${index}` } },
  ]);
  const config = {
    listen: { host: '127.0.0.1', port: await freePort() },
    admin: { host: '127.0.0.1', port: await freePort() },
    users: [{ name: account.user, password: account.password }],
    keyspaces: { soak: { vschema: 'soak.vschema.json', shards: Object.fromEntries(shards) } },
    pool: { maxPerShard: 6 },
    log: { level: 'error' },
  };
  return startApp(parseConfig(JSON.stringify(config), { file: join(directory, 'shardgate.yaml') }));
}

class ReadSoak {
  readonly #options: ReadsOptions;
  readonly #app: App;
  readonly #admin: Connection;
  readonly #clients = new Set<Client>();
  readonly #problems: string[] = [];
  #answered = 0;
  #disturbances = 0;
  #endAtMs = 0;

  constructor(options: ReadsOptions, app: App, admin: Connection) {
    this.#options = options;
    this.#app = app;
    this.#admin = admin;
  }

  async run(): Promise<ReadsReport> {
    await this.#fill();
    this.#endAtMs = performance.now() + this.#options.seconds * 1000;
    const clients = Array.from({ length: this.#options.clients }, () => this.#comeAndGo());
    await Promise.all([...clients, this.#disturb()]);
    await this.#expectQuiet();
    const { heapUsed } = process.memoryUsage();
    return {
      answered: this.#answered,
      disturbances: this.#disturbances,
      heapMegabytes: heapUsed / (1 << 20),
      problems: this.#problems,
    };
  }

  get #goesOn(): boolean {
    return performance.now() < this.#endAtMs;
  }

  async #fill(): Promise<void> {
    const client = await Client.connect(this.#app.mysqlPort);
    for (let first = 0; first < rowCount; first += 100) {
      const rows = Array.from({ length: 100 }, (_, at) => `(${first + at}, '${bodyOf(first + at)}')`);
      await client.query(`INSERT INTO points VALUES ${rows.join(',')}`);
    }
    client.leave();
  }

  async #comeAndGo(): Promise<void> {
    while (this.#goesOn) {
      const client = await Client.connect(this.#app.mysqlPort);
      this.#clients.add(client);
      const steps = Math.floor(Math.random() * 400);
      try {
        for (let step = 0; step < steps && this.#goesOn; step++) await this.#step(client);
      } catch (error) {
        // Connections are killed and clients closed on purpose: only silence is a fault.
        if (error instanceof NoAnswer) this.#problems.push(error.message);
      }
      this.#clients.delete(client);
      client.leave();
    }
  }

  async #step(client: Client): Promise<void> {
    const id = Math.floor(Math.random() * rowCount * 1.1);
    const turn = Math.random();
    if (turn < 0.02) {
      await client.query(`SET time_zone = '+0${id % 5}:00'`);
      return;
    }
    const sql = 'SELECT id, body FROM points WHERE id = ';
    const rows = turn < 0.5 ? await client.query(`${sql}${id}`) : await client.execute(`${sql}?`, [id]);
    this.#answered++;
    const [row] = rows;
    const isRight =
      id < rowCount
        ? rows.length === 1 && row?.['id'] === id && row['body'] === bodyOf(id)
        : rows.length === 0;
    if (!isRight) this.#problems.push(`row ${id} was answered with ${JSON.stringify(rows).slice(0, 200)}`);
  }

  /** One disturbance after the other, a few a second. */
  async #disturb(): Promise<void> {
    while (this.#goesOn) {
      await sleep(100);
      this.#disturbances++;
      const turn = Math.random();
      if (turn < 0.5) await this.#killOne(turn < 0.3 ? 'KILL' : 'KILL QUERY');
      else if (turn < 0.6) {
        await this.#admin.query('LOCK TABLES soak_0.points WRITE');
        await sleep(Math.random() * 200);
        await this.#admin.query('UNLOCK TABLES');
      } else {
        const clients = [...this.#clients];
        clients[Math.floor(Math.random() * clients.length)]?.leave();
      }
    }
  }

  async #killOne(kill: string): Promise<void> {
    const [rows] = await this.#admin.query<RowDataPacket[]>(
      "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'app'",
    );
    const victim = rows[Math.floor(Math.random() * rows.length)];
    // It may be gone by now.
    if (victim !== undefined) await this.#admin.query(`${kill} ${victim['id']}`).catch(() => {});
  }

  /** Everybody has left: no connection may still be lent out. */
  async #expectQuiet(): Promise<void> {
    const lent = (): number => this.#app.sources.pools().pools.reduce((sum, { active }) => sum + active, 0);
    const deadlineMs = performance.now() + answerWithinMs;
    while (lent() > 0 && performance.now() < deadlineMs) await sleep(50);
    if (lent() > 0) this.#problems.push(`${lent()} connections were not given back`);
  }
}

class NoAnswer extends Error {}

/** A client that notices when it was made to leave, and when an answer does not come. */
class Client {
  readonly #connection: Connection;
  readonly #left: Promise<never>;
  #leaving: (error: Error) => void = () => {};

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.#left = new Promise((_, reject) => {
      this.#leaving = reject;
    });
    this.#left.catch(() => {});
    connection.on('error', () => {});
  }

  static async connect(port: number): Promise<Client> {
    return new Client(await createConnection({ host: '127.0.0.1', port, ...account, database: 'soak' }));
  }

  query(sql: string): Promise<RowDataPacket[]> {
    return this.#answer(this.#connection.query<RowDataPacket[]>(sql), sql);
  }

  execute(sql: string, values: readonly number[]): Promise<RowDataPacket[]> {
    return this.#answer(this.#connection.execute<RowDataPacket[]>(sql, [...values]), sql);
  }

  leave(): void {
    this.#leaving(new Error('left'));
    this.#connection.destroy();
  }

  async #answer(answer: Promise<[RowDataPacket[], unknown]>, sql: string): Promise<RowDataPacket[]> {
    const waiting = new AbortController();
    const late = sleep(answerWithinMs, undefined, { signal: waiting.signal }).then(() => {
      throw new NoAnswer(`no answer within ${answerWithinMs} ms: ${sql}`);
    });
    late.catch(() => {});
    try {
      const [rows] = await Promise.race([answer, this.#left, late]);
      return rows;
    } finally {
      waiting.abort();
    }
  }
}
