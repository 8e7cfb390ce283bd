// Before the tests that need servers: finds out once where servers come from, and tells every test file.
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { findServers, openServers, sourcesFromEnvironment } from '../../src/cli/servers/choose-servers.ts';
import { dockerAnswers, pullImage } from '../../src/cli/servers/docker-servers.ts';
import type { TestServers } from './test-servers.ts';

const directory = fileURLToPath(new URL('../../.shardgate', import.meta.url));

export async function setup(project: TestProject): Promise<void> {
  project.provide('testServers', await findTestServers());
}

/** Containers where a Docker daemon answers, unless SHARDGATE_SERVERS says otherwise. */
async function findTestServers(): Promise<TestServers> {
  const wanted = process.env['SHARDGATE_SERVERS'];
  if (wanted === undefined && (await dockerAnswers())) {
    await pullImage();
    return { kind: 'testcontainers' };
  }
  const progress = (step: string): void => void process.stdout.write(`${step} ...\n`);
  const found = await findServers({ directory, sources: sourcesFromEnvironment(wanted), progress });
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
