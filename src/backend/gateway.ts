// All pools of the process: shard and role to a connection. Health tells it who is down; nobody else decides.
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import type { Counters } from '../observability/counters.ts';
import { TimerWheel } from '../util/timer-wheel.ts';
import { withinMs } from '../util/within-ms.ts';
import { applySettings, ProvenSettings } from './connection/apply-settings.ts';
import { connectBackend } from './connection/connect.ts';
import { SocketConnection } from './connection/connection.ts';
import type { ServerVersion } from './connection/server-version.ts';
import { smallQuery, withDeadline } from './connection/small-query.ts';
import type {
  BackendConnection,
  Gateway,
  Lease,
  LeaseOptions,
  SessionSettings,
  SharedConnection,
} from './contract.ts';
import {
  addressOf,
  type BackendRole,
  type BackendTarget,
  type PoolLimits,
  type ShardTargets,
} from './options.ts';
import { type PoolCounts, ShardPool } from './pool/pool.ts';
import { SharedReads } from './shared-reads.ts';

const wheelTickMs = 25;
const wheelSlots = 512;
const sweepEveryMs = 1_000;
const killTimeoutMs = 1_000;
/** How long what still runs on a server that left the configuration may go on. */
const replacedGraceMs = 60_000;

/** One server of a shard. */
interface Member {
  readonly target: BackendTarget;
  readonly pool: ShardPool;
  readonly shared: SharedReads;
  up: boolean;
}

interface ShardMembers {
  readonly targets: ShardTargets;
  readonly primary: Member;
  readonly replicas: readonly Member[];
  nextReplica: number;
}

export interface PoolReport extends PoolCounts {
  readonly shardId: string;
  readonly keyspace: string;
  readonly shard: string;
  readonly role: BackendRole;
  /** Among the replicas; null for the primary. */
  readonly replica: number | null;
  /** `host:port` or a socket's path. */
  readonly address: string;
}

export class PoolGateway implements Gateway {
  readonly #proven = new ProvenSettings();
  readonly #limits: PoolLimits;
  readonly #counters: Counters;
  readonly #wheel = new TimerWheel(wheelTickMs, wheelSlots);
  readonly #shards = new Map<string, ShardMembers>();
  /** The flavour each keyspace's first server showed; the others must be alike. */
  readonly #flavours = new Map<string, ServerVersion>();
  readonly #sweep: NodeJS.Timeout;

  constructor(shards: readonly ShardTargets[], limits: PoolLimits, counters: Counters) {
    this.#limits = limits;
    this.#counters = counters;
    for (const targets of shards) this.#shards.set(targets.id, this.#members(targets));
    this.#sweep = setInterval(() => this.tick(), sweepEveryMs);
    this.#sweep.unref();
  }

  tryLease(shardId: string, options: LeaseOptions): Lease | null {
    const shard = this.#shards.get(shardId);
    return shard === undefined ? null : choose(shard, options.role).pool.tryLease(options);
  }

  tryShare(shardId: string, options: LeaseOptions): SharedConnection | null {
    const shard = this.#shards.get(shardId);
    return shard === undefined ? null : choose(shard, options.role).shared.tryShare(options);
  }

