// Two servers that outlive many worlds: shards on one, the oracle on the other; a world is a schema with Shardgate over it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type App, startApp } from '../../src/app.ts';
import { freePort } from '../../src/cli/servers/free-port.ts';
import type { RunningServer, ServerProvider } from '../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../src/cli/servers/wait-until-ready.ts';
import { parseConfig } from '../../src/config.ts';
import { ExactClient, type ExactClientOptions } from './exact-client.ts';

export interface WorldSchema {
  /** Key ranges of keyspace `shop`. */
  readonly shards: readonly string[];
  /** Of keyspace `shop`, as Vitess writes it. */
  readonly vschema: object;
  /** CREATE TABLEs, each ended by a semicolon at a line's end. */
  readonly schema: string;
  /** The same for the unsharded keyspace `main`. */
  readonly mainSchema: string;
  /** Of keyspace `shop`; `check` when left out. */
  readonly constraints?: 'check' | 'trust';
  /** CREATE VIEWs of keyspace `shop`; those that a server refuses are left out. */
  readonly views?: readonly string[];
  /** Top-level keys of the configuration, over ours. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface World {
  readonly app: App;
  readonly flavour: 'mariadb' | 'mysql';
  readonly shardDatabases: readonly string[];
  /** A connection to Shardgate, or to the one plain server that holds the same tables. Closed with the world. */
  proxy(options?: ExactClientOptions): Promise<ExactClient>;
  oracle(options?: ExactClientOptions): Promise<ExactClient>;
  /** To the server of all shards, past Shardgate, as its administrator may. Closed with the world. */
  shardServer(): Promise<ExactClient>;
  /** An administrator's connection past Shardgate to the server of all shards, or to the oracle. */
  readonly shardAdmin: Connection;
  readonly oracleAdmin: Connection;
  /** Whether both servers still answer. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
  /** `close` for a world whose servers are gone: nothing is asked of them. */
  abandon(): Promise<void>;
}

const account = { user: 'app', password: 'app' } as const;

export class Stage {
  readonly #shards: RunningServer;
  readonly #oracle: RunningServer;
  readonly #shardAdmin: Connection;
  readonly #oracleAdmin: Connection;
  readonly #flavour: World['flavour'];

  private constructor(
    shards: RunningServer,
    oracle: RunningServer,
    shardAdmin: Connection,
    oracleAdmin: Connection,
    flavour: World['flavour'],
  ) {
    this.#shards = shards;
    this.#oracle = oracle;
    this.#shardAdmin = shardAdmin;
    this.#oracleAdmin = oracleAdmin;
    this.#flavour = flavour;
  }

  /** Starts both servers. `close` ends them. */
  static async open(provider: ServerProvider): Promise<Stage> {
    const start = (name: string): Promise<RunningServer> =>
      provider.start({ name, dataDirectory: null, port: 0, durable: false });
    const shards = await start('shards');
    try {
      const oracle = await start('oracle');
      const admins = [await connectAsAdmin(shards.admin), await connectAsAdmin(oracle.admin)] as const;
      // Of a server that died whoever asks next is told.
      for (const admin of admins) admin.on('error', () => undefined);
      for (const admin of admins) await admin.query("CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY 'app'");
      // Shardgate tells its users of every database that does not exist; so does a server only to whom all are open.
      await admins[1].query("GRANT ALL PRIVILEGES ON *.* TO app@'%'");
      const [[server]] = await admins[1].query<RowDataPacket[]>(
        "SELECT VERSION() LIKE '%MariaDB%' AS mariadb",
      );
      const flavour = server?.['mariadb'] === 1 ? 'mariadb' : 'mysql';
      // What mode twopc needs there to find what it left behind.
      if (flavour === 'mysql') await admins[0].query("GRANT XA_RECOVER_ADMIN ON *.* TO app@'%'");
      // The oracle takes files as Shardgate does.
      if (flavour === 'mysql') await admins[1].query('SET GLOBAL local_infile = ON');
      return new Stage(shards, oracle, ...admins, flavour);
    } catch (error) {
      await shards.stop();
      throw error;
    }
  }

  get flavour(): World['flavour'] {
    return this.#flavour;
  }

