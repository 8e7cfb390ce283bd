// Plans LOAD DATA LOCAL: the client's file as rows of an INSERT IGNORE or REPLACE, each to the shard of its vindex.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { InsertNode, LoadCell, LoadField, LoadNode, Plan } from '../../plan/nodes.ts';
import type { Assignment, Literal, LoadData } from '../../sql/ast.ts';
import { stringValue } from '../../sql/literal.ts';
import { walk } from '../../sql/visitor.ts';
import type { Template, ValueRef } from '../../text/template.ts';
import type { Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import { lookupTable } from '../bind/lookup-table.ts';
import type { PlanContext } from '../context.ts';
import { asksForTime, hasSubquery } from '../query/traits.ts';
import { refusalOf } from '../refusals.ts';
import { identifier, join, joinWith, splice, text } from '../splice.ts';
import { keyspaceOf } from '../statement.ts';
import { statementUnit } from '../statement-unit.ts';
import { type TextUnit, valueRefOf } from '../text-unit.ts';
import { checkOwnValues, stampsRows } from '../write/own-values.ts';
import { planOfWrite } from '../write/plan-of-write.ts';
import { rowLookups } from '../write/row-lookups.ts';
import { checkConflicts } from '../write/write-checks.ts';
import { autoIncrement, keyCells } from './insert-columns.ts';
import { loadIdRule } from './insert-id.ts';
import { upsertOf } from './upsert-keys.ts';

/*
 * LOCAL means IGNORE unless it says REPLACE: fields that do not fit are clipped with a warning, duplicates are skipped. That
 * is what INSERT IGNORE does of the same fields as text.
 */

interface Loading {
  readonly node: LoadData;
  readonly context: PlanContext;
  readonly unit: TextUnit;
  readonly table: Table;
}

export function planLoad(node: LoadData, context: PlanContext): Plan {
  const table = lookupTable(context.vschema, node.table, context.database);
  if (table === null) throw shardgateError('SG2019', { schema: node.table.schema?.name ?? '' });
  if (table.kind === 'unknown')
    throw shardgateError('SG2003', { table: table.name, keyspace: table.keyspace });
  const unit = statementUnit(context.text, node, context.normalized);
  const loading: Loading = { node, context, unit, table };
  const names = targetNames(loading);
  const columns = [
    ...names.flatMap((name) => (name.kind === 'column' ? [name.name] : [])),
    ...node.assignments.map(({ column }) => lower(column.name.name)),
  ];
  checkColumns(loading, columns);
  checkOwnValues(table, node, columns);
  const root: LoadNode = {
    kind: 'load',
    insert: insertOf(loading, columns),
    file: refOf(loading, node.file),
    charset: node.charset,
    format: formatOf(loading),
    fields: names.map((name) => fieldOf(table, name)),
    cells: cellsOf(loading, names),
  };
  const reasons = ['the client sends the file: its rows are inserted as they come'];
  const plan = planOfWrite('insert', table.keyspace, root, reasons);
  const insertId = loadIdRule(table, context);
  return insertId === null ? plan : { ...plan, insertId };
}

/** Told before the client sends a byte. */
function checkColumns({ table, context }: Loading, columns: readonly string[]): void {
  const unknown = columns.find(
    (name) => table.columns?.some((column) => lower(column.name) === name) === false,
  );
  if (unknown === undefined) return;
  const where = context.mode.flavour === 'mariadb' ? 'SELECT' : 'field list';
  throw new SqlError(1054, '42S22', `Unknown column '${unknown}' in '${where}'`);
}

type Target =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string };

function targetNames({ node, table }: Loading): readonly Target[] {
  if (node.targets === null) {
    if (table.columns === null) throw shardgateError('SG6010', { table: table.name });
    const shown = table.columns.filter((column) => !column.invisible);
    return shown.map((column) => ({ kind: 'column', name: lower(column.name) }));
  }
  return node.targets.map((target) =>
    target.kind === 'userVariable'
      ? { kind: 'variable', name: lower(target.name) }
      : { kind: 'column', name: lower(target.name) },
  );
}

function fieldOf(table: Table, target: Target): LoadField {
  if (target.kind === 'variable') return { takes: 'variable' };
  const column = table.columns?.find((one) => lower(one.name) === target.name);
  const family = column?.family;
  const takes = family === 'binary' || family === 'text' ? family : 'other';
  const isNull = column?.nullable === true && (!column.hasDefault || column.computedDefault === true);
  // A TIMESTAMP makes now of its NULL.
  return isNull || column?.dataType === 'timestamp' ? { takes, nullable: true } : { takes };
}

function cellsOf(loading: Loading, names: readonly Target[]): readonly LoadCell[] {
  const given = names.flatMap((name, field): readonly LoadCell[] =>
    name.kind === 'column' ? [{ kind: 'field', field }] : [],
  );
  return [...given, ...loading.node.assignments.map((one) => expressionCell(loading, one, names))];
}

