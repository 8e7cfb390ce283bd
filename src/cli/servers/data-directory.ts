// Fresh data directories: initialised once per server version, then copied, which takes a fraction of the time.
import { spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { libraryEnvironment, type ServerBinaries } from './find-binaries.ts';
import { ServerProblem } from './server-provider.ts';

/** File sizes are decided when the directory is made, so every later start must repeat them. */
const storageOptions: Record<ServerBinaries['flavour'], readonly string[]> = {
  mariadb: ['--innodb-log-file-size=16M'],
  // Unknown before 8.0.30.
  mysql: ['--loose-innodb-redo-log-capacity=32M'],
};

/** The options that must be the same whenever a server runs on such a directory. */
export function baseArguments(binaries: ServerBinaries): string[] {
  return [
    '--no-defaults',
    `--character-sets-dir=${join(binaries.shareDirectory, 'charsets')}`,
    `--lc-messages-dir=${binaries.shareDirectory}`,
    ...storageOptions[binaries.flavour],
    ...(process.getuid?.() === 0 ? [`--user=${userInfo().username}`] : []),
  ];
}

/**
 * Makes `dataDirectory` a usable data directory when it is not one yet. `templatesDirectory` keeps the pristine
 * one of each version. Complete or absent: an interrupted call leaves nothing that looks like data.
 */
export async function ensureDataDirectory(
  binaries: ServerBinaries,
  dataDirectory: string,
  templatesDirectory: string,
): Promise<void> {
  if (existsSync(dataDirectory) && (await readdir(dataDirectory)).length > 0) return;
  const template = await ensureTemplate(binaries, templatesDirectory);
  await mkdir(dirname(dataDirectory), { recursive: true });
  const unfinished = `${dataDirectory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(template, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await rename(unfinished, dataDirectory);
}

/**
 * The pristine data directory of this server version, made now or by an earlier call. Rejects with `ServerProblem`
 * when the server cannot write there: Ubuntu's AppArmor profile, say, confines an installed mysqld to /var/lib/mysql.
 */
export async function ensureTemplate(binaries: ServerBinaries, templatesDirectory: string): Promise<string> {
  const template = join(templatesDirectory, `${binaries.flavour}-${binaries.version}`);
  if (!existsSync(template)) await makeTemplateOnce(binaries, template);
  return template;
}

/** Servers that start together need the template at the same time; one of them makes it. */
const templatesInTheMaking = new Map<string, Promise<void>>();

function makeTemplateOnce(binaries: ServerBinaries, template: string): Promise<void> {
  const making = templatesInTheMaking.get(template) ?? makeTemplate(binaries, template);
  templatesInTheMaking.set(template, making);
  return making.finally(() => templatesInTheMaking.delete(template));
}

async function makeTemplate(binaries: ServerBinaries, template: string): Promise<void> {
  await mkdir(dirname(template), { recursive: true });
  const unfinished = await mkdtemp(`${template}.new-`);
  try {
    if (binaries.flavour === 'mariadb') await initialiseMariadb(binaries, unfinished);
    else await runServer(binaries, [`--datadir=${unfinished}`, '--initialize-insecure'], '');
    // The server's identity is made anew at the first start of each copy.
    await rm(join(unfinished, 'auto.cnf'), { force: true });
    await rename(unfinished, template).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(template)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** What mariadb-install-db does, without its shell, its host names and its help tables. */
async function initialiseMariadb(binaries: ServerBinaries, dataDirectory: string): Promise<void> {
  await mkdir(join(dataDirectory, 'mysql'));
  const scripts = ['system_tables', 'performance_tables', 'system_tables_data', 'sys_schema'];
  const texts = await Promise.all(scripts.map((name) => readSystemSql(binaries.shareDirectory, name)));
  // The data script makes accounts from these variables; the accounts that reach over TCP go at once.
  const preamble =
    "USE mysql;\nSET @auth_root_socket=NULL, @skip_auth_anonymous=1, @current_hostname='localhost';\n";
  const closing = "\nUSE mysql;\nDELETE FROM global_priv WHERE Host <> 'localhost';\n";
  await runServer(
    binaries,
    // A private tmpdir: a server that starts removes every temporary table it finds there, a neighbour's too.
    [`--datadir=${dataDirectory}`, `--tmpdir=${dataDirectory}`, '--bootstrap', '--skip-log-bin'],
    preamble + texts.join('\nUSE mysql;\n') + closing,
  );
}

async function readSystemSql(shareDirectory: string, name: string): Promise<string> {
  const path = [`mariadb_${name}.sql`, `mysql_${name}.sql`]
    .map((file) => join(shareDirectory, file))
    .find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new ServerProblem(`no ${name}.sql in ${shareDirectory}: the server is installed in part`);
  return readFile(path, 'utf8');
}

/** Runs the server program until it ends by itself. */
async function runServer(binaries: ServerBinaries, options: readonly string[], input: string): Promise<void> {
  const child = spawn(binaries.serverPath, [...baseArguments(binaries), ...options], {
    env: libraryEnvironment(binaries.libraryPath),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  const lastLines = output.trim().split('\n').slice(-15).join('\n');
  throw new ServerProblem(
    `${binaries.serverPath} could not prepare a data directory (exit ${code}):\n${lastLines}`,
  );
}
