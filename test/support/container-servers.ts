// Database servers in containers, by Testcontainers: for test machines with a Docker daemon.
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { dockerImage, dockerServers } from '../../src/cli/servers/docker-servers.ts';
import { sizeArguments } from '../../src/cli/servers/server-arguments.ts';
import {
  type RunningServer,
  type ServerOptions,
  ServerProblem,
  type ServerProvider,
} from '../../src/cli/servers/server-provider.ts';

const rootPassword = 'root-of-a-test';
const serverPort = 3306;
const startTimeoutMs = 120_000;
const stopTimeoutMs = 60_000;
const logLinesShown = 12;
/** Not where the image has a volume: what lies in a volume is not committed to an image. */
const dataDirectory = '/var/lib/shardgate-test';
const noop = (): void => {};

/** `image` is one of `prepareContainerImage`. */
export function containerServers(image: string): ServerProvider {
  return {
    description: `Testcontainers, image ${dockerImage}`,
    start: (options) => startContainer(image, options),
  };
}

export interface PreparedImage {
  readonly image: string;
  /** Removes it after the last test, and what servers with a data directory left. */
  remove(): Promise<void>;
}

/** `dockerImage` with its data directory made, so that the servers of the tests do not each make their own. */
export async function prepareContainerImage(): Promise<PreparedImage> {
  const first: ServerOptions = { name: 'first', dataDirectory: null, port: 0, durable: true };
  // The image starts the server twice: once to prepare it, then to serve.
  const container = await started(dockerImage, first, 2);
  await container.stop({ remove: false, timeout: stopTimeoutMs });
  const [repo, tag] = ['shardgate-test', container.getId().slice(0, 12)];
  await container.commit({ repo, tag });
  const { dockerode } = (await getContainerRuntimeClient()).container;
  await dockerode.getContainer(container.getId()).remove({ v: true });
  const image = `${repo}:${tag}`;
  const remove = async (): Promise<void> => {
    const { Volumes } = await dockerode.listVolumes({ filters: { label: [volumeLabel(image)] } });
    for (const { Name } of Volumes) await dockerode.getVolume(Name).remove();
    await dockerode.getImage(image).remove();
  };
  return { image, remove };
}

/** Marks the data of servers that were stopped and may have been started again. */
function volumeLabel(image: string): string {
  return `shardgate=${image}`;
}

/** A container that goes with the test; data that shall stay needs a volume, which the product's own provider has. */
async function startContainer(image: string, options: ServerOptions): Promise<RunningServer> {
  if (options.dataDirectory !== null || options.port !== 0) {
    return dockerServers(volumeLabel(image)).start(options);
  }
  const container = await started(image, options, 1);
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const running = dockerode.getContainer(container.getId());
  const ended = running.wait().then(noop, noop);
  let stopped: Promise<unknown> | null = null;
  const stop = async (): Promise<void> => {
    stopped ??= container.stop({ timeout: 0 });
    await stopped;
    await ended;
  };
  const host = '127.0.0.1';
  if (!['localhost', host].includes(container.getHost())) {
    await stop();
    throw new ServerProblem(
      `the Docker daemon is on ${container.getHost()}; the tests need one on this machine, or SHARDGATE_SERVERS=installed`,
    );
  }
  const port = container.getMappedPort(serverPort);
  return {
    name: options.name,
    host,
    port,
    admin: { host, port, user: 'root', password: rootPassword },
    exited: ended,
    stop,
    crash: stop,
    freeze: async () => void (await running.pause()),
    // One that is not frozen is left as it is.
    thaw: () => running.unpause().then(noop, noop),
  };
}

async function started(image: string, options: ServerOptions, starts: number): Promise<StartedTestContainer> {
  const log: string[] = [];
  try {
    return await new GenericContainer(image)
      .withEnvironment({ MARIADB_ROOT_PASSWORD: rootPassword, MARIADB_ROOT_HOST: '%' })
      .withCommand([`--datadir=${dataDirectory}`, '--innodb-log-file-size=16M', ...sizeArguments(options)])
      .withCopyFilesToContainer(filesNamed(options).map((path) => ({ source: path, target: path })))
      .withExposedPorts(serverPort)
      .withWaitStrategy(Wait.forLogMessage(/ready for connections/, starts))
      .withStartupTimeout(startTimeoutMs)
      .withLogConsumer((lines) => lines.on('data', (line) => log.push(String(line).trimEnd())))
      .start();
  } catch (error) {
    const last = log.slice(-logLinesShown).join('\n');
    throw new ServerProblem(`${options.name} did not start (${error})\n${last}`);
  }
}

/** Files of this machine that the options name, certificates say: the container gets them at the same place. */
function filesNamed({ extraArguments = [] }: ServerOptions): string[] {
  const values = extraArguments.map((argument) => argument.slice(argument.indexOf('=') + 1));
  return values.filter((value) => isAbsolute(value) && existsSync(value));
}
