// One statement or expression of a trigger's body: what it names, and whether the rows it means are on the shard it runs on.
import { SqlError } from '../../errors/sql-error.ts';
import type { Destination } from '../../plan/destination.ts';
import type { InsertNode, Plan } from '../../plan/nodes.ts';
import type { Node, Statement, TableName } from '../../sql/ast.ts';
import type { LexMode, SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { walk } from '../../sql/visitor.ts';
import type { ValueRef } from '../../text/template.ts';
import type { RoutingColumn, RoutingKey } from '../../vindex/routing-key.ts';
import type { Keyspace, Table, TriggerEvent, VSchema } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import { isSystemSchema } from '../bind/lookup-table.ts';
import { anyTarget, type PlanContext } from '../context.ts';
import {
  connectionFunctions,
  isBuiltinFunction,
  lockFunctions,
  volatileFunctions,
} from '../query/builtin-functions.ts';
import { isPureFunction } from '../stored-functions.ts';

/** Plans a statement of a body as if a client had sent it. Throws SqlError. */
export type PlanPart = (statement: Statement, context: PlanContext) => Plan;

/** A column of NEW or OLD, by lower-case name. */
export interface RowValue {
  readonly row: 'new' | 'old';
  readonly column: string;
}

export interface Part {
  readonly statement: Statement;
  /** The statement with a parameter for each value of the row and each local variable, and without INTO. */
  readonly text: SqlText;
  /** What the parameters stand for; null: a local variable. */
  readonly values: readonly (RowValue | null)[];
}

/** Throws SqlError 1064. */
export function readPart(text: SqlText, locals: ReadonlySet<string>, mode: LexMode): Part {
  const statement = parseStatement(text, mode);
  const edits: { start: number; end: number; value: RowValue | null | undefined }[] = [];
  walk(statement, (node) => {
    if (node.kind === 'into') edits.push({ start: node.start, end: node.end, value: undefined });
    // What is assigned is a column, whatever variables there are.
    if (node.kind === 'assignment') {
      walk(node.value, collect);
      return false;
    }
    return node.kind !== 'insertColumns' && node.kind !== 'into' && collect(node);
  });
  function collect(node: Node): boolean {
    if (node.kind !== 'column') return true;
    const table = node.table === null ? null : lower(node.table.name);
    const column = lower(node.name.name);
    if (table === 'new' || table === 'old')
      edits.push({ start: node.start, end: node.end, value: { row: table, column } });
    else if (table === null && locals.has(column))
      edits.push({ start: node.start, end: node.end, value: null });
    return false;
  }
  let made = '';
  let at = 0;
  const values: (RowValue | null)[] = [];
  for (const { start, end, value } of edits.sort((a, b) => a.start - b.start)) {
    made += text.slice(at, start);
    if (value !== undefined) {
      made += '?';
      values.push(value);
    }
    at = end;
  }
  return { statement, text: made + text.slice(at), values };
}

/** Its tables, targets first among them. */
export function tablesOf({ statement }: Part): readonly TableName[] {
  const names: TableName[] = [];
  walk(statement, (node) => {
    if (node.kind === 'tableName') names.push(node);
  });
  return names;
}

/** The tables it may change, and what fires there; of a statement over several tables all of them. */
export function targetsOfPart(part: Part): {
  readonly names: readonly TableName[];
  readonly events: readonly TriggerEvent[];
} {
  const { statement } = part;
  switch (statement.kind) {
    case 'insert': {
      const events: TriggerEvent[] = ['insert'];
      if (statement.replace) events.push('delete');
      if (statement.onDuplicate !== null) events.push('update');
      return { names: [statement.table], events };
    }
    case 'update':
    case 'delete':
      return { names: ofTables(statement), events: [statement.kind] };
    default:
      return { names: [], events: [] };
  }
}

/** But those of subqueries. */
function ofTables(statement: Extract<Statement, { kind: 'update' | 'delete' }>): readonly TableName[] {
  const found: TableName[] = [];
  const roots = statement.kind === 'update' ? statement.tables : statement.from.tables;
  for (const root of roots) {
    walk(root, (node) => {
      if (node.kind === 'tableName') found.push(node);
      return node.kind !== 'derived' && node.kind !== 'subquery';
    });
  }
  return found;
}

/** What a name in a body means: a table of the keyspace; one that no vschema names (null); or why neither. */
export function meantBy(name: TableName, keyspace: Keyspace, vschema: VSchema): Table | null | string {
  const schema = name.schema?.name ?? keyspace.name;
  const table = name.name.name;
  if (schema === keyspace.name) {
    const found = keyspace.tables.get(table);
    if (keyspace.sharded && found !== undefined && found.view !== null)
      return `names ${table}, a view of tables that are not looked for; name them instead`;
    return found === undefined || found.kind === 'unknown' ? null : found;
  }
  if (isSystemSchema(schema)) return `names ${schema}.${table}, which every server has for itself`;
  if (schema.includes(':')) return `names ${table} of shard ${schema}, whatever shard it runs on`;
  return vschema.keyspaces.has(schema) ? `names ${schema}.${table} of another keyspace` : null;
}

/**
 * What it calls that is not the same on a shard as on one server; null when there is nothing. `kept`: its values go where
 * clients see them; `everywhere`: they must be the same on every shard.
 */
export function foreignCall(
  { statement }: Part,
  keyspace: Keyspace,
  kept: boolean,
  everywhere: boolean,
): string | null {
  let found: string | null = null;
  walk(statement, (node) => {
    if (found !== null) return false;
    if (node.kind === 'sequenceValue' || node.kind === 'nextValues') found = 'asks a sequence for a number';
    if (node.kind === 'match') found = 'uses MATCH ... AGAINST, which depends on all rows of an index';
    if (node.kind !== 'call') return true;
    const name = node.ident.name;
    const builtin = node.schema === null && isBuiltinFunction(node.name);
    if (!builtin && (node.schema !== null || !isPureFunction(keyspace, node.name)))
      found = `calls ${name}, which may read tables`;
    else if (lockFunctions.has(node.name)) found = `calls ${name}, which acts on one server`;
    else if (kept && connectionFunctions.has(node.name))
      found = `calls ${name}, which tells of the connection between Shardgate and the server`;
    else if (everywhere && volatileFunctions.has(node.name))
      found = `calls ${name}, whose value is another one on each shard`;
    return true;
  });
  return found;
}

/**
 * Whether all rows that it reads and writes are on the shard of the row that fires the trigger: planned as a client's
 * statement, it must go to the shard of the sharding column's value in NEW or OLD. null: they are; else why not.
 */
export function whyElsewhere(
  part: Part,
  table: Table,
  context: PlanContext,
  mode: LexMode,
  plan: PlanPart,
): string | null {
  const own: PlanContext = {
    vschema: context.vschema,
    database: table.keyspace,
    text: part.text,
    normalized: null,
    mode,
    target: anyTarget,
    onlyFullGroupBy: false,
    directives: new Map(),
  };
  try {
    const { root } = plan(parseStatement(part.text, mode), own);
    switch (root.kind) {
      case 'refuse':
        return `has a statement that is refused itself (${root.message})`;
      case 'route':
        return isHere(root.destination, table, part) ? null : elsewhere;
      case 'dml':
        return !root.everywhere && root.destination.kind !== 'any' && isHere(root.destination, table, part)
          ? null
          : elsewhere;
      case 'insert':
        return insertsHere(root, table, part) ? null : elsewhere;
      default:
        return elsewhere;
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return `has a statement that is refused itself (${error.message})`;
  }
}

const elsewhere = 'reads or writes rows that may be on other shards';

function isHere(destination: Destination, table: Table, part: Part): boolean {
  if (destination.kind === 'any') return true;
  if (destination.kind === 'shard')
    return destination.shards.length === 1 && destination.shards[0] === table.pinnedShard;
  return destination.kind === 'equal' && isOwnKey(destination.key, destination.values, table, part);
}

/** Each value is the row's own in that column of its sharding key, and of the same type. */
function isOwnKey(key: RoutingKey, values: readonly ValueRef[], table: Table, part: Part): boolean {
  const [own] = table.columnVindexes;
  if (own === undefined || key.vindex !== own.vindex || !own.exact || !key.exact) return false;
  if (values.length !== own.columns.length || key.columns.length !== own.columns.length) return false;
  return own.columns.every((column, index) => {
    const ref = values[index];
    const value = ref?.kind === 'param' ? part.values[ref.index] : null;
    const here = key.columns[index];
    if (value === null || value === undefined || here === undefined) return false;
    return value.column === lower(column.name) && sameType(column, here);
  });
}

function sameType(a: RoutingColumn, b: RoutingColumn): boolean {
  return (
    a.family !== null &&
    a.dataType === b.dataType &&
    a.unsigned === b.unsigned &&
    a.size === b.size &&
    a.scale === b.scale &&
    a.collation === b.collation
  );
}

/** What Shardgate does beside sending an INSERT on (lookup rows, numbers) nobody does here. */
function insertsHere(node: InsertNode, table: Table, part: Part): boolean {
  const { key, rows } = node;
  if (node.shard !== undefined)
    return node.shard === table.pinnedShard && rows.kind === 'cells' && rows.read === undefined;
  if (key === null || node.everywhere || node.sequence !== null || node.guardCell !== null) return false;
  if (node.lookups !== undefined || node.upsert !== undefined) return false;
  if (rows.kind !== 'cells' || rows.read !== undefined) return false;
  return rows.rows.every(({ cells }) => {
    const values = node.shardingCells.flatMap((at) => {
      const cell = cells[at];
      return cell?.kind === 'value' && !cell.negative ? [cell.ref] : [];
    });
    return isOwnKey(key, values, table, part);
  });
}
