// Keeps the tables of every keyspace as the servers have them: read at start, after DDL, and when a checksum changes.
import type { BackendTarget, ShardTargets } from '../backend/options.ts';
import { addressOf } from '../backend/options.ts';
import type { Logger } from '../observability/log.ts';
import type { TableFacts } from '../vschema/columns.ts';
import type { StoredPrograms } from '../vschema/model.ts';
import { ControlConnection } from './control-connection.ts';
import { mergePrograms } from './program-drift.ts';
import { readPrograms } from './program-reader.ts';
import { alikeFunctions, type Drift, mergeTables } from './schema-drift.ts';
import { type FunctionFacts, readChecksum, readFunctions, readTables } from './schema-reader.ts';
import type { DatabaseNames } from './view-text.ts';

const defaultPollMs = 10_000;
const none: StoredPrograms = { triggers: [], events: [] };

export interface TrackedKeyspace {
  readonly keyspace: string;
  /** By name. Null until one shard could be read. */
  readonly tables: ReadonlyMap<string, TableFacts> | null;
  /** Bodies of the stored functions that all shards have alike, by lower-case name. */
  readonly functions: ReadonlyMap<string, string>;
  readonly programs: StoredPrograms;
  readonly drift: readonly Drift[];
  /** Shards that could not be read last time, with the reason. */
  readonly unread: readonly { readonly shard: string; readonly reason: string }[];
}

export interface SchemaTrackerOptions {
  readonly log: Logger;
  /** Called when tables, functions, triggers, events or drift of a keyspace have changed, before the `refresh` that found it resolves. */
  readonly onChange: (tracked: TrackedKeyspace) => void;
  readonly pollMs?: number;
}

/** What one shard showed last. */
interface ShardState {
  readonly targets: ShardTargets;
  readonly connection: ControlConnection;
  readonly names: DatabaseNames;
  /** With the databases of other shards on the same server, as `keyspace:shard`. */
  readonly allNames: DatabaseNames;
  checksum: string;
  tables: ReadonlyMap<string, TableFacts> | null;
  functions: ReadonlyMap<string, FunctionFacts>;
  programs: StoredPrograms;
  problem: string | null;
}

interface KeyspaceState {
  readonly keyspace: string;
  readonly shards: readonly ShardState[];
  /** The reading that runs, and the one that begins after it for those who asked meanwhile. */
  running: Promise<void> | null;
  next: Promise<void> | null;
  tracked: TrackedKeyspace;
  /** JSON of what `onChange` was told last. */
  told: string;
}

