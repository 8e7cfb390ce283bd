// Database servers in containers, by Testcontainers: for test machines with a Docker daemon.
import { GenericContainer, Wait } from 'testcontainers';
import { dockerImage, dockerServers } from '../../src/cli/servers/docker-servers.ts';
import type { RunningServer, ServerOptions, ServerProvider } from '../../src/cli/servers/server-provider.ts';

const rootPassword = 'root-of-a-test';
const serverPort = 3306;

export function containerServers(): ServerProvider {
  return { description: `Testcontainers, image ${dockerImage}`, start: startContainer };
}

/** A container that goes with the test; data that shall stay needs a volume, which the product's own provider has. */
async function startContainer(options: ServerOptions): Promise<RunningServer> {
  if (options.dataDirectory !== null || options.port !== 0) return dockerServers().start(options);
  const container = await new GenericContainer(dockerImage)
    .withEnvironment({ MARIADB_ROOT_PASSWORD: rootPassword, MARIADB_ROOT_HOST: '%' })
    .withCommand([
      ...['--skip-name-resolve', '--skip-log-bin', '--character-set-server=utf8mb4', '--max-connections=300'],
      ...['--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M'],
      ...(options.durable ? [] : ['--innodb-flush-log-at-trx-commit=0']),
      ...(options.extraArguments ?? []),
    ])
    .withExposedPorts(serverPort)
    // The image starts the server twice: once to prepare it, then to serve.
    .withWaitStrategy(Wait.forLogMessage(/ready for connections/, 2))
    .start();
  const port = container.getMappedPort(serverPort);
  let markEnded = (): void => {};
  const exited = new Promise<void>((resolve) => {
    markEnded = resolve;
  });
  const stop = async (): Promise<void> => {
    await container.stop();
    markEnded();
  };
  return {
    name: options.name,
    host: '127.0.0.1',
    port,
    admin: { host: '127.0.0.1', port, user: 'root', password: rootPassword },
    pid: null,
    exited,
    stop,
    crash: async () => {
      await container.stop({ timeout: 0 });
      markEnded();
    },
  };
}
