// The built product as users run it: commands with their exit codes, and the server as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Connection, createConnection } from 'mysql2/promise';
import { freePort } from '../../src/cli/servers/free-port.ts';
import type { ClusterShard } from './cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from './demo-shop.ts';

const mainFile = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm test` builds dist; a run by hand must have. */
function product(args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  if (!existsSync(mainFile)) throw new Error('dist/ is missing: npm run build');
  return spawn(process.execPath, [mainFile, ...args], { env: { ...process.env, ...environment } });
}

/** `shardgate <args>` to its end. */
export async function shardgate(
  args: readonly string[],
  { stdin = '', env = {} }: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const child = product(args, env);
  const output = collect(child);
  child.stdin?.end(stdin);
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, ...output };
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  return output;
}

/** A folder with the demo's files and whatever configuration a test wants; removed by `close`. */
export interface ConfigFolder {
  readonly directory: string;
  /** Writes a file and gives its absolute name. */
  write(name: string, content: string): Promise<string>;
  close(): Promise<void>;
}

export async function configFolder(): Promise<ConfigFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'shardgate-config-'));
  const write = async (name: string, content: string): Promise<string> => {
    const file = join(directory, name);
    await writeFile(file, content);
    return file;
  };
  await write('shop.vschema.json', JSON.stringify(demoVschema()));
  await write('shop.sql', demoSchema());
  await write('main.sql', demoMainSchema());
  return { directory, write, close: () => rm(directory, { recursive: true, force: true }) };
}

export interface ServeConfig {
  readonly mysqlPort: number;
  readonly adminPort: number;
  /** The file's content; JSON is YAML. */
  readonly config: Record<string, unknown>;
}

/** The demo's keyspaces over the servers of a cluster. */
export async function demoConfig(shards: readonly ClusterShard[]): Promise<ServeConfig> {
  const [mysqlPort, adminPort] = [await freePort(), await freePort()];
  const account = { user: 'app', password: 'app' };
  const primary = ({ server }: ClusterShard, database: string): object => ({
    primary: { host: server.host, port: server.port, database, ...account },
  });
  const first = shards[0];
  if (first === undefined) throw new Error('a cluster without shards');
  const config = {
    listen: { host: '127.0.0.1', port: mysqlPort },
    admin: { host: '127.0.0.1', port: adminPort, tokenEnv: 'TEST_ADMIN_TOKEN' },
    users: [{ name: 'app', password: 'app' }],
    keyspaces: {
      shop: {
        vschema: 'shop.vschema.json',
        schema: 'shop.sql',
        shards: Object.fromEntries(shards.map((shard) => [shard.name, primary(shard, shard.database)])),
      },
      main: { schema: 'main.sql', shards: { '-': primary(first, 'main_0') } },
    },
    log: { level: 'info' },
  };
  return { mysqlPort, adminPort, config };
}

export interface Serving {
  readonly process: ChildProcess;
  readonly mysqlPort: number;
  readonly adminPort: number;
  /** What it wrote so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Resolves with the exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  connect(): Promise<Connection>;
  admin(path: string, init?: RequestInit): Promise<Response>;
  /** Ends it by force if it still runs. */
  kill(): Promise<void>;
}

/** `shardgate serve` with log level info; resolves when it says that it serves. Rejects with its output when it ends instead. */
export async function serve(
  file: string,
  { mysqlPort, adminPort }: Pick<ServeConfig, 'mysqlPort' | 'adminPort'>,
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const child = product(['serve', '--config', file], env);
  const output = collect(child);
  const exited = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', () => {
      if (output.stderr.includes('shardgate serves')) resolve();
    });
    void exited.then((code) => reject(new Error(`ended with ${code}:\n${output.stdout}${output.stderr}`)));
  });
  const connections: Connection[] = [];
  return {
    process: child,
    mysqlPort,
    adminPort,
    output,
    exited,
    async connect() {
      const connection = await createConnection({
        host: '127.0.0.1',
        port: mysqlPort,
        user: 'app',
        password: 'app',
        database: 'shop',
      });
      connection.on('error', () => {});
      connections.push(connection);
      return connection;
    },
    admin: (path, init) => fetch(`http://127.0.0.1:${adminPort}${path}`, init),
    async kill() {
      for (const connection of connections) connection.destroy();
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}
