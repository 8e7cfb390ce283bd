// The demo's five servers: four shards and the unsharded one, with their databases and one account each.
import { join } from 'node:path';
import type { RunningServer, ServerProvider } from '../servers/server-provider.ts';
import { connectAsAdmin } from '../servers/wait-until-ready.ts';

/** Key of the server in the configuration, and the database on it. */
const layout = [
  ['s0', 'shop_0'],
  ['s1', 'shop_1'],
  ['s2', 'shop_2'],
  ['s3', 'shop_3'],
  ['main', 'main'],
] as const;

export interface DemoServers {
  /** By the server's name in the configuration. */
  readonly ports: ReadonlyMap<string, number>;
  /** Resolves with a server's name when one ends without being told to. */
  readonly firstEnded: Promise<string>;
  stop(): Promise<void>;
}

/** `fresh`: databases of an earlier run are emptied first. Stops what it started when one of them fails. */
export async function startDemoServers(
  provider: ServerProvider,
  dataDirectory: string,
  fresh: boolean,
): Promise<DemoServers> {
  const servers: (readonly [name: string, server: RunningServer])[] = [];
  const starts = await Promise.allSettled(
    layout.map(async ([name, database]) => {
      const options = {
        name: `demo-${name}`,
        dataDirectory: join(dataDirectory, name),
        port: 0,
        durable: true,
      };
      const server = await provider.start(options);
      servers.push([name, server]);
      await prepareDatabase(server, database, fresh);
    }),
  );
  const stop = async (): Promise<void> => {
    await Promise.allSettled(servers.map(([, server]) => server.stop()));
  };
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    ports: new Map(servers.map(([name, server]) => [name, server.port])),
    firstEnded: Promise.race(servers.map(([name, server]) => server.exited.then(() => name))),
    stop,
  };
}

async function prepareDatabase(server: RunningServer, database: string, fresh: boolean): Promise<void> {
  const connection = await connectAsAdmin(server.admin);
  try {
    if (fresh) await connection.query(`DROP DATABASE IF EXISTS ${database}`);
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4`);
    await connection.query("CREATE USER IF NOT EXISTS shardgate@'%' IDENTIFIED BY 'shardgate'");
    await connection.query(`GRANT ALL PRIVILEGES ON ${database}.* TO shardgate@'%'`);
  } finally {
    await connection.end();
  }
}
