// Two Shardgate processes give out numbers of one sequence while they are killed: no number comes twice.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { startCluster } from './cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from './demo-shop.ts';
import { configFolder, demoConfig, type ServeConfig, type Serving, serve } from './product.ts';

export interface DrawOptions {
  /** At least so many numbers in all. */
  readonly numbers: number;
  readonly clientsPerProxy: number;
  /** Kills, one proxy after the other, spread evenly over the numbers; each proxy comes back. */
  readonly kills: number;
}

export interface DrawReport {
  readonly drawn: number;
  readonly different: number;
  readonly kills: number;
}

const mainSchema = `${demoMainSchema()}
CREATE TABLE seq (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT);
INSERT INTO seq VALUES (0, 1, 100);
`;
const greatestDraw = 7;

export async function drawNumbers(options: DrawOptions): Promise<DrawReport> {
  const cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema,
    oracle: false,
  });
  const folder = await configFolder();
  const proxies: Served[] = [];
  try {
    for (const name of ['one', 'two']) {
      const config = await demoConfig(cluster.shards);
      proxies.push(new Served(await folder.write(`${name}.yaml`, JSON.stringify(config.config)), config));
    }
    await Promise.all(proxies.map((proxy) => proxy.start()));
    return await draw(options, proxies);
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.end()));
    await folder.close();
    await cluster.close();
  }
}

class Served {
  readonly #file: string;
  readonly #config: ServeConfig;
  #serving: Serving | null = null;
  /** Changes with each life. */
  life: Promise<unknown> = Promise.resolve();

  constructor(file: string, config: ServeConfig) {
    this.#file = file;
    this.#config = config;
  }

  async start(): Promise<void> {
    this.#serving = await serve(this.#file, this.#config);
  }

  connect(): Promise<Connection> {
    if (this.#serving === null) throw new Error('it does not serve');
    return this.#serving.connect();
  }

  /** SIGKILL, and back. */
  restart(): Promise<unknown> {
    const dying = this.#serving;
    this.#serving = null;
    // Its clients must learn of it by their own connections.
    dying?.process.kill('SIGKILL');
    this.life = (dying?.exited ?? Promise.resolve()).then(() => this.start());
    return this.life;
  }

  async end(): Promise<void> {
    await this.#serving?.kill();
    this.#serving = null;
  }
}

async function draw(
  { numbers, clientsPerProxy, kills }: DrawOptions,
  proxies: readonly Served[],
): Promise<DrawReport> {
  const drawn: number[] = [];
  let killed = 0;
  const isOver = () => drawn.length >= numbers && killed >= kills;
  const killWhenDue = async (): Promise<void> => {
    if (killed >= kills || drawn.length < ((killed + 1) * numbers) / (kills + 2)) return;
    const victim = proxies[killed % proxies.length];
    killed++;
    await victim?.restart();
  };
  const client = async (proxy: Served): Promise<void> => {
    while (!isOver()) {
      await proxy.life;
      try {
        const connection = await proxy.connect();
        while (!isOver()) {
          drawn.push(...(await drawOnce(connection)));
          void killWhenDue();
        }
      } catch (error) {
        if (!isLost(error)) throw error;
        // Killed in the middle: what was on its way is a gap.
      }
    }
  };
  await Promise.all(proxies.flatMap((proxy) => Array.from({ length: clientsPerProxy }, () => client(proxy))));
  await Promise.all(proxies.map((proxy) => proxy.life));
  return { drawn: drawn.length, different: new Set(drawn).size, kills: killed };
}

function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  const isClosed = error.message.includes('closed state');
  return isClosed || /^(ECONNREFUSED|ECONNRESET|EPIPE|PROTOCOL_CONNECTION_LOST)$/.test(code);
}

async function drawOnce(connection: Connection): Promise<readonly number[]> {
  const count = 1 + Math.floor(Math.random() * greatestDraw);
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT NEXT ${count} VALUES FROM main.seq`);
  const first = Number(rows[0]?.['nextval']);
  return Array.from({ length: count }, (_, i) => first + i);
}
