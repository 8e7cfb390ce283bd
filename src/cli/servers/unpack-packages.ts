// Gets a server on Debian and Ubuntu without installing anything: packages are downloaded with apt-get and unpacked
// into a directory of ours. No root, no service, nothing of the system is changed.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Apt } from './apt.ts';
import { inspectServer, type ServerBinaries } from './find-binaries.ts';
import { type Progress, ServerProblem } from './server-provider.ts';

const run = promisify(execFile);

/** Newer distributions first; each entry is what one of them calls the server and its client. */
const packageSets: readonly (readonly [string, string])[] = [
  ['mariadb-server-core', 'mariadb-client-core'],
  ['mariadb-server-core-10.6', 'mariadb-client-core-10.6'],
  ['mysql-server-core-8.0', 'mysql-client-core-8.0'],
];
/** Libraries of libraries: no server needs more rounds than this. */
const dependencyRoundsMax = 4;

/** Whether this system has the tools for it. */
export function canUnpackPackages(): boolean {
  return ['/usr/bin/apt-get', '/usr/bin/apt-cache', '/usr/bin/dpkg-deb'].every((path) => existsSync(path));
}

/** The server unpacked under `directory`, now or by an earlier call. Rejects with `ServerProblem`. */
export async function unpackedServer(
  directory: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ServerBinaries> {
  const root = join(directory, 'root');
  if (!existsSync(root)) {
    // A directory of our own: another start may be fetching at the same time.
    await mkdir(directory, { recursive: true });
    const unfinished = await mkdtemp(join(directory, 'new-'));
    try {
      await fetchServer({ apt: new Apt(directory, signal), root: unfinished, progress, signal });
      await rename(unfinished, root).catch((error: unknown) => {
        if (!existsSync(root)) throw error;
      });
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  const binaries = await inspectServer(serverPathIn(root), (await libraryPathIn(root)) || null);
  if (typeof binaries !== 'string') return binaries;
  throw new ServerProblem(`${binaries}\nDelete ${directory} to fetch the server anew.`);
}

interface Fetch {
  readonly apt: Apt;
  readonly root: string;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

async function fetchServer(fetch: Fetch): Promise<void> {
  try {
    await fetchWithLibraries(fetch);
  } catch (error) {
    // The system's lists are missing (container images), or so old that their packages are gone from the mirrors.
    if (!(error instanceof ServerProblem) || fetch.signal?.aborted) throw error;
    fetch.progress('reading the package lists (apt-get update, into a directory of our own)');
    await fetch.apt.usePrivateLists();
    await fetchWithLibraries(fetch);
  }
}

async function fetchWithLibraries(fetch: Fetch): Promise<void> {
  const { apt, root, progress } = fetch;
  const set = await firstAvailable(apt);
  progress(`downloading ${set.join(' and ')} (apt-get download)`);
  await unpack(fetch, set);
  const unpacked = new Set<string>(set);
  let level: readonly string[] = set;
  for (let round = 0; round < dependencyRoundsMax; round++) {
    const missing = await missingLibraries(root);
    if (missing.length === 0) return;
    level = (await apt.dependencies(level)).filter((name) => !unpacked.has(name));
    const wanted = await apt.notInstalled(level);
    if (wanted.length > 0) {
      progress(`downloading the libraries this system lacks (${missing.join(', ')})`);
      await unpack(fetch, wanted);
    }
    for (const name of level) unpacked.add(name);
  }
  const missing = await missingLibraries(root);
  if (missing.length > 0) throw new ServerProblem(`shared libraries in no package: ${missing.join(', ')}`);
}

async function firstAvailable(apt: Apt): Promise<readonly string[]> {
  for (const set of packageSets) {
    if (await apt.knows(set)) return set;
  }
  throw new ServerProblem(`none of these is in the package lists: ${packageSets.flat().join(', ')}`);
}

async function unpack(fetch: Fetch, packages: readonly string[]): Promise<void> {
  const downloads = join(fetch.root, 'downloads');
  await mkdir(downloads, { recursive: true });
  await fetch.apt.download(packages, downloads);
  for (const file of await readdir(downloads)) {
    if (file.endsWith('.deb')) await run('/usr/bin/dpkg-deb', ['-x', join(downloads, file), fetch.root]);
  }
  await rm(downloads, { recursive: true, force: true });
}

function serverPathIn(root: string): string {
  const candidates = ['mariadbd', 'mysqld'].map((name) => join(root, 'usr/sbin', name));
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new ServerProblem(`the packages hold no server program (looked for ${candidates.join(', ')})`);
  return path;
}

/** The mysql command line client that came with the server; null: none did. */
export function clientPathIn(root: string): string | null {
  const candidates = ['mariadb', 'mysql'].map((name) => join(root, 'usr/bin', name));
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** Sonames that the loader finds neither in the system nor in what was unpacked, for server and client. */
async function missingLibraries(root: string): Promise<string[]> {
  const libraryPath = await libraryPathIn(root);
  const client = clientPathIn(root);
  const { stdout } = await run('ldd', [serverPathIn(root), ...(client === null ? [] : [client])], {
    env: { ...process.env, LD_LIBRARY_PATH: libraryPath },
  });
  return [...new Set([...stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? ''))];
}

/** For LD_LIBRARY_PATH: every directory under `root` that holds shared libraries; "" when none does. */
export async function libraryPathIn(root: string): Promise<string> {
  const directories = new Set<string>();
  for (const top of ['lib', 'usr/lib']) {
    const base = join(root, top);
    if (!existsSync(base)) continue;
    for (const entry of await readdir(base, { recursive: true, withFileTypes: true })) {
      if (/\.so(\.|$)/.test(entry.name) && !entry.parentPath.includes('/plugin'))
        directories.add(entry.parentPath);
    }
  }
  return [...directories].sort().join(':');
}
