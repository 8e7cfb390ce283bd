// What must hold between the tables and vindexes of one keyspace.
import type { MapReader } from '../../util/document-reader.ts';
import { didYouMean } from '../../util/nearest.ts';
import type { Vindex } from '../../vindex/vindex.ts';
import type { KeyspaceDefinition, TableDefinition } from './definition.ts';

/** `tables` is the mapping the definition's tables were read from; problems go through it. */
export function checkDefinition(definition: KeyspaceDefinition, tables: MapReader): void {
  for (const table of definition.tables.values()) {
    if (definition.sharded) checkShardedTable(definition, table, tables);
    else if (table.columnVindexes.length > 0) {
      tables.warning(
        table.name,
        `table "${table.name}": column_vindexes have no effect in an unsharded keyspace`,
      );
    }
    checkColumnNames(table, tables);
  }
  if (definition.sharded) checkOwners(definition, tables);
}

function checkShardedTable(definition: KeyspaceDefinition, table: TableDefinition, tables: MapReader): void {
  const { name } = table;
  const report = (message: string): void => tables.error(name, `table "${name}": ${message}`);
  if (table.type === 'sequence' && table.pinned === null) {
    report('a sequence must be in an unsharded keyspace, or pinned to one shard');
  }
  const unsharded = table.type !== 'normal' || table.pinned !== null;
  if (unsharded) {
    if (table.columnVindexes.length > 0) report(`a ${kindName(table)} table takes no column_vindexes`);
    return;
  }
  if (table.columnVindexes.length === 0) {
    if (definition.defaultColumnVindex === null) {
      report('needs column_vindexes, or the type reference, or pinned, or a default for "*"');
    }
    return;
  }
  for (const [index, columnVindex] of table.columnVindexes.entries()) {
    const vindex = definition.vindexes.get(columnVindex.vindex);
    if (vindex === undefined) {
      // A vindex with faults of its own was reported already.
      if (definition.vindexDefinitions.has(columnVindex.vindex)) continue;
      const hint = didYouMean(columnVindex.vindex, definition.vindexDefinitions.keys());
      report(`vindex "${columnVindex.vindex}" does not exist${hint}`);
      continue;
    }
    const problem =
      columnsProblem(vindex, columnVindex.columns) ??
      (index === 0 ? primaryProblem(vindex, table.name) : null);
    if (problem !== null) report(problem);
  }
}

function kindName(table: TableDefinition): string {
  return table.pinned !== null ? 'pinned' : table.type;
}

function columnsProblem(vindex: Vindex, columns: readonly string[]): string | null {
  const wanted = vindex.columnCount;
  // Lookup tables may be asked by the first of their from-columns.
  if (vindex.kind === 'lookup' ? columns.length <= wanted : columns.length === wanted) return null;
  return `vindex "${vindex.name}" (${vindex.type}) takes ${wanted} column${wanted === 1 ? '' : 's'}, found ${columns.length}`;
}

/** Vitess's rule: a lookup may decide where rows live when other rows than these decide what stands in it. */
function primaryProblem(vindex: Vindex, table: string): string | null {
  if (!vindex.unique) {
    return `the first vindex decides where rows live and must be unique; "${vindex.name}" (${vindex.type}) is not`;
  }
  if (vindex.kind === 'lookup' && vindex.owner === table) {
    return `the first vindex "${vindex.name}" is a lookup that the table itself owns; allowed: one that computes ids, or a unique lookup that another table owns`;
  }
  return null;
}

function checkColumnNames(table: TableDefinition, tables: MapReader): void {
  const seen = new Set<string>();
  for (const { name } of table.columns) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) tables.error(table.name, `table "${table.name}": column "${name}" is there twice`);
    seen.add(lower);
  }
  if (!table.columnListAuthoritative) return;
  const named = [
    ...table.columnVindexes.flatMap(({ columns }) => columns),
    ...(table.autoIncrement === null ? [] : [table.autoIncrement.column]),
  ];
  for (const name of named) {
    if (seen.has(name.toLowerCase())) continue;
    const hint = didYouMean(name, seen);
    tables.error(table.name, `table "${table.name}": column "${name}" is not in its column list${hint}`);
  }
}

/** Only lookups are owned. */
function checkOwners(definition: KeyspaceDefinition, tables: MapReader): void {
  for (const [name, { owner }] of definition.vindexDefinitions) {
    const vindex = definition.vindexes.get(name);
    if (owner === null || owner === '' || vindex?.kind !== 'functional') continue;
    tables.warning(
      null,
      `vindex "${name}" (${vindex.type}) computes ids: its owner "${owner}" has no effect`,
    );
  }
}

/** Sequences and sources are named `keyspace.table`, or `table` for one of this keyspace. */
export function checkReferences(
  definition: KeyspaceDefinition,
  tables: MapReader,
  keyspaces: ReadonlySet<string> | null,
): void {
  for (const table of definition.tables.values()) {
    const references = [
      { what: 'sequence', name: sequenceName(table) },
      { what: 'source', name: table.source },
    ];
    for (const { what, name } of references) {
      // A sequence without keyspace may be in any, whose tables only its server knows.
      if (what === 'sequence' && name !== null && !name.includes('.') && keyspaces?.size !== 1) continue;
      const problem = name === null ? null : referenceProblem(name, definition, keyspaces);
      if (problem !== null) tables.error(table.name, `table "${table.name}": its ${what} ${problem}`);
    }
  }
}

function sequenceName({ autoIncrement }: TableDefinition): string | null {
  return autoIncrement?.source.kind === 'sequence' ? autoIncrement.source.sequence : null;
}

function referenceProblem(
  name: string,
  definition: KeyspaceDefinition,
  keyspaces: ReadonlySet<string> | null,
): string | null {
  const parts = name.split('.');
  const [first = '', second] = parts;
  if (parts.length > 2 || parts.includes('')) {
    return `is called "${name}"; allowed: keyspace.table, or table for one of this keyspace`;
  }
  if (second === undefined) {
    if (definition.tables.has(first)) return null;
    return `"${name}" is no table here${didYouMean(first, definition.tables.keys())}`;
  }
  if (keyspaces === null || keyspaces.has(first)) return null;
  return `"${name}" names no keyspace${didYouMean(first, keyspaces)}`;
}
