// The mysql command line client to recommend: the installed one, or the one that was unpacked with the server.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { libraryEnvironment } from './find-binaries.ts';
import { clientPathIn, libraryPathIn } from './unpack-packages.ts';

const run = promisify(execFile);

/** A command line without connection options: `mysql`. Null where there is no client. */
export async function findClient(
  packagesDirectory: string,
  workingDirectory: string,
): Promise<string | null> {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  for (const name of ['mysql', 'mariadb']) {
    const found = directories.map((directory) => join(directory, name)).find(isExecutable);
    if (found !== undefined) return name + (await tlsOption(found, null));
  }
  const root = join(packagesDirectory, 'root');
  const unpacked = clientPathIn(root);
  if (unpacked === null) return null;
  const libraryPath = await libraryPathIn(root);
  const wrapper = join(workingDirectory, 'mysql');
  await mkdir(workingDirectory, { recursive: true });
  await writeFile(wrapper, `#!/bin/sh\nLD_LIBRARY_PATH='${libraryPath}' exec '${unpacked}' "$@"\n`);
  await chmod(wrapper, 0o755);
  return wrapper + (await tlsOption(unpacked, libraryPath));
}

/** MariaDB's client insists on TLS from 11.4 on, and the demo has no certificate. */
async function tlsOption(client: string, libraryPath: string | null): Promise<string> {
  try {
    const { stdout } = await run(client, ['--version'], { env: libraryEnvironment(libraryPath) });
    const [, major, minor] = /(\d+)\.(\d+)\.\d+-MariaDB/i.exec(stdout) ?? [];
    const insists = Number(major) > 11 || (Number(major) === 11 && Number(minor) >= 4);
    return insists ? ' --skip-ssl' : '';
  } catch {
    return '';
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
