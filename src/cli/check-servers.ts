// `shardgate check --connect`: asks every server what only it can tell.
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { readKeyspaces } from '../app/keyspaces.ts';
import { snapshot } from '../app/schema.ts';
import { addressOf, type BackendTarget, type ShardTargets } from '../backend/options.ts';
import { versionProblem } from '../backend/server-version.ts';
import type { Config } from '../config/model.ts';
import { SchemaTracker } from '../control/schema-tracker.ts';
import { createLogger } from '../observability/log.ts';
import { errorAt, type Problem, warningAt } from '../util/problem.ts';
import { columnProblems } from '../vschema/column-warnings.ts';
import { constraintWarnings } from '../vschema/constraints.ts';

const connectTimeoutMs = 3000;

/** Never rejects: what cannot be asked is a problem itself. */
export async function checkServers(config: Config): Promise<readonly Problem[]> {
  const shards = [...config.keyspaces.values()].flatMap((keyspace) => keyspace.shards);
  const problems = await Promise.all(shards.map((shard) => checkShard(shard, config)));
  return [...problems.flat(), ...(await checkTables(config, shards))];
}

async function checkShard(shard: ShardTargets, config: Config): Promise<readonly Problem[]> {
  const path = `keyspaces.${shard.keyspace}.shards.${shard.name}`;
  const members: readonly [string, BackendTarget][] = [
    [`${path}.primary`, shard.primary],
    ...shard.replicas.map((target, index): [string, BackendTarget] => [`${path}.replicas[${index}]`, target]),
  ];
  const problems = await Promise.all(members.map(([where, target]) => checkServer(where, target, config)));
  return problems.flat();
}

async function checkServer(path: string, target: BackendTarget, config: Config): Promise<readonly Problem[]> {
  let connection: Connection;
  try {
    connection = await open(target);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [errorAt(path, `${addressOf(target)}: ${reason}`)];
  }
  try {
    return [
      ...(await checkVersion(path, connection)),
      ...(await checkLimits(path, connection, config)),
      ...(await checkTemporaryTables(path, connection)),
    ];
  } finally {
    connection.destroy();
  }
}

function open(target: BackendTarget): Promise<Connection> {
  const { user, password, database, socket, host, port } = target;
  const place = socket === null ? { host, port } : { socketPath: socket };
  return createConnection({ ...place, user, password, database, connectTimeout: connectTimeoutMs });
}

async function value(connection: Connection, sql: string): Promise<string> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql, rowsAsArray: true });
  return String(rows[0]?.[0] ?? '');
}

async function checkVersion(path: string, connection: Connection): Promise<readonly Problem[]> {
  const problem = versionProblem(await value(connection, 'SELECT VERSION()'));
  return problem === null ? [] : [errorAt(path, problem)];
}

/** Every process may open pool.maxPerShard connections, and as many for workspaces. */
async function checkLimits(
  path: string,
  connection: Connection,
  config: Config,
): Promise<readonly Problem[]> {
  const max = Number(await value(connection, 'SELECT @@GLOBAL.max_connections'));
  const workers = config.workers === 'auto' ? 1 : config.workers;
  const wanted = config.pool.maxPerShard * workers;
  if (max >= wanted) return [];
  return [
    warningAt(
      path,
      `max_connections is ${max}, pool.maxPerShard x workers is ${wanted}: raise the one or lower the other`,
    ),
  ];
}

/** The workspace needs temporary tables. */
async function checkTemporaryTables(path: string, connection: Connection): Promise<readonly Problem[]> {
  try {
    await connection.query('CREATE TEMPORARY TABLE shardgate_check (id INT PRIMARY KEY)');
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      errorAt(path, `the user may not CREATE TEMPORARY TABLES, which merging across shards needs: ${reason}`),
    ];
  }
}

async function checkTables(config: Config, shards: readonly ShardTargets[]): Promise<readonly Problem[]> {
  const { keyspaces } = readKeyspaces(config);
  const log = createLogger({ level: 'silent', pretty: false, output: 2 }, () => {});
  const tracker = new SchemaTracker(shards, { log, onChange: () => {} });
  try {
    await tracker.start();
    const vschema = snapshot(1, keyspaces, tracker, null);
    const drift = tracker
      .drift()
      .map((one) => errorAt(`keyspaces.${one.keyspace}`, `shards differ: ${JSON.stringify(one)}`));
    return [...drift, ...constraintWarnings(vschema), ...columnProblems(vschema)];
  } finally {
    tracker.stop();
  }
}
