// Sharding columns that cannot do their work: missing, of a type no literal routes on, or not what the vindex takes.
import { errorAt, type Problem, warningAt } from '../util/problem.ts';
import type { RoutingColumn, RoutingKey } from '../vindex/routing-key.ts';
import type { VindexValue } from '../vindex/vindex.ts';
import type { Keyspace, Table, VSchema } from './model.ts';

/** For `check`: what the vschema says of columns against what the servers or the schema file say. */
export function columnProblems(vschema: VSchema): readonly Problem[] {
  return [...vschema.keyspaces.values()].flatMap((keyspace) =>
    keyspace.sharded ? [...keyspace.tables.values()].flatMap((table) => tableProblems(keyspace, table)) : [],
  );
}

function tableProblems(keyspace: Keyspace, table: Table): readonly Problem[] {
  const path = `${keyspace.name}.${table.name}`;
  if (table.columns === null && keyspace.tracked) {
    return [warningAt(path, `table "${table.name}" is in the vschema but not in the database`)];
  }
  return table.columnVindexes.flatMap((key, index) =>
    key.columns.flatMap((column) => columnProblem(table, key, column, index === 0, path)),
  );
}

function columnProblem(
  table: Table,
  key: RoutingKey,
  column: RoutingColumn,
  primary: boolean,
  path: string,
): readonly Problem[] {
  const { vindex } = key;
  if (column.family === null) {
    if (table.columns === null) return [];
    return [errorAt(path, `vindex "${vindex.name}": table "${table.name}" has no column "${column.name}"`)];
  }
  if (vindex.kind !== 'functional') return [];
  const what = `column "${column.name}" (${column.dataType}) of vindex "${vindex.name}" (${vindex.type})`;
  const kind = valueKinds.get(column.family);
  if (kind === undefined || !vindex.accepts.includes(kind)) {
    const message = `${what} has no type this vindex can use`;
    return [primary ? errorAt(path, message) : warningAt(path, message)];
  }
  if (key.exact || column.family !== 'text') return [];
  const collation = column.collation ?? 'unknown';
  return [
    warningAt(path, `${what}: its collation ${collation} equates values on different shards, so = scatters`),
  ];
}

/** What values of a family are to a vindex; families that never route are absent. */
const valueKinds = new Map<RoutingColumn['family'], VindexValue['kind']>([
  ['integer', 'integer'],
  ['year', 'integer'],
  ['decimal', 'decimal'],
  ['date', 'date'],
  ['datetime', 'datetime'],
  ['text', 'bytes'],
  ['binary', 'bytes'],
]);
