// Reads that belong to a write: on the unit's own connections, so that what they lock stays locked until it is written.
import type { Lease } from '../backend/contract.ts';
import type { Plan } from '../plan/nodes.ts';
import type { Shard } from '../vindex/shard-map.ts';
import { runStatement } from './backend-call.ts';
import type { AtomicUnit, ConnectionScope, Execution, ResultSink, ScopedLease } from './contract.ts';
import type { SmallRows } from './small-rows.ts';
import { settleAll, type WriteUnit } from './unit.ts';

/** Text comes as UTF-8 whatever the client reads: it is written back by us. Kept aside is what the session wants. */
const ownCharset = 'SET @__sg_unit_results=@@character_set_results, character_set_results=utf8mb4';
const clientCharset = 'SET character_set_results=@__sg_unit_results, @__sg_unit_results=NULL';

class UnitScope implements ConnectionScope {
  readonly inTransaction = true;
  readonly #unit: WriteUnit;

  constructor(unit: WriteUnit) {
    this.#unit = unit;
  }

  tryAcquire(): ScopedLease | null {
    return null;
  }

  async acquire(shardId: string): Promise<ScopedLease> {
    const { connection } = await this.#unit.lease(shardId);
    const settings = runStatement(connection, ownCharset);
    settings.catch(() => {});
    return {
      connection,
      done: (broken) => {
        if (broken) connection.destroy();
        else runStatement(connection, clientCharset).catch(() => {});
      },
    };
  }

  beginUnit(): Promise<AtomicUnit> {
    throw new Error('assertion failed: reads begin no unit');
  }

  async workspace(shardId: string, signal: AbortSignal): Promise<Lease> {
    const lease = await this.#unit.execution.scope.workspace(shardId, signal);
    const { connection } = lease;
    runStatement(connection, ownCharset).catch(() => {});
    return {
      connection,
      release: () => {
        runStatement(connection, clientCharset).then(
          () => lease.release(),
          () => lease.discard(),
        );
      },
      discard: () => lease.discard(),
      resetAndRelease: () => lease.resetAndRelease(),
    };
  }
}

/** Rows on a shard of the unit, text as UTF-8. */
export async function utf8Rows(unit: WriteUnit, shard: Shard, sql: string): Promise<SmallRows> {
  const before = unit.setting(shard, ownCharset);
  const reading = unit.rows(shard, sql);
  const restored = unit.setting(shard, clientCharset);
  await settleAll<unknown>([before, reading, restored]);
  return reading;
}

/** An execution of another plan with the same values, inside the unit, as text. */
export function readInUnit(unit: WriteUnit, plan: Plan, sink: ResultSink, instant: string | null): Execution {
  const { execution } = unit;
  const { shardMaps, binds, gateway, limits, flavour, literalCharset, observer, statement } = execution;
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
    scope: new UnitScope(unit),
    signal: execution.signal,
    // The client's own text and packets are another statement.
    statement: { packets: null, text: statement.text, prepared: null, format: 'text' },
    workspaceShard: (keyspace) => execution.workspaceShard(keyspace),
    ...(execution.ownTimestamp === true ? { ownTimestamp: true } : {}),
    ...(instant === null ? {} : { instant }),
  };
}