  async lease(shardId: string, options: LeaseOptions): Promise<Lease> {
    const member = choose(this.#shard(shardId), options.role);
    return member.pool.lease(options);
  }

  hasSettings(connection: BackendConnection, settings: SessionSettings): boolean {
    return !(connection instanceof SocketConnection) || connection.settings.matches(settings);
  }

  async useSettings(connection: BackendConnection, settings: SessionSettings): Promise<void> {
    if (connection instanceof SocketConnection) await applySettings(connection, settings, this.#proven);
  }

  /**
   * The caller keeps its lease until this resolves and the response has ended: a KILL that comes late must find nobody
   * else's statement. Nothing is sent for a connection without a pending response.
   */
  async killQuery(connection: BackendConnection): Promise<void> {
    if (!(connection instanceof SocketConnection) || !connection.alive || connection.pending === 0) return;
    try {
      await withinMs(killTimeoutMs, this.#kill(connection));
    } catch (error) {
      // Best effort: the caller goes on to drop the connection when the answer does not come.
      if (!(error instanceof SqlError)) throw error;
    }
  }

  database(shardId: string): string {
    return this.#shard(shardId).targets.primary.database;
  }

  /** Shards as configured now, for health and the tracker. */
  targets(): ShardTargets[] {
    return [...this.#shards.values()].map(({ targets }) => targets);
  }

  /** Flavour and version of a keyspace's servers; null until one has been connected to. */
  flavour(keyspace: string): ServerVersion | null {
    return this.#flavours.get(keyspace) ?? null;
  }

  /**
   * Takes over a changed set of shards. Pools of servers that are not in it any more refuse new leases and close when
   * the last one comes back.
   */
  update(shards: readonly ShardTargets[]): void {
    const wanted = new Map(shards.map((targets) => [targets.id, targets]));
    for (const [id, members] of this.#shards) {
      const targets = wanted.get(id);
      if (targets !== undefined && JSON.stringify(targets) === JSON.stringify(members.targets)) {
        wanted.delete(id);
        continue;
      }
      this.#shards.delete(id);
      for (const { pool } of [members.primary, ...members.replicas]) void pool.close(replacedGraceMs);
    }
    for (const [id, targets] of wanted) this.#shards.set(id, this.#members(targets));
  }

  /** What health found out of one server; `replica` is its index among the replicas, null for the primary. */
  report(shardId: string, replica: number | null, up: boolean, why: string): void {
    const shard = this.#shards.get(shardId);
    const member = replica === null ? shard?.primary : shard?.replicas[replica];
    if (member === undefined || member.up === up) return;
    member.up = up;
    if (up) member.pool.markUp();
    else member.pool.markDown(shardgateError('SG4001', { shard: shardId, why }));
  }

  /** Counts of every pool. */
  pools(): PoolReport[] {
    return [...this.#shards.values()].flatMap(({ targets, primary, replicas }) =>
      [primary, ...replicas].map(({ pool, target }, index) => ({
        shardId: targets.id,
        keyspace: targets.keyspace,
        shard: targets.name,
        role: index === 0 ? ('primary' as const) : ('replica' as const),
        replica: index === 0 ? null : index - 1,
        address: addressOf(target),
        ...pool.counts,
      })),
    );
  }

  /** One second of rest for idle connections; called by the gateway's own clock, and by tests that do not want to wait. */
  tick(): void {
    for (const { primary, replicas } of this.#shards.values()) {
      primary.pool.tick();
      for (const replica of replicas) replica.pool.tick();
    }
  }

  /**
   * Refuses new leases; resolves when all leased connections have come back and are closed, after `graceMs` at the latest.
   */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#sweep);
    const members = [...this.#shards.values()].flatMap(({ primary, replicas }) => [primary, ...replicas]);
    await Promise.all(members.map(({ pool }) => pool.close(graceMs)));
    this.#wheel.close();
  }

  #shard(shardId: string): ShardMembers {
    const shard = this.#shards.get(shardId);
    if (shard !== undefined) return shard;
    throw shardgateError('SG4001', { shard: shardId, why: 'no such shard is configured' });
  }

  #members(targets: ShardTargets): ShardMembers {
    return {
      targets,
      primary: this.#member(targets, targets.primary),
      replicas: targets.replicas.map((target) => this.#member(targets, target)),
      nextReplica: 0,
    };
  }

  #member({ id, keyspace }: ShardTargets, target: BackendTarget): Member {
    const connect = (clientFlags: number): Promise<SocketConnection> =>
      connectBackend({
        shardId: id,
        target,
        clientFlags,
        refuse: (server) => this.#flavourProblem(keyspace, server),
      });
    const pool = new ShardPool({
      shardId: id,
      limits: this.#limits,
      connect,
      wheel: this.#wheel,
      waited: (seconds) => this.#counters.poolWait.observe(seconds),
    });
    const shared = new SharedReads({
      tryLease: (options) => pool.tryLease(options),
      kill: (connection) => this.killQuery(connection),
    });
    return { target, pool, shared, up: true };
  }

  #flavourProblem(keyspace: string, server: ServerVersion): string | null {
    const first = this.#flavours.get(keyspace);
    if (first === undefined || first.kind === server.kind) {
      this.#flavours.set(keyspace, first !== undefined && first.version <= server.version ? first : server);
      return null;
    }
    return `it is ${server.versionText}, other servers of keyspace ${keyspace} are ${first.versionText}`;
  }

  async #kill(connection: SocketConnection): Promise<void> {
    const { shardId, target, threadId } = connection;
    const side = await connectBackend({ shardId, target, clientFlags: 0, refuse: () => null });
    try {
      const kill = killFor(connection);
      if (kill !== null) await withDeadline(side, killTimeoutMs, smallQuery(side, `${kill} ${threadId}`));
    } finally {
      side.quit();
    }
  }
}

/**
 * What ends the statement of a connection: nothing when it has ended already. A connection that was closed on our side runs
 * on at the server until it notices; one that the server lost is none of its any more, and its id may be another's by now.
 */
function killFor(connection: SocketConnection): string | null {
  if (connection.alive) return connection.pending > 0 ? 'KILL QUERY' : null;
  return connection.lostByPeer ? null : 'KILL CONNECTION';
}

/** The primary, or the next replica that is up; the primary too when there is none. */
function choose(shard: ShardMembers, role: BackendRole): Member {
  const count = shard.replicas.length;
  if (role === 'primary' || count === 0) return shard.primary;
  for (let tried = 0; tried < count; tried++) {
    shard.nextReplica = (shard.nextReplica + 1) % count;
    const replica = shard.replicas[shard.nextReplica];
    if (replica?.up === true) return replica;
  }
  return shard.primary;
}
