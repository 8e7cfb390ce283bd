// `shardgate serve`: runs until it is told to stop. SIGHUP reloads, SIGTERM drains, a second SIGTERM stops now.
import { Command } from 'commander';
import { type App, startApp } from '../app.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { formatProblems } from '../util/problem.ts';
import { exitBadConfiguration } from './exit-codes.ts';

const drainDeadlineMs = 30_000;

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve the keyspaces of a configuration file')
    .requiredOption('--config <file>', 'the configuration file')
    .action(async (options: { config: string }) => {
      const app = await startFromFile(options.config);
      handleSignals(app);
    });
}

/** Starts what a file configures. A bad file or a taken port: one message, exit 78, nothing started. */
export async function startFromFile(file: string): Promise<App> {
  const { config, problems } = loadConfig(file);
  if (problems.length > 0) process.stderr.write(`${formatProblems(problems)}\n`);
  if (config === null) process.exit(exitBadConfiguration);
  try {
    return await startApp(config);
  } catch (error) {
    const message = startProblem(error);
    if (message === null) throw error;
    process.stderr.write(`${message}\n`);
    process.exit(exitBadConfiguration);
  }
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
  return null;
}

function handleSignals(app: App): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    const drained = app.drain(drainDeadlineMs).then(() => app.close());
    void drained.then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => void app.reload());
  // Its default would end the process.
  process.on('SIGUSR2', () => {});
  if (process.connected) process.once('disconnect', stop);
}
