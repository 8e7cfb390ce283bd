// MySQL 9.x for tests, from Debian unstable's packages: unpacked into a folder, run by its own loader and libraries.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inspectServer, type ServerBinaries } from '../../src/cli/servers/find-binaries.ts';
import { type Progress, ServerProblem } from '../../src/cli/servers/server-provider.ts';

const run = promisify(execFile);
const outputBytesMax = 64 * 1024 * 1024;

const mirror = 'http://deb.debian.org/debian';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const packages = ['mysql-server-core', 'mysql-client-core'];
/** Dependencies of the scripts beside the server, which nobody runs here. */
const leftOut = /^(perl|libperl)/;

export interface MysqlLane {
  readonly binaries: ServerBinaries;
  /** The client of the same version; it logs in with caching_sha2_password only. */
  readonly clientPath: string;
}

/** MySQL unpacked under `directory`, now or by an earlier call. Rejects with `ServerProblem` off Debian or offline. */
export async function mysqlLane(directory: string, progress: Progress): Promise<MysqlLane> {
  const root = join(directory, 'root');
  if (!existsSync(root)) {
    if (!existsSync(keyring)) throw new ServerProblem(`${keyring} is missing: the MySQL lane needs Debian`);
    await mkdir(directory, { recursive: true });
    const unfinished = await mkdtemp(join(directory, 'new-'));
    try {
      progress('fetching MySQL from Debian unstable (apt-get, into a directory of our own)');
      await fetchPackages(join(unfinished, 'apt'));
      await unpack(join(unfinished, 'apt/cache/archives'), join(unfinished, 'root'));
      await rename(join(unfinished, 'root'), root).catch((error: unknown) => {
        if (!existsSync(root)) throw error;
      });
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  // Beside the originals, so that the share directory is found from there as from an installed server.
  const serverPath = await writeLauncher(root, 'usr/sbin/mysqld', [
    `--basedir=${join(root, 'usr')}`,
    `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`,
    '--secure-file-priv=',
  ]);
  const clientPath = await writeLauncher(root, 'usr/bin/mysql', []);
  const binaries = await inspectServer(serverPath, null);
  if (typeof binaries !== 'string') return { binaries, clientPath };
  throw new ServerProblem(`${binaries}\nDelete ${directory} to fetch MySQL anew.`);
}

/** An empty dpkg status and a single source: every dependency down to libc is downloaded, nothing is installed. */
async function fetchPackages(directory: string): Promise<void> {
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'etc']) {
    await mkdir(join(directory, part), { recursive: true });
  }
  await writeFile(
    join(directory, 'etc/sources.list'),
    `deb [signed-by=${keyring}] ${mirror} unstable main\n`,
  );
  await writeFile(join(directory, 'status'), '');
  const settings = [
    `Dir::State=${join(directory, 'state')}`,
    `Dir::State::status=${join(directory, 'status')}`,
    `Dir::Cache=${join(directory, 'cache')}`,
    `Dir::Etc=${join(directory, 'etc')}`,
    'Debug::NoLocking=1',
    'APT::Install-Recommends=0',
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  await execute('apt-get', [...options, 'update']);
  await execute('apt-get', [...options, '-y', '--download-only', 'install', ...packages]);
}

async function unpack(archives: string, root: string): Promise<void> {
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb') && !leftOut.test(name));
  for (const file of files) await execute('dpkg-deb', ['-x', join(archives, file), root]);
}

/** A script that runs a program of the folder with the folder's loader: its libc is newer than the system's. */
async function writeLauncher(root: string, program: string, options: readonly string[]): Promise<string> {
  const loader = ['usr/lib64', 'lib64', 'usr/lib']
    .map((directory) => join(root, directory, loaderName(process.arch)))
    .find((path) => existsSync(path));
  if (loader === undefined) throw new ServerProblem(`no program loader for ${process.arch} under ${root}`);
  const path = join(root, `${program}-here`);
  const words = [loader, '--library-path', await libraryPath(root), join(root, program)];
  const quoted = (list: readonly string[]): string => list.map((word) => `'${word}'`).join(' ');
  // Replaced whole: another run may be starting it.
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, `#!/bin/sh\nexec ${quoted(words)} "$@" ${quoted(options)}\n`);
  await chmod(unfinished, 0o755);
  await rename(unfinished, path);
  return path;
}

function loaderName(arch: string): string {
  return arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2';
}

async function libraryPath(root: string): Promise<string> {
  const directories: string[] = [];
  for (const base of ['usr/lib', 'lib'].map((name) => join(root, name)).filter((path) => existsSync(path))) {
    const entries = await readdir(base, { withFileTypes: true });
    const architectures = entries.filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'));
    directories.push(...architectures.map((entry) => join(base, entry.name)));
  }
  return directories.join(':');
}

async function execute(program: string, programArguments: readonly string[]): Promise<void> {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  await run(program, [...programArguments], { env, maxBuffer: outputBytesMax }).catch((error: Error) => {
    const lastLines = error.message.trim().split('\n').slice(-8).join('\n');
    throw new ServerProblem(`${program} failed:\n${lastLines}`);
  });
}