export class SchemaTracker {
  readonly #options: SchemaTrackerOptions;
  readonly #keyspaces = new Map<string, KeyspaceState>();
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(shards: readonly ShardTargets[], options: SchemaTrackerOptions) {
    this.#options = options;
    for (const keyspace of new Set(shards.map((shard) => shard.keyspace))) {
      const own = shards.filter((shard) => shard.keyspace === keyspace);
      this.#keyspaces.set(keyspace, {
        keyspace,
        shards: own.map((targets) => shardState(targets, shards)),
        running: null,
        next: null,
        tracked: { keyspace, tables: null, functions: new Map(), programs: none, drift: [], unread: [] },
        told: '',
      });
    }
  }

  /** Reads everything once and begins to poll. Never rejects: what could not be read is in `unread` and read later. */
  async start(): Promise<void> {
    await Promise.all([...this.#keyspaces.keys()].map((keyspace) => this.refresh(keyspace)));
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { shards } of this.#keyspaces.values())
      for (const { connection } of shards) connection.close();
  }

  tracked(keyspace: string): TrackedKeyspace | null {
    return this.#keyspaces.get(keyspace)?.tracked ?? null;
  }

  /** All drift known, for logs, admin and refusals. */
  drift(): readonly Drift[] {
    return [...this.#keyspaces.values()].flatMap(({ tracked }) => tracked.drift);
  }

  /**
   * Reads a keyspace anew; what was done on its servers before the call is seen when it resolves. Calls during a reading
   * share the next one. Never rejects; unknown keyspaces resolve at once.
   */
  refresh(keyspace: string): Promise<void> {
    const state = this.#keyspaces.get(keyspace);
    if (state === undefined) return Promise.resolve();
    if (state.running === null) return this.#run(state);
    state.next ??= state.running.then(() => this.#run(state));
    return state.next;
  }

  #run(state: KeyspaceState): Promise<void> {
    state.next = null;
    const running = this.#read(state).finally(() => {
      state.running = null;
    });
    state.running = running;
    return running;
  }

  async #read(state: KeyspaceState): Promise<void> {
    await Promise.all(state.shards.map((shard) => this.#readShard(shard)));
    if (this.#stopped) return;
    const readable = state.shards.flatMap(({ targets, tables, programs }) =>
      tables === null ? [] : [{ shard: targets.name, tables, programs }],
    );
    const { keyspace } = state;
    const merged = mergeTables(keyspace, readable);
    const programs = mergePrograms(keyspace, readable);
    const unread = state.shards.flatMap(({ targets, problem }) =>
      problem === null ? [] : [{ shard: targets.name, reason: problem }],
    );
    state.tracked = {
      keyspace,
      tables: readable.length === 0 ? null : merged.tables,
      functions: alikeFunctions(state.shards.map((shard) => shard.functions)),
      programs: programs.programs,
      drift: [...merged.drift, ...programs.drift],
      unread,
    };
    this.#tell(state);
  }

  #tell(state: KeyspaceState): void {
    const { tables, functions, programs, drift } = state.tracked;
    const known = tables === null ? null : [...tables.values()];
    const telling = JSON.stringify([known, [...functions], programs, drift]);
    if (telling === state.told) return;
    state.told = telling;
    for (const one of drift) this.#options.log.warn(one, 'shards differ');
    this.#options.onChange(state.tracked);
  }

  async #readShard(shard: ShardState): Promise<void> {
    const { database } = shard.targets.primary;
    try {
      // The checksum first: what changes between the two readings is found by the next poll.
      const checksum = await readChecksum(shard.connection, database);
      shard.tables = await readTables(shard.connection, database, shard.names);
      shard.functions = await readFunctions(shard.connection, database);
      shard.programs = await readPrograms(shard.connection, database, shard.allNames);
      shard.checksum = checksum;
      shard.problem = null;
    } catch (error) {
      this.#failed(shard, error);
    }
  }

  #failed(shard: ShardState, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (shard.problem === null && !this.#stopped) {
      this.#options.log.warn({ shard: shard.targets.id, reason }, 'schema cannot be read');
    }
    shard.problem = reason;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#poll(), this.#options.pollMs ?? defaultPollMs);
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
    for (const state of this.#keyspaces.values()) {
      const changed = await Promise.all(state.shards.map((shard) => this.#hasChanged(shard)));
      if (changed.includes(true)) await this.refresh(state.keyspace);
    }
    this.#schedule();
  }

  async #hasChanged(shard: ShardState): Promise<boolean> {
    try {
      const checksum = await readChecksum(shard.connection, shard.targets.primary.database);
      return checksum !== shard.checksum || shard.problem !== null;
    } catch (error) {
      this.#failed(shard, error);
      return false;
    }
  }
}

function shardState(targets: ShardTargets, all: readonly ShardTargets[]): ShardState {
  const names = databaseNames(targets, all);
  return {
    targets,
    connection: new ControlConnection(targets.primary),
    names,
    allNames: withOtherShards(names, targets, all),
    checksum: '',
    tables: null,
    functions: new Map(),
    programs: none,
    problem: null,
  };
}

/**
 * Databases that views and foreign keys of this shard may name: its own, and unsharded keyspaces on the same server. Another
 * shard's database holds only a part of its keyspace: its name is left as it is, so that its use is refused, not misread.
 */
function databaseNames(targets: ShardTargets, all: readonly ShardTargets[]): DatabaseNames {
  const names = new Map<string, string>();
  for (const other of all) {
    const alone = all.filter(({ keyspace }) => keyspace === other.keyspace).length === 1;
    if (alone && sameServer(other.primary, targets.primary))
      names.set(other.primary.database, other.keyspace);
  }
  return names.set(targets.primary.database, targets.keyspace);
}

function withOtherShards(
  names: DatabaseNames,
  { primary }: ShardTargets,
  all: readonly ShardTargets[],
): DatabaseNames {
  const others = all.filter((other) => sameServer(other.primary, primary));
  const named = others.map((other) => [other.primary.database, `${other.keyspace}:${other.name}`] as const);
  return new Map([...named, ...names]);
}

function sameServer(a: BackendTarget, b: BackendTarget): boolean {
  return addressOf(a) === addressOf(b);
}