  async close(): Promise<void> {
    this.#shardAdmin.destroy();
    this.#oracleAdmin.destroy();
    await Promise.all([this.#shards.stop(), this.#oracle.stop()]);
  }

  /** Ends servers that may be beyond ending in order. */
  async abandon(): Promise<void> {
    this.#shardAdmin.destroy();
    this.#oracleAdmin.destroy();
    await Promise.all([this.#shards.crash(), this.#oracle.crash()]);
  }

  /** Fresh databases with the schema, and Shardgate over them. One world at a time. */
  async world(schema: WorldSchema): Promise<World> {
    const shardDatabases = schema.shards.map((_, index) => `shop_${index}`);
    for (const name of shardDatabases) await createDatabase(this.#shardAdmin, name, schema.schema);
    await createDatabase(this.#shardAdmin, 'main_0', schema.mainSchema);
    await createDatabase(this.#oracleAdmin, 'shop', schema.schema);
    await createDatabase(this.#oracleAdmin, 'main', schema.mainSchema);
    for (const view of schema.views ?? []) await this.#createView(view, shardDatabases);
    const directory = await mkdtemp(join(tmpdir(), 'shardgate-world-'));
    try {
      const app = await this.#startShardgate(schema, shardDatabases, directory);
      return this.#worldOver(app, shardDatabases, directory);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  async #createView(sql: string, shardDatabases: readonly string[]): Promise<void> {
    await this.#oracleAdmin.query('USE shop');
    const made = await this.#oracleAdmin.query(sql).then(
      () => true,
      () => false,
    );
    if (!made) return;
    for (const database of shardDatabases) {
      await this.#shardAdmin.query(`USE ${database}`);
      await this.#shardAdmin.query(sql);
    }
  }

  #worldOver(app: App, shardDatabases: readonly string[], directory: string): World {
    const clients: ExactClient[] = [];
    const open = async (port: number, options?: ExactClientOptions): Promise<ExactClient> => {
      const client = await ExactClient.connect(port, options);
      clients.push(client);
      return client;
    };
    const leave = async (): Promise<void> => {
      await Promise.all(clients.map((client) => client.close()));
      await app.close();
      await rm(directory, { recursive: true, force: true });
    };
    return {
      app,
      flavour: this.#flavour,
      shardDatabases,
      proxy: (options) => open(app.mysqlPort, options),
      oracle: (options) => open(this.#oracle.port, options),
      shardServer: () => open(this.#shards.port, { database: null }),
      shardAdmin: this.#shardAdmin,
      oracleAdmin: this.#oracleAdmin,
      answers: () =>
        Promise.all([this.#shardAdmin.query('SELECT 1'), this.#oracleAdmin.query('SELECT 1')]).then(
          () => true,
          () => false,
        ),
      abandon: leave,
      close: async () => {
        await leave();
        for (const name of [...shardDatabases, 'main_0'])
          await this.#shardAdmin.query(`DROP DATABASE ${name}`);
        for (const name of ['shop', 'main']) await this.#oracleAdmin.query(`DROP DATABASE ${name}`);
      },
    };
  }

  async #startShardgate(
    schema: WorldSchema,
    shardDatabases: readonly string[],
    directory: string,
  ): Promise<App> {
    await writeFile(join(directory, 'shop.vschema.json'), JSON.stringify(schema.vschema));
    await writeFile(join(directory, 'shop.sql'), schema.schema);
    await writeFile(join(directory, 'main.sql'), schema.mainSchema);
    const { host, port } = this.#shards;
    const primary = (database: string): object => ({ primary: { host, port, database, ...account } });
    const shards = schema.shards.map((name, index) => [name, primary(shardDatabases[index] ?? '')]);
    const config = {
      listen: { host: '127.0.0.1', port: await freePort() },
      admin: { host: '127.0.0.1', port: await freePort() },
      users: [{ name: account.user, password: account.password }],
      keyspaces: {
        shop: {
          vschema: 'shop.vschema.json',
          schema: 'shop.sql',
          shards: Object.fromEntries(shards),
          constraints: schema.constraints ?? 'check',
        },
        main: { schema: 'main.sql', shards: { '-': primary('main_0') } },
      },
      log: { level: 'error' },
      ...schema.config,
    };
    // JSON is YAML.
    return startApp(parseConfig(JSON.stringify(config), { file: join(directory, 'shardgate.yaml') }), {});
  }
}

async function createDatabase(admin: Connection, name: string, schema: string): Promise<void> {
  await admin.query(`DROP DATABASE IF EXISTS ${name}`);
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await admin.query(`GRANT ALL PRIVILEGES ON ${name}.* TO app@'%'`);
  await admin.query(`USE ${name}`);
  if (schema.trim() !== '') await admin.query(schema);
}
