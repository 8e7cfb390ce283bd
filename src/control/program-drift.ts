// Triggers and events of all shards of a keyspace together, and how shards differ in triggers.
import type { StoredPrograms, Trigger } from '../vschema/model.ts';
import type { Drift } from './schema-drift.ts';

export interface ShardPrograms {
  readonly shard: string;
  readonly programs: StoredPrograms;
}

export interface MergedPrograms {
  readonly programs: StoredPrograms;
  readonly drift: readonly Drift[];
}

/** Every trigger of every shard: one that is not alike everywhere once per kind, with what differs. */
export function mergePrograms(keyspace: string, shards: readonly ShardPrograms[]): MergedPrograms {
  const drift: Drift[] = [];
  const triggers = new Map<string, Trigger>();
  const firsts = new Map<string, string>();
  for (const { shard, programs } of shards) {
    for (const trigger of programs.triggers) {
      const key = JSON.stringify(trigger);
      if (triggers.has(key)) continue;
      const different = shards.flatMap((other) => {
        const difference = differs(trigger, key, other, shard);
        return difference === null ? [] : [{ shard: other.shard, difference }];
      });
      const [first] = different;
      const why = first === undefined ? null : `shard ${first.shard}: ${first.difference}`;
      triggers.set(key, { ...trigger, drift: why });
      // A trigger that a shard before has differently was told there.
      if (firsts.has(trigger.name)) continue;
      firsts.set(trigger.name, shard);
      drift.push(...different.map((one) => ({ keyspace, table: trigger.table, ...one })));
    }
  }
  const events = shards.flatMap(({ programs }) => programs.events);
  const distinct = new Map(events.map((event) => [JSON.stringify(event), event]));
  return { programs: { triggers: [...triggers.values()], events: [...distinct.values()] }, drift };
}

function differs(trigger: Trigger, key: string, other: ShardPrograms, on: string): string | null {
  const found = other.programs.triggers.find(({ name }) => name === trigger.name);
  if (found === undefined) return `no trigger ${trigger.name}, which ${on} has`;
  return JSON.stringify(found) === key ? null : `trigger ${trigger.name} is not that of ${on}`;
}
