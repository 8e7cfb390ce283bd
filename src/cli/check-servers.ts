// `shardgate check --connect`: asks every server what only it can tell.
import { readKeyspaces } from '../app/keyspaces.ts';
import { snapshot } from '../app/schema.ts';
import { targetsOf } from '../app/targets.ts';
import {
  parseServerVersion,
  type ServerVersion,
  versionProblem,
} from '../backend/connection/server-version.ts';
import { addressOf, type BackendRole, type BackendTarget, type ShardTargets } from '../backend/options.ts';
import type { Config } from '../config/model.ts';
import { ControlConnection } from '../control/control-connection.ts';
import { SchemaTracker } from '../control/schema-tracker.ts';
import { createLogger } from '../observability/log.ts';
import { errorAt, type Problem, warningAt } from '../util/problem.ts';
import { checkPrivileges } from './check-privileges.ts';
import { schemaProblems } from './schema-problems.ts';
import { workerCount } from './workers/count.ts';

const queryTimeoutMs = 3000;
/** Health, schema tracker and a KILL per shard, beside the pools. */
const ownConnectionsPerShard = 3;
/** Gathers that run at once hold a workspace connection each, of any shard. */
const gathersMax = 16;

interface Member {
  /** `keyspaces.shop.shards.-80.primary`. */
  readonly path: string;
  readonly shard: ShardTargets;
  readonly role: BackendRole;
  readonly target: BackendTarget;
}

interface Answered {
  readonly member: Member;
  readonly version: ServerVersion | null;
  readonly problems: readonly Problem[];
}

/** Never rejects: what cannot be asked is a problem itself. */
export async function checkServers(config: Config): Promise<readonly Problem[]> {
  const members = targetsOf(config).flatMap(membersOf);
  const answers = await Promise.all(members.map((member) => checkServer(member, members, config)));
  const problems = [...answers.flatMap((answer) => answer.problems), ...mixedFlavours(answers)];
  return [...problems, ...(await checkTables(config))];
}

function membersOf(shard: ShardTargets): readonly Member[] {
  const path = `keyspaces.${shard.keyspace}.shards.${shard.name}`;
  return [
    { path: `${path}.primary`, shard, role: 'primary', target: shard.primary },
    ...shard.replicas.map(
      (target, index): Member => ({ path: `${path}.replicas[${index}]`, shard, role: 'replica', target }),
    ),
  ];
}

async function checkServer(member: Member, members: readonly Member[], config: Config): Promise<Answered> {
  const { path, target, role } = member;
  const connection = new ControlConnection(target);
  try {
    const [row] = await connection.query(
      'SELECT VERSION() AS version, @@GLOBAL.max_connections AS connections',
      [],
      queryTimeoutMs,
    );
    const version = String(row?.['version'] ?? '');
    const old = versionProblem(version);
    const problems = [
      ...(old === null ? [] : [errorAt(path, old)]),
      ...connectionProblems(member, members, Number(row?.['connections'] ?? 0), config),
      ...(await checkPrivileges({
        path,
        target,
        role,
        mode: config.transactions.mode,
        connection,
        timeoutMs: queryTimeoutMs,
      })),
    ];
    return { member, version: parseServerVersion(version), problems };
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    return { member, version: null, problems: [errorAt(path, `${addressOf(target)}: ${reason}`)] };
  } finally {
    connection.close();
  }
}

/** Said once per server, at the first shard on it. */
function connectionProblems(
  member: Member,
  members: readonly Member[],
  allowed: number,
  config: Config,
): readonly Problem[] {
  const address = addressOf(member.target);
  const here = members.filter((other) => addressOf(other.target) === address);
  if (here[0] !== member) return [];
  const workers = workerCount(config.workers);
  const { maxPerShard } = config.pool;
  const perWorker = here.length * (maxPerShard + ownConnectionsPerShard) + Math.min(gathersMax, maxPerShard);
  const wanted = perWorker * workers;
  if (allowed >= wanted) return [];
  const shards = here.length === 1 ? '' : ` x ${here.length} shards on this server`;
  const sum = `pool.maxPerShard ${maxPerShard} x workers ${workers}${shards}, with workspaces and checks, may open ${wanted}`;
  return [
    warningAt(
      member.path,
      `${address}: max_connections is ${allowed}; ${sum}: raise the one or lower the other`,
    ),
  ];
}

/** Two flavours in one keyspace answer the same statement differently: refused at connect, so said here. */
function mixedFlavours(answers: readonly Answered[]): readonly Problem[] {
  const first = new Map<string, ServerVersion>();
  return answers.flatMap(({ member, version }) => {
    if (version === null) return [];
    const { keyspace } = member.shard;
    const known = first.get(keyspace);
    if (known === undefined) first.set(keyspace, version);
    if (known === undefined || known.kind === version.kind) return [];
    const why = `other servers of keyspace ${keyspace} are ${known.versionText}; use one flavour per keyspace`;
    return [errorAt(member.path, `it is ${version.versionText}, ${why}`)];
  });
}

/** Tables as the servers have them: what differs between shards, and constraints that cannot hold. */
async function checkTables(config: Config): Promise<readonly Problem[]> {
  const { keyspaces } = readKeyspaces(config);
  const log = createLogger({ level: 'silent', pretty: false, output: 2 }, () => {});
  const tracker = new SchemaTracker(targetsOf(config), { log, onChange: () => {} });
  try {
    await tracker.start();
    const drift = tracker
      .drift()
      .map(({ keyspace, shard, table, difference }) =>
        errorAt(`keyspaces.${keyspace}.shards.${shard}`, `table ${table}: ${difference}`),
      );
    return [...drift, ...schemaProblems(snapshot(1, keyspaces, tracker, null))];
  } finally {
    tracker.stop();
  }
}
