// Asks every server whether it lives, once a second: three failures and it is down, one answer and it is up.

import { parseServerVersion, type ServerVersion } from '../backend/connection/server-version.ts';
import { addressOf, type BackendRole, type BackendTarget, type ShardTargets } from '../backend/options.ts';
import type { Logger } from '../observability/log.ts';
import { ControlConnection } from './control-connection.ts';

const intervalMs = 1_000;
const probeTimeoutMs = 500;
/** Between the strikes: a frozen server is down within 1 s + 3 x 500 ms + 2 x 150 ms, a refusing one within half a second more than an interval. */
const strikePauseMs = 150;
const strikesMax = 3;
const probeSql = 'SELECT VERSION() AS version, @@GLOBAL.read_only AS readOnly';

export interface ServerHealth {
  readonly keyspace: string;
  readonly shard: string;
  /** `keyspace/shard`. */
  readonly shardId: string;
  readonly role: BackendRole;
  /** Among the replicas; null for the primary. */
  readonly replica: number | null;
  /** Null before the first answer or third failure. */
  readonly up: boolean | null;
  /** Why it is not up; '' otherwise. */
  readonly reason: string;
  readonly version: ServerVersion | null;
  /** Null while unknown. */
  readonly readOnly: boolean | null;
}

export interface ShardReadiness {
  readonly keyspace: string;
  readonly shard: string;
  readonly ready: boolean;
  readonly reason: string;
}

export interface Readiness {
  /** Every shard has a primary that answers. */
  readonly all: boolean;
  /** At least one has. */
  readonly any: boolean;
  readonly shards: readonly ShardReadiness[];
}

/** Hears of every change between up and down; `PoolGateway.report` fits. */
export type HealthReport = (shardId: string, replica: number | null, up: boolean, why: string) => void;

export class HealthMonitor {
  readonly #log: Logger;
  readonly #report: HealthReport;
  #watchers: readonly Watcher[] = [];

  constructor(log: Logger, report: HealthReport) {
    this.#log = log;
    this.#report = report;
  }

  /** Begins to watch these servers instead of those before; resolves when each has been judged once. Never rejects. */
  async watch(shards: readonly ShardTargets[]): Promise<void> {
    this.stop();
    const watchers = shards.flatMap((shard) => [
      new Watcher(shard, 'primary', null, shard.primary, this.#log, this.#report),
      ...shard.replicas.map(
        (target, index) => new Watcher(shard, 'replica', index, target, this.#log, this.#report),
      ),
    ]);
    this.#watchers = watchers;
    await Promise.all(watchers.map((watcher) => watcher.start()));
  }

  stop(): void {
    for (const watcher of this.#watchers) watcher.stop();
    this.#watchers = [];
  }

  servers(): readonly ServerHealth[] {
    return this.#watchers.map((watcher) => watcher.health);
  }

  readiness(): Readiness {
    const shards = this.servers()
      .filter(({ role }) => role === 'primary')
      .map(({ keyspace, shard, up, reason }) => ({
        keyspace,
        shard,
        ready: up === true,
        reason: up === true ? '' : reason || 'not asked yet',
      }));
    return {
      all: shards.length > 0 && shards.every(({ ready }) => ready),
      any: shards.some(({ ready }) => ready),
      shards,
    };
  }
}

/** Watches one server. */
class Watcher {
  readonly #connection: ControlConnection;
  readonly #log: Logger;
  readonly #report: HealthReport;
  readonly #address: string;
  #timer: NodeJS.Timeout | null = null;
  #strikes = 0;
  #stopped = false;
  #judged: () => void = () => {};
  health: ServerHealth;

  constructor(
    shard: ShardTargets,
    role: BackendRole,
    replica: number | null,
    target: BackendTarget,
    log: Logger,
    report: HealthReport,
  ) {
    this.#connection = new ControlConnection(target);
    this.#address = addressOf(target);
    this.#log = log;
    this.#report = report;
    this.health = {
      keyspace: shard.keyspace,
      shard: shard.name,
      shardId: shard.id,
      role,
      replica,
      up: null,
      reason: '',
      version: null,
      readOnly: null,
    };
  }

  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#judged = resolve;
      void this.#probe();
    });
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#connection.close();
    this.#judged();
  }

  async #probe(): Promise<void> {
    const startedAtMs = performance.now();
    try {
      const [row] = await this.#connection.query(probeSql, [], probeTimeoutMs);
      if (this.#stopped) return;
      this.#alive(String(row?.['version'] ?? ''), String(row?.['readOnly'] ?? '0'));
    } catch (error) {
      if (this.#stopped) return;
      this.#strike(error instanceof Error ? error.message || error.name : String(error));
    }
    const failing = this.#strikes > 0 && this.#strikes < strikesMax;
    const elapsedMs = performance.now() - startedAtMs;
    this.#timer = setTimeout(
      () => void this.#probe(),
      failing ? strikePauseMs : Math.max(strikePauseMs, intervalMs - elapsedMs),
    );
    // Until the first judgement somebody waits for it, and nothing else may keep a starting process alive.
    if (this.health.up !== null) this.#timer.unref();
  }

  #alive(versionText: string, readOnly: string): void {
    this.#strikes = 0;
    const wasUp = this.health.up;
    this.health = {
      ...this.health,
      up: true,
      reason: '',
      version: parseServerVersion(versionText),
      readOnly: readOnly !== '0' && readOnly.toUpperCase() !== 'OFF',
    };
    if (wasUp !== true) this.#changed(true, '');
  }

  #strike(reason: string): void {
    this.#strikes++;
    if (this.#strikes < strikesMax) return;
    const wasUp = this.health.up;
    this.health = { ...this.health, up: false, reason };
    if (wasUp !== false) this.#changed(false, reason);
  }

  #changed(up: boolean, reason: string): void {
    const { shardId, role, replica } = this.health;
    this.#report(shardId, replica, up, `its ${role} does not answer (${reason})`);
    const fields = { shard: shardId, role, address: this.#address };
    if (up) this.#log.info(fields, 'server is up');
    else this.#log.warn({ ...fields, reason }, 'server is down');
    this.#judged();
  }
}
