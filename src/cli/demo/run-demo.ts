// The demo: five servers, Shardgate in front of them, an online shop in them; until somebody ends it.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../../config.ts';
import { findServers, openServers, type ServerSource } from '../servers/choose-servers.ts';
import { findClient } from '../servers/find-client.ts';
import { freePort, isPortFree } from '../servers/free-port.ts';
import { ServerProblem } from '../servers/server-provider.ts';
import { demoFilesDirectory, writeDemoConfig } from './demo-config.ts';
import { type DemoServers, startDemoServers } from './demo-servers.ts';
import { loadShop } from './load-shop.ts';
import type { Output } from './progress-bar.ts';
import { startProxy } from './start-proxy.ts';

/** Raised when the tables or the rows of the demo change: older data is then loaded anew. */
const dataVersion = 1;
const exitBadConfiguration = 78;

export interface DemoOptions {
  readonly mysqlPort: number;
  readonly adminPort: number;
  /** Absolute. Everything the demo keeps lies under it. */
  readonly directory: string;
  readonly sources: readonly ServerSource[];
  readonly out: Output;
  /** Aborted when the demo shall end: the signal of the terminal, or our parent gone. */
  readonly signal: AbortSignal;
}

/** Resolves with the exit code when it has ended and nothing it started runs any more. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const closers: (() => Promise<void>)[] = [];
  try {
    for (const [port, purpose] of [
      [options.mysqlPort, 'MySQL clients'] as const,
      [options.adminPort, 'admin'] as const,
    ]) {
      if (await isPortFree(port)) continue;
      options.out.write(
        `Port ${port} (${purpose}) on 127.0.0.1 is in use: is the demo running already? End what uses it, then try again.\n`,
      );
      return exitBadConfiguration;
    }
    return await serveUntilEnd(options, closers);
  } catch (error) {
    if (options.signal.aborted) return 0;
    if (!(error instanceof ServerProblem) && !(error instanceof ConfigError)) throw error;
    options.out.write(`\n${error.message}\n`);
    return error instanceof ConfigError ? exitBadConfiguration : 1;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function serveUntilEnd(options: DemoOptions, closers: (() => Promise<void>)[]): Promise<number> {
  const { directory, out, signal } = options;
  const progress = (step: string): void => void out.write(`${step} ...\n`);
  const aborted = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const demoDirectory = join(directory, 'demo');
  const marker = join(demoDirectory, `loaded-${dataVersion}`);
  const fresh = !existsSync(marker);
  await mkdir(demoDirectory, { recursive: true });

  const provider = openServers(await findServers({ directory, sources: options.sources, progress, signal }));
  signal.throwIfAborted();
  progress(`starting five servers: ${provider.description}`);
  const servers = await startDemoServers(provider, join(demoDirectory, 'data'), fresh);
  closers.push(servers.stop);
  signal.throwIfAborted();

  if (fresh) {
    const outcome = await Promise.race([loadThroughProxy(demoDirectory, servers, out, closers), aborted]);
    if (outcome === null) return 0;
    await writeFile(marker, '');
  }
  const configFile = join(demoDirectory, 'shardgate.yaml');
  await writeDemoConfig(configFile, {
    mysql: options.mysqlPort,
    admin: options.adminPort,
    servers: servers.ports,
  });
  const proxy = await startProxy(configFile);
  closers.push(() => proxy.close());
  signal.throwIfAborted();

  const client = await findClient(join(directory, 'packages'), directory);
  out.write(welcome(options, client ?? 'mysql', configFile));
  return waitForEnd(servers, aborted, options);
}

/** On ports of its own: who waits for the demo's finds the whole shop behind them. */
async function loadThroughProxy(
  demoDirectory: string,
  servers: DemoServers,
  out: Output,
  closers: (() => Promise<void>)[],
): Promise<true> {
  const configFile = join(demoDirectory, 'loading.yaml');
  const [mysql, admin] = [await freePort(), await freePort()];
  await writeDemoConfig(configFile, { mysql, admin, servers: servers.ports });
  const proxy = await startProxy(configFile);
  closers.push(() => proxy.close());
  const target = { host: '127.0.0.1', port: mysql, user: 'app', password: 'app' };
  await loadShop(target, demoFilesDirectory, out).catch(toProblem);
  await proxy.close();
  await rm(configFile);
  return true;
}

function toProblem(error: unknown): never {
  const text = error instanceof Error ? error.message : String(error);
  throw new ServerProblem(`The shop could not be loaded through Shardgate: ${text}`);
}

async function waitForEnd(
  servers: DemoServers,
  aborted: Promise<null>,
  options: DemoOptions,
): Promise<number> {
  const ended = await Promise.race([servers.firstEnded, aborted]);
  if (ended === null) {
    options.out.write('\nstopping ...\n');
    return 0;
  }
  // A stopped shard is worth watching: the others go on serving.
  options.out.write(`\nServer ${ended} has ended; the other shards go on. Ctrl-C ends the demo.\n`);
  await aborted;
  return 0;
}

function welcome(options: DemoOptions, client: string, configFile: string): string {
  return `
Shardgate serves the shop on 127.0.0.1:${options.mysqlPort}. In another terminal:

  ${client} --host=127.0.0.1 --port=${options.mysqlPort} --user=app --password=app shop

Worth trying:

  SELECT name, country, balance FROM users WHERE id = 42;                        -- one shard, relayed
  SELECT country, COUNT(*) FROM users GROUP BY country ORDER BY 2 DESC LIMIT 5;  -- all four, merged
  SELECT kind, COUNT(*) FROM events WHERE day >= '2025-03-01' GROUP BY kind;     -- one shard, by its dates

Admin: http://127.0.0.1:${options.adminPort}/   Configuration: ${configFile}
Ctrl-C ends everything; the data is kept for the next start.
`;
}
