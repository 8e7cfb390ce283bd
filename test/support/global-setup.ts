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
import type { Progress } from '../../src/cli/servers/server-provider.ts';
import { mysqlLane } from './mysql-lane.ts';
import type { TestServers } from './test-servers.ts';

const directory = fileURLToPath(new URL('../../.shardgate', import.meta.url));

export async function setup(project: TestProject): Promise<void> {
  project.provide('testServers', await findTestServers());
}

/** Containers where a Docker daemon answers, unless SHARDGATE_SERVERS says otherwise; `mysql` is the MySQL lane. */
async function findTestServers(): Promise<TestServers> {
  const wanted = process.env['SHARDGATE_SERVERS'];
  if (wanted === undefined && (await dockerAnswers())) {
    await pullImage();
    return { kind: 'testcontainers' };
  }
  const progress = (step: string): void => void process.stdout.write(`${step} ...\n`);
  const found =
    wanted === 'mysql'
      ? await mysqlServers(progress)
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

async function mysqlServers(progress: Progress): Promise<FoundServers> {
  const { binaries } = await mysqlLane(join(directory, 'mysql'), progress);
  return { kind: 'local', binaries, templatesDirectory: join(directory, 'templates') };
}
