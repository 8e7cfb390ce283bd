// Servers as child processes of ours, from binaries found on this machine or unpacked for us.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseArguments, ensureDataDirectory } from './data-directory.ts';
import { libraryEnvironment, type ServerBinaries } from './find-binaries.ts';
import { freePort } from './free-port.ts';
import { type GuardedProcess, startGuarded } from './guardian.ts';
import { sizeArguments } from './server-arguments.ts';
import {
  type AdminAccess,
  type RunningServer,
  type ServerOptions,
  ServerProblem,
  type ServerProvider,
} from './server-provider.ts';
import { waitUntilReady } from './wait-until-ready.ts';

const readyTimeoutMs = 60_000;
const freePortAttempts = 5;

/** `templatesDirectory`: where pristine data directories are kept, so that the next server starts faster. */
export function localServers(binaries: ServerBinaries, templatesDirectory: string): ServerProvider {
  return {
    description: `${binaries.flavour} ${binaries.version} (${binaries.serverPath})`,
    start: (options) => startLocal(binaries, templatesDirectory, options),
  };
}

async function startLocal(
  binaries: ServerBinaries,
  templatesDirectory: string,
  options: ServerOptions,
): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port === 0 ? await freePort() : options.port;
    try {
      return await startOnPort(binaries, templatesDirectory, options, port);
    } catch (error) {
      // Somebody may take a free port between our look and the server's start.
      const taken = error instanceof Error && /address already in use/i.test(error.message);
      if (!taken || options.port !== 0 || attempt >= freePortAttempts) throw error;
    }
  }
}

async function startOnPort(
  binaries: ServerBinaries,
  templatesDirectory: string,
  options: ServerOptions,
  port: number,
): Promise<RunningServer> {
  // Short and private: a Unix socket's path holds 107 bytes at most, and root has no password on it.
  const runDirectory = await mkdtemp(join(tmpdir(), 'shardgate-'));
  const socketPath = join(runDirectory, 's');
  const dataDirectory = options.dataDirectory ?? join(runDirectory, 'data');
  const logFile = options.dataDirectory === null ? join(runDirectory, 'log') : `${dataDirectory}.log`;
  const logStart = await logLength(logFile);
  let process: GuardedProcess | null = null;
  try {
    await ensureDataDirectory(binaries, dataDirectory, templatesDirectory);
    process = await startGuarded({
      command: [
        binaries.serverPath,
        ...serverArguments(binaries, options, { dataDirectory, runDirectory, port }),
      ],
      env: libraryEnvironment(binaries.libraryPath),
      workingDirectory: runDirectory,
      logFile,
      removeDirectory: runDirectory,
      lastCommand: null,
    });
    const admin: AdminAccess = { socketPath, user: 'root', password: '' };
    // The log is read before the guardian removes it: the reason of a failed start stands there.
    const problem = await waitUntilReady(admin, process.exited, readyTimeoutMs);
    if (problem !== null) throw new ServerProblem(`${options.name} did not start (${problem})`);
    return {
      name: options.name,
      host: '127.0.0.1',
      port,
      admin,
      exited: process.exited,
      stop: process.stop,
      crash: process.kill,
      freeze: process.freeze,
      thaw: process.thaw,
    };
  } catch (error) {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    await process?.stop();
    await rm(runDirectory, { recursive: true, force: true });
    throw withLog(error, log.slice(logStart));
  }
}

interface Places {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly port: number;
}

function serverArguments(binaries: ServerBinaries, options: ServerOptions, places: Places): string[] {
  return [
    ...baseArguments(binaries),
    `--datadir=${places.dataDirectory}`,
    `--socket=${join(places.runDirectory, 's')}`,
    `--pid-file=${join(places.runDirectory, 'pid')}`,
    `--tmpdir=${places.runDirectory}`,
    '--bind-address=127.0.0.1',
    `--port=${places.port}`,
    '--performance-schema=OFF',
    '--innodb-buffer-pool-dump-at-shutdown=0',
    ...(binaries.flavour === 'mariadb' ? [] : ['--mysqlx=0']),
    ...sizeArguments(options),
  ];
}

async function logLength(logFile: string): Promise<number> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.length;
}

function withLog(error: unknown, log: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const all = log.trim().split('\n');
  const errors = all.filter((line) => line.includes('[ERROR]'));
  const lines = (errors.length > 0 ? errors : all).slice(-12).join('\n');
  return error instanceof ServerProblem && lines !== ''
    ? new ServerProblem(`${error.message}\n${lines}`)
    : error;
}
