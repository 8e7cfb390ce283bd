// Servers in containers, driven by the docker command line: for machines with neither server nor apt.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { startGuarded } from './guardian.ts';
import { sizeArguments } from './server-arguments.ts';
import {
  type RunningServer,
  type ServerOptions,
  ServerProblem,
  type ServerProvider,
} from './server-provider.ts';
import { waitUntilReady } from './wait-until-ready.ts';

const run = promisify(execFile);
export const dockerImage = 'mariadb:10.11';
const daemonTimeoutMs = 5_000;
const readyTimeoutMs = 120_000;
const noop = (): void => {};

/** Whether a Docker daemon answers here. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: daemonTimeoutMs });
    return true;
  } catch {
    return false;
  }
}

/** Fetches the image when the daemon does not have it, with docker's own progress on the terminal. */
export async function pullImage(): Promise<void> {
  const present = await run('docker', ['image', 'inspect', dockerImage]).then(
    () => true,
    () => false,
  );
  if (present) return;
  const pull = spawn('docker', ['pull', dockerImage], { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve) => {
    pull.once('error', () => resolve(null));
    pull.once('close', resolve);
  });
  if (code !== 0)
    throw new ServerProblem(`docker pull ${dockerImage} failed; check the network, then try again`);
}

/** `volumeLabel`, `key=value`, is on the volumes of data that stays, which nobody but its owner removes. */
export function dockerServers(volumeLabel = 'shardgate=demo'): ServerProvider {
  return { description: `Docker image ${dockerImage}`, start: (options) => start(options, volumeLabel) };
}

async function start(options: ServerOptions, volumeLabel: string): Promise<RunningServer> {
  const port = options.port === 0 ? await freePort() : options.port;
  const runDirectory = await mkdtemp(join(tmpdir(), 'shardgate-'));
  const container = `shardgate-${options.name}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const { password, mount } = await storage(options, volumeLabel);
  const guarded = await startGuarded({
    command: [
      ...(['docker', 'run', '--rm', '--name', container, '--publish', `127.0.0.1:${port}:3306`] as const),
      ...['--env', 'MARIADB_ROOT_PASSWORD', '--env', 'MARIADB_ROOT_HOST=%', ...mount, dockerImage],
      '--innodb-log-file-size=16M',
      ...sizeArguments(options),
    ],
    // The password goes by the environment: a command line is there for everybody to read.
    env: { ...process.env, MARIADB_ROOT_PASSWORD: password },
    workingDirectory: runDirectory,
    logFile: join(runDirectory, 'log'),
    removeDirectory: runDirectory,
    lastCommand: `docker rm --force --volumes ${container}`,
  });
  const admin = { host: '127.0.0.1', port, user: 'root', password };
  const problem = await waitUntilReady(admin, guarded.exited, readyTimeoutMs);
  if (problem !== null) {
    const log = await readFile(join(runDirectory, 'log'), 'utf8').catch(() => '');
    await guarded.stop();
    throw new ServerProblem(
      `${options.name} did not start in Docker (${problem})\n${log.trim().split('\n').slice(-12).join('\n')}`,
    );
  }
  const crash = async (): Promise<void> => {
    await run('docker', ['kill', container]).catch(() => {});
    await guarded.stop();
  };
  return {
    name: options.name,
    host: '127.0.0.1',
    port,
    admin,
    exited: guarded.exited,
    stop: guarded.stop,
    crash,
    freeze: async () => void (await run('docker', ['pause', container])),
    // One that is not frozen is left as it is.
    thaw: () => run('docker', ['unpause', container]).then(noop, noop),
  };
}

/** Data that stays lives in a named volume: files of a bind mount would belong to the container's user. */
async function storage(
  options: ServerOptions,
  label: string,
): Promise<{ password: string; mount: string[] }> {
  if (options.dataDirectory === null) return { password: randomBytes(16).toString('hex'), mount: [] };
  const file = `${options.dataDirectory}.docker.json`;
  if (!existsSync(file)) {
    await mkdir(dirname(file), { recursive: true });
    const volume = `shardgate-${basename(options.dataDirectory)}-${randomBytes(4).toString('hex')}`;
    await run('docker', ['volume', 'create', '--label', label, volume]);
    await writeFile(file, JSON.stringify({ volume, password: randomBytes(16).toString('hex') }), {
      mode: 0o600,
    });
  }
  const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!isStored(stored))
    throw new ServerProblem(`${file} is damaged: delete ${dirname(file)} to start afresh`);
  return { password: stored.password, mount: ['--volume', `${stored.volume}:/var/lib/mysql`] };
}

function isStored(value: unknown): value is { volume: string; password: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'volume' in value &&
    typeof value.volume === 'string' &&
    'password' in value &&
    typeof value.password === 'string'
  );
}