/** The expression's text, cut where it names a variable that holds a field. */
function expressionCell({ unit }: Loading, { value }: Assignment, names: readonly Target[]): LoadCell {
  const construct = refusalOf(value);
  if (construct !== null) throw construct;
  if (hasSubquery(value)) {
    throw shardgateError('SG2001', {
      construct: 'LOAD DATA with a subquery behind SET',
      why: 'it would be computed for every line',
      remedy: 'load into a table of its own, then INSERT ... SELECT',
    });
  }
  const parts: (Template | number)[] = [];
  let at = value.start;
  walk(value, (node) => {
    if (node.kind !== 'userVariable') return;
    const field = names.findIndex((name) => name.kind === 'variable' && name.name === lower(node.name));
    if (field < 0) {
      throw shardgateError('SG2001', {
        construct: `LOAD DATA with @${node.name}, which takes no field`,
        why: 'its value is not where the rows go',
        remedy: 'write the value itself',
      });
    }
    parts.push(splice(unit, at, node.start, []), field);
    at = node.end;
  });
  parts.push(splice(unit, at, value.end, []));
  return { kind: 'expression', parts };
}

function formatOf(loading: Loading): LoadNode['format'] {
  const { node, unit, context } = loading;
  const ref = (literal: Literal | null): ValueRef | null =>
    literal === null ? null : refOf(loading, literal);
  // Where backslashes are nothing in literals they are nothing in files either, unless the statement says so.
  const noEscape: ValueRef | null = context.mode.noBackslashEscapes
    ? { kind: 'constant', sql: "''", valueKind: 'string', value: '' }
    : null;
  return {
    fieldEnd: ref(node.fields.terminatedBy),
    enclosure: ref(node.fields.enclosedBy),
    escape: ref(node.fields.escapedBy) ?? noEscape,
    lineStart: ref(node.lines.startingBy),
    lineEnd: ref(node.lines.terminatedBy),
    linesToSkip: node.ignoreLines === null ? null : valueRefOf(node.ignoreLines, unit),
  };
}

/** File and separators are constants of the plan: the normaliser leaves the literals of this statement alone. */
function refOf({ context, unit }: Loading, literal: Literal): ValueRef {
  const value = (): string => stringValue(literal.text, context.mode);
  if (literal.type === 'hex' || literal.type === 'bit')
    return { kind: 'constant', sql: literal.text, valueKind: 'string', value: value() };
  const ref = valueRefOf(literal, unit);
  if (ref?.kind === 'constant' && ref.valueKind === 'string') {
    return { ...ref, value: value() };
  }
  if (ref !== null && ref.kind !== 'constant') return ref;
  throw shardgateError('SG2001', {
    construct: `LOAD DATA with ${literal.text}`,
    why: 'it is no plain string',
    remedy: 'write it as one',
  });
}

/** The statement behind which the rows are put. */
function insertOf({ node, context, table, unit }: Loading, columns: readonly string[]): InsertNode {
  const replace = node.duplicates === 'replace';
  const sharded = table.kind === 'sharded';
  if (sharded) checkConflicts(table, 'LOAD DATA');
  const trusted = keyspaceOf(context, table.keyspace).constraints === 'trust';
  const { sequence, guardCell } = sharded
    ? autoIncrement(table, columns, trusted)
    : { sequence: null, guardCell: null };
  const known = sharded ? keyCells(table, columns) : null;
  const filled = sequence?.append === true ? lower(sequence.column.name) : null;
  const all = filled === null ? columns : [...columns, filled];
  const cellOf = (column: string): number => all.indexOf(column);
  const lookups = known === null ? [] : rowLookups(table, cellOf);
  const upsert = known === null ? null : upsertOf(replace ? 'replace' : 'ignore', table, lookups, cellOf);
  const [first] = keyspaceOf(context, table.keyspace).shardMap.shards;
  const onOne = !sharded && table.kind !== 'reference';
  const list = all.map((name) => text(identifier(name)));
  const parts = node.partitions.map((part) => splice(unit, part.start, part.end, []));
  return {
    kind: 'insert',
    keyspace: table.keyspace,
    table: table.name,
    head: join(
      text(replace ? 'REPLACE INTO ' : 'INSERT IGNORE INTO '),
      [{ kind: 'database', keyspace: table.keyspace }],
      text(`.${identifier(table.name)}`),
      parts.length === 0 ? [] : join(text(' PARTITION ('), joinWith(', ', parts), text(')')),
      text(' ('),
      joinWith(', ', list),
      text(') VALUES'),
    ),
    tail: [],
    rows: { kind: 'cells', rows: [] },
    key: known?.key ?? null,
    unchanged: false,
    shardingCells: known?.cells.map((cell) => (cell < 0 && sequence !== null ? sequence.cell : cell)) ?? [],
    sequence,
    guardCell,
    everywhere: table.kind === 'reference',
    ...(onOne ? { shard: table.pinnedShard ?? first?.name ?? '-' } : {}),
    pinTime: node.assignments.some((assignment) => asksForTime(assignment)) || stampsRows(table),
    ...(lookups.length === 0 ? {} : { lookups }),
    ...(upsert === null ? {} : { upsert }),
  };
}
