// What of a vschema decides where rows are, as one short text: two that differ must not write to the same shards.
import { createHash } from 'node:crypto';
import type { KeyspaceDefinition, TableDefinition } from './files/definition.ts';

/** Equal for files that differ in order, comments, column lists or anything else that routes no row. */
export function vschemaChecksum(definition: KeyspaceDefinition): string {
  const facts = {
    sharded: definition.sharded,
    byDefault: definition.defaultColumnVindex,
    vindexes: inOrder(definition.vindexDefinitions).map(([name, { type, params, owner }]) => [
      name,
      type,
      inOrder(params),
      owner ?? '',
    ]),
    tables: inOrder(definition.tables).map(([name, table]) => [name, ...routingOf(table)]),
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

function routingOf({ type, pinned, columnVindexes, autoIncrement }: TableDefinition): readonly unknown[] {
  const vindexes = columnVindexes.map(({ vindex, columns }) => [
    vindex,
    ...columns.map((column) => column.toLowerCase()),
  ]);
  return [type, pinned ?? '', vindexes, autoIncrement];
}

function inOrder<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
