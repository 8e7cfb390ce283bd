// Decides where database servers come from on this machine.
import { join } from 'node:path';
import { ensureTemplate } from './data-directory.ts';
import { dockerAnswers, dockerServers, pullImage } from './docker-servers.ts';
import { inspectServer, installedServerPaths, type ServerBinaries } from './find-binaries.ts';
import { localServers } from './local-servers.ts';
import { type Progress, ServerProblem, type ServerProvider } from './server-provider.ts';
import { canUnpackPackages, unpackedServer } from './unpack-packages.ts';

/** installed: on the PATH or in the usual places; packages: downloaded and unpacked; docker: in containers. */
export const serverSources = ['installed', 'packages', 'docker'] as const;
export type ServerSource = (typeof serverSources)[number];

export interface ServerChoice {
  /** Ours to fill: unpacked packages and pristine data directories. Absolute. */
  readonly directory: string;
  /** Tried in this order. */
  readonly sources: readonly ServerSource[];
  readonly progress: Progress;
  /** Aborted: downloads end, and the promise rejects. */
  readonly signal?: AbortSignal;
}

/** What was found: plain data, so that one process can look and others can start. */
export type FoundServers =
  | { readonly kind: 'local'; readonly binaries: ServerBinaries; readonly templatesDirectory: string }
  | { readonly kind: 'docker' };

/** The first source that works here. Rejects with one `ServerProblem` that says what was tried and what to do. */
export async function findServers(choice: ServerChoice): Promise<FoundServers> {
  const reasons: string[] = [];
  for (const source of choice.sources) {
    const found = await trySource[source](choice, reasons);
    if (found !== null) return found;
  }
  const tried = reasons.map((reason) => `  - ${reason}`).join('\n');
  throw new ServerProblem(
    `No MariaDB or MySQL server can be started here:\n${tried}\n${installAdvice(process.platform)}`,
  );
}

export function openServers(found: FoundServers): ServerProvider {
  return found.kind === 'docker' ? dockerServers() : localServers(found.binaries, found.templatesDirectory);
}

/** The sources to try: `SHARDGATE_SERVERS=packages`, say, leaves out the others. */
export function sourcesFromEnvironment(value: string | undefined): readonly ServerSource[] {
  if (value === undefined || value === '') return serverSources;
  const names = value.split(',').map((name) => name.trim());
  return names.map((name) => {
    const source = serverSources.find((candidate) => candidate === name);
    if (source === undefined) {
      throw new ServerProblem(`SHARDGATE_SERVERS=${value}: ${name} is none of ${serverSources.join(', ')}`);
    }
    return source;
  });
}

type TrySource = (choice: ServerChoice, reasons: string[]) => Promise<FoundServers | null>;

const trySource: Record<ServerSource, TrySource> = {
  installed: async ({ directory }, reasons) => {
    const paths = installedServerPaths(process.env['PATH'] ?? '');
    if (paths.length === 0) reasons.push('neither mariadbd nor mysqld is on the PATH');
    for (const path of paths) {
      const binaries = await inspectServer(path, null);
      if (typeof binaries === 'string') reasons.push(binaries);
      else {
        const found = await withTemplate(binaries, directory).catch(reasonInto(reasons));
        if (found !== null) return found;
      }
    }
    return null;
  },
  packages: async ({ directory, progress, signal }, reasons) => {
    if (!canUnpackPackages()) {
      reasons.push('no packages to unpack: apt-get and dpkg-deb are not here (not Debian or Ubuntu)');
      return null;
    }
    const unpacking = unpackedServer(join(directory, 'packages'), progress, signal);
    return unpacking.then((binaries) => withTemplate(binaries, directory)).catch(reasonInto(reasons, signal));
  },
  docker: async ({ progress }, reasons) => {
    if (process.platform === 'win32') {
      reasons.push('servers are guarded by a POSIX shell, which Windows lacks');
      return null;
    }
    if (!(await dockerAnswers())) {
      reasons.push('no Docker daemon answers');
      return null;
    }
    progress('fetching the server image (docker pull)');
    return pullImage().then(() => ({ kind: 'docker' as const }), reasonInto(reasons));
  },
};

/** Server programs count as found when they could prepare a data directory. */
async function withTemplate(binaries: ServerBinaries, directory: string): Promise<FoundServers> {
  const templatesDirectory = join(directory, 'templates');
  await ensureTemplate(binaries, templatesDirectory);
  return { kind: 'local', binaries, templatesDirectory };
}

/** Notes why a source does not work, so that the next is tried; other errors are bugs and go up. */
function reasonInto(reasons: string[], signal?: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (!(error instanceof ServerProblem) || signal?.aborted) throw error;
    reasons.push(error.message.replaceAll('\n', '\n    '));
    return null;
  };
}

function installAdvice(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Install one with: brew install mariadb';
  if (platform === 'win32')
    return 'On Windows run this inside WSL2: wsl --install, then the same command there.';
  if (canUnpackPackages())
    return 'Check the network and try again, or install one with: sudo apt-get install mariadb-server';
  return 'Install one with your package manager, such as: sudo dnf install mariadb-server, or: apk add mariadb, or start Docker.';
}
