// Reads that belong to a statement of ours: their text comes as UTF-8 whatever the client reads, since it is written back.
import type { BackendConnection } from '../backend/contract.ts';
import type { Plan } from '../plan/nodes.ts';
import { runStatement } from './backend-call.ts';
import type {
  AtomicUnit,
  ConnectionScope,
  ConnectionUse,
  Execution,
  ResultSink,
  RunningStatement,
  ScopedLease,
  Warned,
  WorkspaceLease,
} from './contract.ts';
import type { RowFormat } from './merge/row-views.ts';
import { marksParams, paramsOf } from './param-text.ts';
import { readRows } from './small-rows.ts';

/** How a plan is run: handed to parts of a plan, since running plans is what they are a part of. */
export type RunPlan = (execution: Execution) => void | Promise<void>;

export const ownCharset = 'SET character_set_results=utf8mb4';

/** What the session wants comes back behind the read. */
export function clientCharset(connection: BackendConnection): string {
  return `SET ${connection.charsetSql}`;
}

/** False: it sends UTF-8 anyway. */
function changeCharset(connection: BackendConnection): boolean {
  if (connection.sendsUtf8) return false;
  runStatement(connection, ownCharset).catch(() => {});
  return true;
}

/** What the last statement of a connection warned of, text as it is in this process. */
export async function warningsOf(connection: BackendConnection): Promise<readonly Warned[]> {
  const { rows } = await readRows(connection, 'SHOW WARNINGS');
  return rows.map(([level, code, message]) => {
    const text = Buffer.from(message ?? '', 'latin1').toString();
    const known = level === 'Note' || level === 'Error' ? level : 'Warning';
    return { level: known, code: Number(code), message: text };
  });
}

function asItIs(message: string): string {
  return message;
}

/** Where the connections come from: the session's scope, or a unit. */
export type Connections = Pick<ConnectionScope, 'inTransaction' | 'acquire' | 'workspace'>;

export class ReadScope implements ConnectionScope {
  readonly #connections: Connections;
  readonly #givenBack: Promise<void>[] = [];
  readonly #warnings: Warned[] = [];

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  get inTransaction(): boolean {
    return this.#connections.inTransaction;
  }

  /** What its reads warned of, when all have given their connections back. */
  async warnings(): Promise<readonly Warned[]> {
    await Promise.all(this.#givenBack);
    return this.#warnings;
  }

  tryAcquire(): ScopedLease | null {
    return null;
  }

  async acquire(
    shardId: string,
    use: ConnectionUse & { readonly signal: AbortSignal },
  ): Promise<ScopedLease> {
    const lease = await this.#connections.acquire(shardId, use);
    const { connection } = lease;
    const asStored = lease.asStored === true;
    const isChanged = !asStored && changeCharset(connection);
    return {
      connection,
      asStored,
      done: (broken, warnings = 0) => {
        if (broken || (warnings === 0 && !isChanged)) lease.done(broken);
        else this.#givenBack.push(this.#giveBack(lease, warnings, isChanged));
      },
    };
  }

  async #giveBack(lease: ScopedLease, warnings: number, isChanged: boolean): Promise<void> {
    const { connection } = lease;
    const restore = async () => {
      if (isChanged) await runStatement(connection, clientCharset(connection));
    };
    if (warnings > 0) {
      const told = this.#ask(connection);
      // The session asks as well, in front of the SET, by which MySQL forgets them.
      lease.done(false, warnings);
      await Promise.allSettled([told, restore()]);
      return;
    }
    await restore().then(
      () => lease.done(false),
      () => lease.done(true),
    );
  }

  async #ask(connection: BackendConnection, reword = asItIs): Promise<void> {
    const told = await warningsOf(connection);
    this.#warnings.push(...told.map((one) => ({ ...one, message: reword(one.message) })));
  }

  beginUnit(): Promise<AtomicUnit> {
    throw new Error('assertion failed: reads begin no unit');
  }

  async workspace(shardId: string, signal: AbortSignal): Promise<WorkspaceLease> {
    const lease = await this.#connections.workspace(shardId, signal);
    const { connection } = lease;
    const isChanged = changeCharset(connection);
    return {
      connection,
      release: () => {
        if (!isChanged) return lease.release();
        runStatement(connection, clientCharset(connection)).then(
          () => lease.release(),
          () => lease.discard(),
        );
      },
      discard: () => lease.discard(),
      resetAndRelease: () => lease.resetAndRelease(),
      collectWarnings: (reword) => {
        const asking = this.#ask(connection, reword);
        this.#givenBack.push(asking.catch(() => {}));
        return asking;
      },
    };
  }
}

/** The client's own text and packets are another statement. */
function partStatement(execution: Execution): RunningStatement {
  const { statement } = execution;
  const part = { packets: null, text: statement.text, prepared: null };
  const params = paramsOf(statement);
  if (params === null || !marksParams(execution)) return { ...part, format: 'text' };
  return { ...part, params, format: 'binary' };
}

/** How its rows come. */
export function partFormat(execution: Execution): RowFormat {
  return partStatement(execution).format;
}

/** An execution of another plan with the statement's values: as parameters where these are something else. `instant`: what NOW() means there. */
export function partExecution(
  execution: Execution,
  plan: Plan,
  sink: ResultSink,
  scope: ConnectionScope,
  instant: string | null,
): Execution {
  const { shardMaps, binds, gateway, limits, flavour, literalCharset, observer } = execution;
  return {
    plan,
    shardMaps,
    binds,
    gateway,
    limits,
    flavour,
    literalCharset,
    observer,
    sink,
    scope,
    signal: execution.signal,
    statement: partStatement(execution),
    workspaceShard: (keyspace) => execution.workspaceShard(keyspace),
    ...(execution.warned === undefined
      ? {}
      : { warned: (warnings: readonly Warned[]) => execution.warned?.(warnings) }),
    ...(execution.ownTimestamp === true ? { ownTimestamp: true } : {}),
    ...(execution.safeUpdates === true ? { safeUpdates: true } : {}),
    ...(instant === null ? {} : { instant }),
  };
}
