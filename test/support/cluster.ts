// Shardgate over real shards beside one plain server with the same tables: the stage of every integration test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise';
import { type App, type AppOptions, startApp } from '../../src/app.ts';
import { freePort } from '../../src/cli/servers/free-port.ts';
import type { RunningServer } from '../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../src/cli/servers/wait-until-ready.ts';
import { parseConfig } from '../../src/config.ts';
import { testFlavour, testServers } from './test-servers.ts';

export interface ClusterOptions {
  /** Of keyspace `shop`, as Vitess writes it; `demoVschema()` is at hand. */
  readonly vschema: object;
  /** CREATE TABLEs of keyspace `shop`, each ended by a semicolon at a line's end; run on every shard and the oracle. */
  readonly schema: string;
  /** The same for the unsharded keyspace `main`; '' when left out. */
  readonly mainSchema?: string;
  /** Key ranges; the four quarters when left out. */
  readonly shards?: readonly string[];
  /** True: one server process per shard, for tests that stop or freeze one. Else all shards share a process. */
  readonly serverPerShard?: boolean;
  /** False: no oracle. */
  readonly oracle?: boolean;
  /** Top-level keys of the configuration, over ours. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Name of the environment variable that holds the admin token. */
  readonly adminTokenEnv?: string;
  /** Shorter times for recovery of distributed transactions. */
  readonly twopc?: NonNullable<AppOptions['twopc']>;
}

export interface ClusterShard {
  /** `-40`. */
  readonly name: string;
  readonly server: RunningServer;
  /** The shard's database on its server. */
  readonly database: string;
  /** An administrator's connection into that database, past Shardgate. Closed with the cluster. */
  connect(): Promise<Connection>;
}

export interface Cluster {
  readonly mysqlPort: number;
  readonly adminPort: number;
  readonly app: App;
  readonly shards: readonly ClusterShard[];
  /** A connection to Shardgate as user app, in database shop. Closed with the cluster. */
  connect(options?: ConnectionOptions): Promise<Connection>;
  /** The same to the one plain server that holds the same tables, databases shop and main. */
  connectOracle(options?: ConnectionOptions): Promise<Connection>;
  /** Another Shardgate over the same shards, as a second process would be. Closed with the cluster. */
  secondShardgate(): Promise<Pick<Cluster, 'app' | 'connect'>>;
  /** Ends connections, Shardgate and servers. */
  close(): Promise<void>;
}

const quarters = ['-40', '40-80', '80-c0', 'c0-'] as const;
const account = { user: 'app', password: 'app' } as const;

