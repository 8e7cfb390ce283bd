// One planned statement on its way through the engine.
import { setMaxListeners } from 'node:events';

import type { Gateway } from '../../backend/contract.ts';
import type {
  BindValues,
  CancelWatcher,
  ClientFile,
  ConnectionScope,
  EngineLimits,
  Execution,
  ExecutionObserver,
  ResultSink,
  RunningStatement,
  SequenceSource,
  Warned,
} from '../../engine/contract.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { LiteralCharset } from '../../vindex/canonical/canonical-text.ts';
import type { ShardMap } from '../../vindex/shard-map.ts';
import type { SessionDependencies } from '../dependencies.ts';
import type { ShardMaps } from './shard-maps.ts';

/** The parts that differ per statement. */
export interface ExecutionParts {
  readonly plan: Plan;
  readonly statement: RunningStatement;
  readonly binds: BindValues;
  readonly sink: ResultSink;
  readonly ownTimestamp: boolean;
  readonly safeUpdates: boolean;
  /** Takes what the engine itself was warned of. */
  readonly warnings: { addWarnings(warnings: readonly Warned[]): void };
  /** Of a statement that loads a file, from a client that sends files. */
  readonly localFile?: (name: string) => ClientFile;
}

/** Cancels lazily: a relayed point read never touches the signal, so none is made for it. */
export class StatementExecution implements Execution {
  readonly plan: Plan;
  readonly statement: RunningStatement;
  readonly binds: BindValues;
  readonly sink: ResultSink;
  readonly gateway: Gateway;
  readonly scope: ConnectionScope;
  readonly limits: EngineLimits;
  readonly shardMaps: ReadonlyMap<string, ShardMap>;
  readonly flavour: 'mariadb' | 'mysql';
  readonly literalCharset: LiteralCharset;
  readonly observer: ExecutionObserver;
  readonly ownTimestamp: boolean;
  readonly safeUpdates: boolean;
  readonly #warnings: ExecutionParts['warnings'];
  readonly sequences?: SequenceSource;
  readonly localFile?: (name: string) => ClientFile;
  readonly #deps: SessionDependencies;
  readonly #cancellation: Cancellation;

  constructor(
    parts: ExecutionParts,
    maps: ShardMaps,
    scope: ConnectionScope,
    literalCharset: LiteralCharset,
    cancellation: Cancellation,
    observer: ExecutionObserver,
    deps: SessionDependencies,
  ) {
    this.plan = parts.plan;
    this.statement = parts.statement;
    this.binds = parts.binds;
    this.sink = parts.sink;
    this.ownTimestamp = parts.ownTimestamp;
    this.safeUpdates = parts.safeUpdates;
    this.#warnings = parts.warnings;
    this.gateway = deps.gateway;
    this.scope = scope;
    this.limits = deps.limits;
    this.shardMaps = maps.byKeyspace;
    this.flavour = maps.flavour;
    this.literalCharset = literalCharset;
    this.observer = observer;
    if (deps.sequences !== undefined) this.sequences = deps.sequences;
    if (parts.localFile !== undefined) this.localFile = parts.localFile;
    this.#deps = deps;
    this.#cancellation = cancellation;
  }

  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  watchCancel(watcher: CancelWatcher | null): void {
    this.#cancellation.watcher = watcher;
    // Cancelled on its way here: the watcher hears of it as soon as its command is sent.
    if (watcher !== null && this.#cancellation.cancelled !== null) queueMicrotask(() => watcher.cancelled());
  }

  warned(warnings: readonly Warned[]): void {
    this.#warnings.addWarnings(warnings);
  }

  workspaceShard(keyspace: string): string {
    return this.#deps.workspaceShard(keyspace);
  }
}

/** The cancelling of one command, made on first use. */
export class Cancellation {
  #controller: AbortController | null = null;
  #reason: Error | null = null;
  /** What a running relay wants to hear of it. */
  watcher: CancelWatcher | null = null;

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      // A gather of many fragments has as many listeners: Node would warn of a leak at eleven.
      setMaxListeners(0, this.#controller.signal);
      if (this.#reason !== null) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get cancelled(): Error | null {
    return this.#reason;
  }

  cancel(reason: Error): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.watcher?.cancelled();
  }
}
