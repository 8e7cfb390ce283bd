// `shardgate serve`: runs until it is told to stop. SIGHUP reloads, SIGTERM drains, a second SIGTERM stops now.
import { Command } from 'commander';
import { adoptShards } from '../app/identity.ts';
import { readKeyspaces } from '../app/keyspaces.ts';
import { startApp } from '../app.ts';
import type { Config } from '../config/model.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { formatProblems, hasErrors } from '../util/problem.ts';
import { exitBadConfiguration } from './exit-codes.ts';
import { workerCount } from './workers/count.ts';
import { startPrimary } from './workers/primary.ts';
import { startWorker, workerPlace } from './workers/worker.ts';

const drainDeadlineMs = 30_000;

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve the keyspaces of a configuration file')
    .requiredOption('--config <file>', 'the configuration file')
    .option('--adopt', 'tell the shards which they are: for first use, or after they were moved')
    .action((options: { config: string; adopt?: boolean }) => serve(options.config, options.adopt === true));
}

async function serve(file: string, adopt: boolean): Promise<void> {
  // One statement's fault must not end all clients: its own client hears of it or times out.
  process.on('unhandledRejection', (error) => {
    process.stderr.write(`unhandled rejection: ${error instanceof Error ? error.stack : String(error)}\n`);
  });
  const config = readConfig(file);
  const place = workerPlace(process.env);
  if (place !== null) {
    await startWorker(config, { place, drainDeadlineMs, problemOf: startProblem });
    return;
  }
  if (adopt) await adoptAll(config);
  const signals = handleSignals();
  const count = workerCount(config.workers);
  if (count === 1) {
    const app = await orExit(startApp(config));
    signals.running = {
      drain: () => app.drain(drainDeadlineMs).then(() => app.close()),
      kill: async () => {},
      reload: () => app.reload(),
    };
    return;
  }
  const primary = await orExit(startPrimary(config, count));
  if (typeof primary === 'string') fail(primary);
  signals.running = primary;
}

/** Before anything is served; ends the process when a shard cannot be told. */
async function adoptAll(config: Config): Promise<void> {
  const { keyspaces, problems } = readKeyspaces(config);
  const all = hasErrors(problems) ? problems : await adoptShards(keyspaces);
  if (hasErrors(all)) fail(formatProblems(all));
}

function readConfig(file: string): Config {
  const { config, problems } = loadConfig(file);
  // A worker reads the same file: its primary has said it.
  const said = workerPlace(process.env) !== null && config !== null;
  if (problems.length > 0 && !said) process.stderr.write(`${formatProblems(problems)}\n`);
  if (config === null) process.exit(exitBadConfiguration);
  return config;
}

/** A bad file or a taken port: one message, exit 78, nothing started. */
async function orExit<T>(starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const message = startProblem(error);
    if (message === null) throw error;
    return fail(message);
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(exitBadConfiguration);
}

/** null for bugs, which keep their stack. */
function startProblem(error: unknown): string | null {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return null;
  const place =
    'port' in error ? `port ${String(error.port)}` : 'path' in error ? String(error.path) : 'an address';
  if (error.code === 'EADDRINUSE')
    return `${place} is taken: end what uses it, or choose another in the configuration`;
  if (error.code === 'EACCES') return `${place} may not be used by this user: choose one above 1023`;
  if (error.code === 'EADDRNOTAVAIL') return `${place} is on an address this machine does not have`;
  return null;
}

interface Running {
  drain(): Promise<void>;
  /** What a second signal asks for, beside the end of this process. */
  kill(): Promise<void>;
  reload(): Promise<readonly string[]>;
}

/** Listens from the start; until `running` is set there is nothing to drain, and a signal to stop just ends the process. */
function handleSignals(): { running: Running | null } {
  const signals: { running: Running | null } = { running: null };
  let stopping = false;
  const stop = (): void => {
    const { running } = signals;
    if (running === null) process.exit(0);
    if (stopping) {
      void running.kill().then(() => process.exit(1));
      return;
    }
    stopping = true;
    void running.drain().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => void signals.running?.reload());
  // Its default would end the process.
  process.on('SIGUSR2', () => {});
  if (process.connected) process.once('disconnect', stop);
  return signals;
}
