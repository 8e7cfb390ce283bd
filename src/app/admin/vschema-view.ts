// The vschema in force as JSON for /api/vschema.
import type { Drift } from '../../control/schema-drift.ts';
import type { Keyspace, Table, VSchema } from '../../vschema/model.ts';

export function vschemaView(vschema: VSchema, drift: readonly Drift[]): object {
  return {
    version: vschema.version,
    server: vschema.flavour,
    keyspaces: Object.fromEntries(
      [...vschema.keyspaces].map(([name, keyspace]) => [name, keyspaceView(keyspace)]),
    ),
    drift,
  };
}

function keyspaceView(keyspace: Keyspace): object {
  const { sharded, constraints, tracked } = keyspace;
  return {
    sharded,
    constraints,
    tracked,
    shards: keyspace.shardMap.shards.map((shard) => shard.name),
    vindexes: Object.fromEntries(
      [...keyspace.vindexes].map(([name, vindex]) => [name, { type: vindex.type }]),
    ),
    tables: Object.fromEntries([...keyspace.tables].map(([name, table]) => [name, tableView(table)])),
  };
}

function tableView(table: Table): object {
  return {
    kind: table.kind,
    columnVindexes: table.columnVindexes.map((key) => ({
      columns: key.columns.map((column) => column.name),
      vindex: key.vindex.name,
    })),
    columns: table.columns?.map((column) => ({ name: column.name, type: column.columnType })) ?? null,
    view: table.view !== null,
  };
}
