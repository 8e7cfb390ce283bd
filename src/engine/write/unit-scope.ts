// Reads on a unit's own connections: what they lock stays locked until it is written.
import type { Shard } from '../../vindex/shard-map.ts';
import { type Connections, clientCharset, ownCharset, ReadScope } from '../read-scope.ts';
import type { SmallRows } from '../small-rows.ts';
import { settleAll, type WriteUnit } from './unit.ts';

/** Connections stay with the unit whatever the reads did; one in an unknown state is closed, which undoes the unit there. */
export function unitReads(unit: WriteUnit): ReadScope {
  const connections: Connections = {
    inTransaction: true,
    async acquire(shardId) {
      const { connection } = await unit.lease(shardId);
      return {
        connection,
        done: (broken) => {
          if (broken) connection.destroy();
        },
      };
    },
    workspace: (shardId, signal) => unit.execution.scope.workspace(shardId, signal),
  };
  return new ReadScope(connections);
}

/** Rows on a shard of the unit, text as UTF-8. */
export async function utf8Rows(unit: WriteUnit, shard: Shard, sql: string): Promise<SmallRows> {
  const { connection } = await unit.lease(shard.id);
  if (connection.sendsUtf8) return unit.rows(shard, sql);
  const before = unit.setting(shard, ownCharset);
  const reading = unit.rows(shard, sql);
  const restored = unit.setting(shard, clientCharset);
  await settleAll<unknown>([before, reading, restored]);
  return reading;
}
