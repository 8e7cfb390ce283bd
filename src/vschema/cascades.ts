// What servers do by themselves to rows that refer to a row which goes or changes, where nobody else sees it.
import { type Problem, warningAt } from '../util/problem.ts';
import { foreignKeyProblem } from './constraints.ts';
import type { ForeignKey, Table, VSchema } from './model.ts';

/*
 * Proof obligation: what a foreign key does on the shard of the parent row is what it would do on one server. It is when all
 * rows that refer to it are on that shard, stay there, and no lookup vindex knows them by what changes.
 */

export interface CascadeProblem {
  readonly child: Table;
  readonly foreignKey: ForeignKey;
  readonly why: string;
}

interface Referring {
  readonly child: Table;
  readonly foreignKey: ForeignKey;
}

/** Found out once per snapshot: who refers to a table, by its keyspace and name. */
const known = new WeakMap<VSchema, ReadonlyMap<string, readonly Referring[]>>();

/**
 * The first foreign key that would do another thing than on one server when rows of `table` are deleted (`changed` null), or
 * these columns of them change (lower case).
 */
export function cascadeProblem(
  vschema: VSchema,
  table: Table,
  changed: ReadonlySet<string> | null,
): CascadeProblem | null {
  return follow(vschema, table, changed, new Set());
}

/** For `check`; keys whose rows are apart are warned of with the other constraints. */
export function cascadeWarnings(vschema: VSchema): readonly Problem[] {
  return [...vschema.keyspaces.values()].flatMap(({ sharded, tables }) =>
    sharded ? [...tables.values()].flatMap((table) => warningsOf(vschema, table)) : [],
  );
}

function warningsOf(vschema: VSchema, table: Table): readonly Problem[] {
  return referringTo(vschema, table).flatMap((one) => {
    const { child, foreignKey } = one;
    if (foreignKeyProblem(vschema, child, foreignKey) !== null) return [];
    const deleted = problemOf(vschema, table, one, null);
    const columns = new Set(foreignKey.referencedColumns.map(lower));
    const updated =
      columns.size === 0 || movesAnyway(table, columns) ? null : problemOf(vschema, table, one, columns);
    const path = `${child.keyspace}.${child.name}`;
    return [
      ...(deleted === null ? [] : [warning(path, foreignKey, deleted, `DELETE of ${table.name}`)]),
      ...(updated === null ? [] : [warning(path, foreignKey, updated, `UPDATE of its key in ${table.name}`)]),
    ];
  });
}

/** Rows that get another shard are refused where others refer to them. */
function movesAnyway({ columnVindexes }: Table, columns: ReadonlySet<string>): boolean {
  return columnVindexes[0]?.columns.some(({ name }) => columns.has(lower(name))) === true;
}

function warning(path: string, { name }: ForeignKey, why: string, what: string): Problem {
  return warningAt(path, `foreign key ${name}: ${why}; ${what} is refused`);
}

function follow(
  vschema: VSchema,
  table: Table,
  changed: ReadonlySet<string> | null,
  seen: Set<string>,
): CascadeProblem | null {
  const name = JSON.stringify([table.keyspace, table.name, changed === null ? null : [...changed].sort()]);
  if (seen.has(name)) return null;
  seen.add(name);
  for (const one of referringTo(vschema, table)) {
    const { child, foreignKey } = one;
    const met = changed === null || foreignKey.referencedColumns.some((column) => changed.has(lower(column)));
    if (!met) continue;
    const why = problemOf(vschema, table, one, changed);
    if (why !== null) return { child, foreignKey, why };
    const action = changed === null ? foreignKey.onDelete : foreignKey.onUpdate;
    if (action === 'restrict') continue;
    const goes = changed === null && action === 'cascade';
    const next = follow(vschema, child, goes ? null : changing(foreignKey, changed), seen);
    if (next !== null) return next;
  }
  return null;
}

function problemOf(
  vschema: VSchema,
  parent: Table,
  { child, foreignKey }: Referring,
  changed: ReadonlySet<string> | null,
): string | null {
  const deletes = changed === null;
  const keyspace = vschema.keyspaces.get(child.keyspace);
  const apart = keyspace?.constraints === 'trust' ? null : foreignKeyProblem(vschema, child, foreignKey);
  if (apart !== null) return `the key ${apart}`;
  const action = deletes ? foreignKey.onDelete : foreignKey.onUpdate;
  if (action === 'restrict') return null;
  if (child.kind === 'reference' && parent.kind !== 'reference')
    return `rows of ${child.name} would change on one shard only`;
  const goes = deletes && action === 'cascade';
  const columns = changing(foreignKey, changed);
  for (const [index, key] of child.columnVindexes.entries()) {
    const owned = key.vindex.kind === 'lookup' && key.vindex.owner === child.name;
    if (goes && owned) return `rows of lookup vindex ${key.vindex.name} would stay behind`;
    const column = key.columns.find(({ name }) => columns.has(lower(name)));
    if (goes || column === undefined) continue;
    const what = index === 0 ? 'decides their shard' : `lookup vindex ${key.vindex.name} knows them by`;
    return `it changes ${column.name} of rows, which ${what}`;
  }
  return null;
}

/** Columns of the child: of a changed key only those take the change over that refer to what changes. */
function changing(foreignKey: ForeignKey, changed: ReadonlySet<string> | null): ReadonlySet<string> {
  const { columns, referencedColumns, onUpdate } = foreignKey;
  const taken = columns.filter((_, at) => changed?.has(lower(referencedColumns[at] ?? '')) !== false);
  return new Set((onUpdate === 'cascade' ? taken : columns).map(lower));
}

function referringTo(vschema: VSchema, table: Table): readonly Referring[] {
  let all = known.get(vschema);
  if (all === undefined) {
    all = referring(vschema);
    known.set(vschema, all);
  }
  return all.get(JSON.stringify([table.keyspace, table.name])) ?? [];
}

function referring(vschema: VSchema): ReadonlyMap<string, readonly Referring[]> {
  const found = new Map<string, Referring[]>();
  for (const { sharded, tables } of vschema.keyspaces.values()) {
    for (const child of sharded ? tables.values() : []) {
      for (const foreignKey of child.foreignKeys) {
        const parent = JSON.stringify([foreignKey.referencedKeyspace, foreignKey.referencedTable]);
        found.set(parent, [...(found.get(parent) ?? []), { child, foreignKey }]);
      }
    }
  }
  return found;
}

function lower(name: string): string {
  return name.toLowerCase();
}
