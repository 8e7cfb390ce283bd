// Which shards a plan would touch with these values, found without asking any server.
import type { BindValues } from '../engine/contract.ts';
import { resolveDestination } from '../engine/destination.ts';
import type { Destination } from '../plan/destination.ts';
import type { Plan, PlanNode } from '../plan/nodes.ts';
import type { VSchema } from '../vschema/model.ts';

/** `keyspace/shard` ids in order; null when a lookup table or an evaluated expression decides. */
export function offlineShards(plan: Plan, binds: BindValues, vschema: VSchema): readonly string[] | null {
  const found = new Set<string>();
  const decided = visit(plan.root, found, { binds, vschema });
  return decided ? [...found] : null;
}

interface Context {
  readonly binds: BindValues;
  readonly vschema: VSchema;
}

function visit(node: PlanNode, found: Set<string>, context: Context): boolean {
  switch (node.kind) {
    case 'route':
    case 'scatter':
    case 'dml':
    case 'eachShard':
      return add(node.keyspace, node.destination, found, context);
    case 'gather':
      return node.fragments
        .map((fragment) => add(fragment.keyspace, fragment.destination, found, context))
        .every(Boolean);
    case 'insert':
      return false;
    case 'refuse':
      return true;
    default:
      return false;
  }
}

function add(keyspace: string, destination: Destination, found: Set<string>, context: Context): boolean {
  const map = context.vschema.keyspaces.get(keyspace)?.shardMap;
  if (map === undefined || asksLookup(destination)) return false;
  const shards = resolveDestination(destination, {
    map,
    binds: context.binds,
    charset: 'utf8',
    lookups: null,
    anyIndex: 0,
  });
  // A contradiction still asks one shard for the columns of its empty answer.
  const touched = shards.length === 0 ? map.shards.slice(0, 1) : shards;
  for (const shard of touched) found.add(shard.id);
  return true;
}

function asksLookup(destination: Destination): boolean {
  if (destination.kind === 'and' || destination.kind === 'or') return destination.parts.some(asksLookup);
  return 'key' in destination && destination.key.vindex.kind === 'lookup';
}