/** Call in `beforeAll`, and `close` in `afterAll`. Cleans up behind itself when it fails. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    return await buildCluster(options, cleanUps, close);
  } catch (error) {
    await close();
    throw error;
  }
}

type CleanUps = (() => Promise<unknown>)[];

async function buildCluster(
  options: ClusterOptions,
  cleanUps: CleanUps,
  close: () => Promise<void>,
): Promise<Cluster> {
  const shardNames = options.shards ?? quarters;
  const names = options.serverPerShard ? shardNames.map((_, index) => `s${index}`) : ['shards'];
  const wanted = [...names, ...(options.oracle === false ? [] : ['oracle'])];
  const servers = await startServers(wanted, cleanUps);
  const serverAt = (name: string): RunningServer => {
    const server = servers.get(name);
    if (server === undefined) throw new Error(`no server called ${name}`);
    return server;
  };
  const track = async (opening: Promise<Connection>): Promise<Connection> => {
    const connection = await opening;
    cleanUps.push(async () => connection.destroy());
    return connection;
  };
  const shards = shardNames.map((name, index): ClusterShard => {
    const server = serverAt(options.serverPerShard ? `s${index}` : 'shards');
    const database = `shop_${index}`;
    return { name, server, database, connect: () => track(connectAsAdmin(server.admin, database)) };
  });
  const mainServer = serverAt(names[0] ?? '');
  for (const shard of shards) await createDatabase(shard.server, shard.database, options.schema);
  await createDatabase(mainServer, 'main_0', options.mainSchema ?? '');
  if (options.oracle !== false) {
    await createDatabase(serverAt('oracle'), 'shop', options.schema);
    await createDatabase(serverAt('oracle'), 'main', options.mainSchema ?? '');
  }
  const app = await startShardgate(options, shards, mainServer, cleanUps);
  const open = (port: number, extra: ConnectionOptions = {}): Promise<Connection> =>
    track(
      createConnection({
        host: '127.0.0.1',
        port,
        ...account,
        database: 'shop',
        charset: 'utf8mb4',
        ...extra,
      }),
    );
  return {
    mysqlPort: app.mysqlPort,
    adminPort: app.adminPort,
    app,
    shards,
    connect: (extra) => open(app.mysqlPort, extra),
    connectOracle: (extra) => open(serverAt('oracle').port, extra),
    secondShardgate: async () => {
      const second = await startShardgate(options, shards, mainServer, cleanUps);
      return { app: second, connect: (extra) => open(second.mysqlPort, extra) };
    },
    close,
  };
}

async function startServers(
  names: readonly string[],
  cleanUps: CleanUps,
): Promise<Map<string, RunningServer>> {
  const provider = await testServers();
  const servers = new Map<string, RunningServer>();
  const starts = await Promise.allSettled(
    names.map(async (name) => {
      const server = await provider.start({ name, dataDirectory: null, port: 0, durable: false });
      cleanUps.push(() => server.stop());
      servers.set(name, server);
    }),
  );
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return servers;
}

async function createDatabase(server: RunningServer, database: string, schema: string): Promise<void> {
  const admin = await connectAsAdmin(server.admin);
  try {
    await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
    await admin.query("CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY 'app'");
    await admin.query(`GRANT ALL PRIVILEGES ON ${database}.* TO app@'%'`);
    // What mode twopc needs there to find what it left behind.
    if (testFlavour() === 'mysql') {
      await admin.query("GRANT XA_RECOVER_ADMIN ON *.* TO app@'%'");
      // The oracle takes files as Shardgate does.
      await admin.query('SET GLOBAL local_infile = ON');
    }
    await admin.query(`USE ${database}`);
    if (schema.trim() !== '') await admin.query(schema);
  } finally {
    await admin.end();
  }
}

async function startShardgate(
  options: ClusterOptions,
  shards: readonly ClusterShard[],
  mainServer: RunningServer,
  cleanUps: CleanUps,
): Promise<App> {
  const directory = await mkdtemp(join(tmpdir(), 'shardgate-test-'));
  cleanUps.push(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'shop.vschema.json'), JSON.stringify(options.vschema));
  await writeFile(join(directory, 'shop.sql'), options.schema);
  await writeFile(join(directory, 'main.sql'), options.mainSchema ?? '');
  const primary = (server: RunningServer, database: string): object => ({
    primary: { host: server.host, port: server.port, database, ...account },
  });
  const config = {
    listen: { host: '127.0.0.1', port: await freePort() },
    admin: {
      host: '127.0.0.1',
      port: await freePort(),
      ...(options.adminTokenEnv === undefined ? {} : { tokenEnv: options.adminTokenEnv }),
    },
    users: [{ name: account.user, password: account.password }],
    keyspaces: {
      shop: {
        vschema: 'shop.vschema.json',
        schema: 'shop.sql',
        shards: Object.fromEntries(
          shards.map((shard) => [shard.name, primary(shard.server, shard.database)]),
        ),
      },
      main: { schema: 'main.sql', shards: { '-': primary(mainServer, 'main_0') } },
    },
    log: { level: 'error' },
    ...options.config,
  };
  // JSON is YAML.
  const app = await startApp(
    parseConfig(JSON.stringify(config), { file: join(directory, 'shardgate.yaml') }),
    options.twopc === undefined ? {} : { twopc: options.twopc },
  );
  cleanUps.push(() => app.close());
  return app;
}
