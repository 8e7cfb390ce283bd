// Before the tests that need servers: finds out once where servers come from, and tells every test file.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import {
  type FoundServers,
  findServers,
  openServers,
  sourcesFromEnvironment,
} from '../../src/cli/servers/choose-servers.ts';
import { dockerAnswers, pullImage } from '../../src/cli/servers/docker-servers.ts';
import { type Progress, ServerProblem } from '../../src/cli/servers/server-provider.ts';
import { mysqlLane } from './mysql-lane.ts';
import type { TestServers } from './test-servers.ts';

const directory = fileURLToPath(new URL('../../.shardgate', import.meta.url));
const progress: Progress = (step) => void process.stdout.write(`${step} ...\n`);

/** Resolves to what has to be done after the last test. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const containers = await preparedContainers();
  project.provide('testServers', containers?.servers ?? (await localTestServers()));
  return containers?.remove ?? (async () => {});
}

interface Containers {
  readonly servers: TestServers;
  remove(): Promise<void>;
}

/** Where a Docker daemon has the image, or can fetch it, unless SHARDGATE_SERVERS says otherwise; else null. */
async function preparedContainers(): Promise<Containers | null> {
  if (process.env['SHARDGATE_SERVERS'] !== undefined || !(await dockerAnswers())) return null;
  try {
    await pullImage();
    // Loaded only where it is used: it takes longer than starting a local server.
    const { prepareContainerImage } = await import('./container-servers.ts');
    const { image, remove } = await prepareContainerImage();
    return { servers: { kind: 'testcontainers', image }, remove };
  } catch (error) {
    if (!(error instanceof ServerProblem)) throw error;
    progress(`${error.message}\nlooking for servers of this machine`);
    return null;
  }
}

/** `mysql` is the MySQL lane. */
async function localTestServers(): Promise<TestServers> {
  const wanted = process.env['SHARDGATE_SERVERS'];
  const found =
    wanted === 'mysql'
      ? await mysqlServers()
      : await findServers({ directory, sources: sourcesFromEnvironment(wanted), progress });
  // One start here makes the pristine data directory, so that test files do not each make their own.
  const first = await openServers(found).start({
    name: 'first',
    dataDirectory: null,
    port: 0,
    durable: false,
  });
  await first.stop();
  return found;
}

async function mysqlServers(): Promise<FoundServers> {
  const { binaries } = await mysqlLane(join(directory, 'mysql'), progress);
  return { kind: 'local', binaries, templatesDirectory: join(directory, 'templates') };
}
