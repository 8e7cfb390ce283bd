// Finds a MariaDB or MySQL server program that is installed on this machine.
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server program and what it needs to run. */
export interface ServerBinaries {
  readonly flavour: 'mariadb' | 'mysql';
  /** `10.11.19`, `8.4.3`. */
  readonly version: string;
  readonly serverPath: string;
  /** Holds `charsets/` and, for MariaDB, the SQL files of the system tables. */
  readonly shareDirectory: string;
  /** Where shared libraries lie that the system does not have; null: the system has them all. */
  readonly libraryPath: string | null;
}

const serverNames = ['mariadbd', 'mysqld'];
const usualDirectories = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/libexec',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/usr/local/mysql/bin',
];

/** The installed servers in order of preference: MariaDB before MySQL, the PATH before the usual places. */
export function installedServerPaths(path: string): string[] {
  const directories = [...path.split(delimiter).filter((entry) => entry !== ''), ...usualDirectories];
  const found = serverNames.flatMap((name) => directories.map((directory) => join(directory, name)));
  return [...new Set(found)].filter(isExecutable);
}

/** The binaries behind a server program, or the reason why it cannot serve here. */
export async function inspectServer(
  serverPath: string,
  libraryPath: string | null,
): Promise<ServerBinaries | string> {
  let text: string;
  try {
    const { stdout } = await run(serverPath, ['--no-defaults', '--version'], {
      env: libraryEnvironment(libraryPath),
    });
    text = stdout;
  } catch (error) {
    return `${serverPath} does not run: ${error instanceof Error ? error.message : String(error)}`;
  }
  const version = /\bVer\s+(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (version === undefined) return `${serverPath} does not say its version: ${text.trim()}`;
  const flavour = /mariadb/i.test(text) ? 'mariadb' : 'mysql';
  if (isTooOld(flavour, version)) {
    return `${serverPath} is ${flavour} ${version}; needed is MariaDB 10.6 or MySQL 8.0, or newer`;
  }
  const shareDirectory = findShareDirectory(serverPath);
  if (shareDirectory === null) return `${serverPath} has no share directory with charsets/Index.xml near it`;
  return { flavour, version, serverPath, shareDirectory, libraryPath };
}

/** The environment in which a server program finds its libraries; nothing else of ours leaks into it. */
export function libraryEnvironment(libraryPath: string | null): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = { PATH: process.env['PATH'], TZ: process.env['TZ'], LC_ALL: 'C' };
  return libraryPath === null ? kept : { ...kept, LD_LIBRARY_PATH: libraryPath };
}

function isTooOld(flavour: 'mariadb' | 'mysql', version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return flavour === 'mariadb' ? major < 10 || (major === 10 && minor < 6) : major < 8;
}

function findShareDirectory(serverPath: string): string | null {
  const prefixes = [dirname(dirname(serverPath)), dirname(dirname(realpathSync(serverPath)))];
  const candidates = prefixes.flatMap((prefix) => [
    join(prefix, 'share', 'mariadb'),
    join(prefix, 'share', 'mysql'),
    join(prefix, 'share'),
  ]);
  return candidates.find((directory) => existsSync(join(directory, 'charsets', 'Index.xml'))) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
