// Shardgate over four servers beside one plain server with the same tables: what every client is tried on.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type FoundServers,
  findServers,
  openServers,
  sourcesFromEnvironment,
} from '../../src/cli/servers/choose-servers.ts';
import { freePort } from '../../src/cli/servers/free-port.ts';
import type { RunningServer } from '../../src/cli/servers/server-provider.ts';
import { connectAsAdmin, waitUntilReady } from '../../src/cli/servers/wait-until-ready.ts';
import { mysqlLane } from '../support/mysql-lane.ts';
import { mainSchema, refillStatements, shopSchema, shopVschema } from './shop.ts';

export interface CompatStage {
  /** MySQL port of Shardgate on 127.0.0.1; user and password `app`, databases `shop` and `main`. */
  readonly shardgatePort: number;
  /** The same of the one plain server. */
  readonly serverPort: number;
  /** Empties all tables on both sides and fills them with the same rows. */
  refill(): Promise<void>;
  close(): Promise<void>;
}

const ranges = ['-40', '40-80', '80-c0', 'c0-'] as const;
const startTimeoutMs = 20_000;
const account = { user: 'app', password: 'app' } as const;

type CleanUps = (() => Promise<unknown>)[];

/** Rejects when no server can be started here; nothing is left running then. */
export async function openStage(): Promise<CompatStage> {
  const cleanUps: CleanUps = [];
  const close = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    return await build(cleanUps, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(cleanUps: CleanUps, close: () => Promise<void>): Promise<CompatStage> {
  const provider = openServers(await serversFromEnvironment());
  const start = async (name: string): Promise<RunningServer> => {
    const server = await provider.start({ name, dataDirectory: null, port: 0, durable: false });
    cleanUps.push(() => server.stop());
    return server;
  };
  const shards: RunningServer[] = [];
  for (const [index] of ranges.entries()) shards.push(await start(`compat-s${index}`));
  const plain = await start('compat-plain');
  for (const [index, server] of shards.entries()) await createDatabase(server, `shop_${index}`, shopSchema());
  const [first] = shards;
  if (first === undefined) throw new Error('there are four shards');
  await createDatabase(first, 'main_0', mainSchema());
  await createDatabase(plain, 'shop', shopSchema());
  await createDatabase(plain, 'main', mainSchema());
  const shardgatePort = await startShardgate(shards, first, cleanUps);
  return {
    shardgatePort,
    serverPort: plain.port,
    refill: async () => {
      for (const port of [shardgatePort, plain.port]) await refill(port);
    },
    close,
  };
}

/** As for the tests: SHARDGATE_SERVERS names sources, `mysql` is MySQL from Debian unstable. */
async function serversFromEnvironment(): Promise<FoundServers> {
  const wanted = process.env['SHARDGATE_SERVERS'];
  const directory = resolve('.shardgate');
  const progress = (step: string): void => void process.stderr.write(`${step} ...\n`);
  if (wanted !== 'mysql')
    return findServers({ directory, sources: sourcesFromEnvironment(wanted), progress });
  const { binaries } = await mysqlLane(join(directory, 'mysql'), progress);
  return { kind: 'local', binaries, templatesDirectory: join(directory, 'templates') };
}

async function createDatabase(server: RunningServer, database: string, schema: string): Promise<void> {
  const admin = await connectAsAdmin(server.admin);
  try {
    await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
    await admin.query("CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY 'app'");
    await admin.query(`GRANT ALL PRIVILEGES ON ${database}.* TO app@'%'`);
    await admin.query(`USE ${database}`);
    await admin.query(schema);
  } finally {
    await admin.end();
  }
}

async function startShardgate(
  shards: readonly RunningServer[],
  mainServer: RunningServer,
  cleanUps: CleanUps,
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'shardgate-compat-'));
  cleanUps.push(async () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'shop.vschema.json'), JSON.stringify(shopVschema()));
  const port = await freePort();
  const file = join(directory, 'shardgate.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(await configuration(port, shards, mainServer)));
  const child = fork(resolve('dist/main.js'), ['serve', '--config', file]);
  const exited = new Promise<void>((ended) => child.once('exit', () => ended()));
  cleanUps.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const why = await waitUntilReady({ host: '127.0.0.1', port, ...account }, exited, startTimeoutMs);
  if (why !== null) throw new Error(`Shardgate does not start: ${why}`);
  return port;
}

async function configuration(
  port: number,
  shards: readonly RunningServer[],
  mainServer: RunningServer,
): Promise<object> {
  const primary = (server: RunningServer, database: string): object => ({
    primary: { host: server.host, port: server.port, database, ...account },
  });
  const ranged = shards.map((server, index) => [ranges[index], primary(server, `shop_${index}`)]);
  return {
    listen: { host: '127.0.0.1', port },
    admin: { host: '127.0.0.1', port: await freePort() },
    users: [{ name: account.user, password: account.password }],
    keyspaces: {
      shop: { vschema: 'shop.vschema.json', shards: Object.fromEntries(ranged) },
      main: { shards: { '-': primary(mainServer, 'main_0') } },
    },
    log: { level: 'error' },
  };
}

async function refill(port: number): Promise<void> {
  const admin = await connectAsAdmin({ host: '127.0.0.1', port, ...account });
  try {
    for (const statement of refillStatements()) await admin.query(statement);
  } finally {
    await admin.end();
  }
}
