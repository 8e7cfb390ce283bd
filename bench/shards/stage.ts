// Four shards on one server, and Shardgate over them as a process of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import { findServers, openServers, sourcesFromEnvironment } from '../../src/cli/servers/choose-servers.ts';
import { freePort } from '../../src/cli/servers/free-port.ts';
import type { ServerProvider } from '../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../src/cli/servers/wait-until-ready.ts';
import { listens } from '../relay/stage.ts';

export interface ShardsOptions {
  /** Of keyspace `shop`, for the four quarters. */
  readonly vschema: object;
  /** CREATE TABLEs, run on every shard. */
  readonly schema: readonly string[];
  /** Over ours, in the configuration. */
  readonly limits?: Readonly<Record<string, number>>;
  /** The server keeps its promises over a loss of power; false when absent. */
  readonly durable?: boolean;
  /** Options of the node process, e.g. `--max-old-space-size=256`. */
  readonly nodeOptions?: readonly string[];
}

export interface Shards {
  readonly port: number;
  /** Process id of Shardgate. */
  readonly pid: number;
  readonly shardgate: ChildProcess;
  /** To Shardgate, database shop; closed with the stage. */
  connect(): Promise<Connection>;
  /** Straight to shard 0..3; closed with the stage. */
  connectShard(index: number): Promise<Connection>;
  close(): Promise<void>;
}

const ranges = ['-40', '40-80', '80-c0', 'c0-'] as const;
const account = { user: 'app', password: 'app' } as const;

/** Where database servers come from when nobody has found them yet. */
export function benchServers(): Promise<ServerProvider> {
  return findServers({
    directory: resolve('.shardgate'),
    sources: sourcesFromEnvironment(process.env['SHARDGATE_SERVERS']),
    progress: (step) => void process.stdout.write(`${step} ...\n`),
    signal: new AbortController().signal,
  }).then(openServers);
}

export async function openShards(provider: ServerProvider, options: ShardsOptions): Promise<Shards> {
  const { durable = false } = options;
  const server = await provider.start({ name: 'shards', dataDirectory: null, port: 0, durable });
  const admin = await connectAsAdmin(server.admin);
  await admin.query("CREATE USER app@'%' IDENTIFIED BY 'app'");
  await admin.query("GRANT ALL PRIVILEGES ON *.* TO app@'%'");
  for (const index of ranges.keys()) {
    await admin.query(`CREATE DATABASE shop_${index}`);
    await admin.query(`USE shop_${index}`);
    for (const sql of options.schema) await admin.query(sql);
  }
  await admin.end();
  const directory = mkdtempSync(join(tmpdir(), 'shardgate-shards-'));
  const { port, child } = await startShardgate(server, directory, options);
  const connections: Connection[] = [];
  const open = async (at: number, database: string): Promise<Connection> => {
    const connection = await createConnection({ host: '127.0.0.1', port: at, ...account, database });
    connections.push(connection);
    return connection;
  };
  return {
    port,
    pid: child.pid ?? 0,
    shardgate: child,
    connect: () => open(port, 'shop'),
    connectShard: (index) => open(server.port, `shop_${index}`),
    async close() {
      for (const connection of connections) connection.destroy();
      child.kill('SIGKILL');
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startShardgate(
  server: { readonly host: string; readonly port: number },
  directory: string,
  options: ShardsOptions,
): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const port = await freePort();
  const file = join(directory, 'shardgate.yaml');
  const { host } = server;
  const shards = ranges.map((name, index) => [
    name,
    { primary: { host, port: server.port, database: `shop_${index}`, ...account } },
  ]);
  const config = {
    listen: { host: '127.0.0.1', port },
    admin: { host: '127.0.0.1', port: await freePort() },
    users: [{ name: account.user, password: account.password }],
    keyspaces: { shop: { vschema: 'shop.vschema.json', shards: Object.fromEntries(shards) } },
    limits: { queryTimeoutMs: 600_000, ...options.limits },
    log: { level: 'error' },
  };
  writeFileSync(join(directory, 'shop.vschema.json'), JSON.stringify(options.vschema));
  writeFileSync(file, JSON.stringify(config));
  const execArgv = [...(options.nodeOptions ?? [])];
  const child = fork(resolve('dist/main.js'), ['serve', '--config', file], { execArgv });
  await listens(port);
  return { port, child };
}
