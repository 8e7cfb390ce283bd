// Plans INSERT and REPLACE: rows split by the shard their sharding column names.
import { shardgateError } from '../../errors/catalog.ts';
import type { InsertNode, NumberSource, Plan } from '../../plan/nodes.ts';
import type { Insert } from '../../sql/ast.ts';
import { lower } from '../bind/columns-of.ts';
import { lookupTable } from '../bind/lookup-table.ts';
import type { PlanContext } from '../context.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import { asksForTime, hasSubquery, isDeterministic } from '../query/traits.ts';
import { refusalOf, refuse } from '../refusals.ts';
import { type Edit, identifier, join, joinWith, splice, text } from '../splice.ts';
import { keyspaceOf } from '../statement.ts';
import { statementUnit } from '../statement-unit.ts';
import { autoIncrement, insertColumns, keyCells } from './insert-columns.ts';
import type { InsertPlanning } from './insert-planning.ts';
import { setRow, valuesRows } from './insert-rows.ts';
import { planInsertSelect } from './plan-insert-select.ts';
import { planOfWrite } from './plan-of-write.ts';
import { routeNode, wholeText, wholeTextAlways } from './route-node.ts';
import { rowLookups } from './row-lookups.ts';
import { upsertOf } from './upsert-keys.ts';
import { checkConflicts, checkOnDuplicate } from './write-checks.ts';

export function planInsert(node: Insert, context: PlanContext): Plan {
  const table = lookupTable(context.vschema, node.table, context.database);
  if (table === null) throw shardgateError('SG2019', { schema: node.table.schema?.name ?? '' });
  if (table.kind === 'unknown')
    throw shardgateError('SG2003', { table: table.name, keyspace: table.keyspace });
  const unit = statementUnit(context.text, node, context.normalized);
  const planning: InsertPlanning = { node, context, unit, table, reasons: [] };
  if (node.source.kind === 'insertQuery') return planInsertSelect(planning, node.source.query);
  switch (table.kind) {
    case 'unsharded':
    case 'sequence':
    case 'pinned':
      return onOneServer(planning);
    case 'reference':
      return everywhere(planning);
    case 'sharded':
      return split(planning);
  }
}

function onOneServer({ node, context, unit, table, reasons }: InsertPlanning): Plan {
  if (hasSubquery(node)) throw shardgateError('SG6006', { statement: word(node) });
  reasons.push(
    table.kind === 'pinned' ? 'the table is pinned to one shard' : 'a table of an unsharded keyspace',
  );
  const destination =
    table.pinnedShard === null
      ? ({ kind: 'any' } as const)
      : ({ kind: 'shard', shards: [table.pinnedShard] } as const);
  const impossible = refuse(shardgateError('SG6006', { statement: word(node) }));
  const route = routeNode(table.keyspace, destination, wholeText(node, unit, context), impossible);
  return planOfWrite('insert', table.keyspace, route, reasons);
}

export function word(node: Insert): string {
  if (node.replace) return 'REPLACE';
  return node.ignore ? 'INSERT IGNORE' : 'INSERT';
}

/** Every shard gets every row, so the values must mean the same on each. */
function everywhere(planning: InsertPlanning): Plan {
  const { node, context, unit, table, reasons } = planning;
  const facts = { statement: `writing reference table ${table.name}`, keyspace: table.keyspace };
  if (!isDeterministic(node) || hasSubquery(node)) {
    const why = 'every shard would compute other values';
    throw shardgateError('SG6016', { ...facts, why, remedy: 'insert values that are known beforehand' });
  }
  const columns = insertColumns(node, table);
  const { guardCell } = autoIncrement({ ...table, autoIncrement: null }, columns, false);
  if (guardCell === null) {
    if (node.returning !== null) throw shardgateError('SG6011');
    reasons.push('reference table: every shard gets every row');
    const root = {
      kind: 'dml',
      keyspace: table.keyspace,
      destination: { kind: 'all' },
      template: wholeTextAlways(node, unit, context),
      unchanged: wholeText(node, unit, context) === null,
      everywhere: true,
      pinTime: asksForTime(node),
    } as const;
    return planOfWrite('insert', table.keyspace, root, reasons);
  }
  reasons.push('reference table: every shard gets every row');
  return planOfWrite(
    'insert',
    table.keyspace,
    insertNode(planning, columns, null, [], guardCell, null),
    reasons,
  );
}

function split(planning: InsertPlanning): Plan {
  const { node, context, table, reasons } = planning;
  const conflict = node.replace ? 'REPLACE' : node.ignore ? 'INSERT IGNORE' : 'ON DUPLICATE KEY UPDATE';
  if (node.replace || node.ignore || node.onDuplicate !== null) {
    checkConflicts(table, conflict);
  }
  if (node.onDuplicate !== null) checkOnDuplicate(table, node.onDuplicate.assignments);
  const construct = refusalOf(node);
  if (construct !== null) throw construct;
  if (hasSubquery(node)) throw shardgateError('SG6006', { statement: word(node) });
  if (node.returning !== null) throw shardgateError('SG6011');
  const columns = insertColumns(node, table);
  const { key, cells } = keyCells(table, columns);
  const trusted = keyspaceOf(context, table.keyspace).constraints === 'trust';
  const { sequence, guardCell } = autoIncrement(table, columns, trusted);
  const shardingCells = cells.map((cell) => (cell < 0 && sequence !== null ? sequence.cell : cell));
  reasons.push(`each row goes to the shard of its ${key.columns.map((column) => column.name).join(', ')}`);
  if (sequence !== null) reasons.push(`${nameOf(sequence.source)} fills what is left to AUTO_INCREMENT`);
  const root = insertNode(planning, columns, key, shardingCells, guardCell, sequence);
  return planOfWrite('insert', table.keyspace, root, reasons);
}

function nameOf(source: NumberSource): string {
  return source.kind === 'sequence' ? `sequence ${source.sequence}` : source.kind;
}

function insertNode(
  planning: InsertPlanning,
  columns: readonly string[],
  key: InsertNode['key'],
  shardingCells: readonly number[],
  guardCell: number | null,
  sequence: InsertNode['sequence'],
): InsertNode {
  const { node, context, unit, table } = planning;
  const qualifiers = qualifierEdits(node, context);
  const edits: Edit[] = [...qualifiers, ...nameEdits(node, qualifiers)];
  const appended = sequence?.append === true;
  if (appended && node.columns !== null) {
    const name = table.autoIncrement?.column ?? '';
    const end = node.columns.end - 1;
    edits.push({ start: end, end, parts: text(`${columns.length === 0 ? '' : ', '}${identifier(name)}`) });
  }
  const filled = sequence === null ? null : lower(table.autoIncrement?.column ?? '');
  const cellOf = (column: string): number => {
    const given = columns.indexOf(column);
    return given < 0 && column === filled && sequence !== null ? sequence.cell : given;
  };
  const lookups = key === null ? [] : rowLookups(table, cellOf);
  for (const { key: used, owned } of lookups) {
    const what = owned ? 'its rows follow' : 'its values must be known';
    planning.reasons.push(`lookup vindex ${used.vindex.name}: ${what}`);
  }
  const upsert = key === null ? null : upsertOf(node, table, lookups, cellOf);
  const { source } = node;
  const first = source.kind === 'insertValues' ? source.rows[0] : undefined;
  const last = source.kind === 'insertValues' ? source.rows.at(-1) : undefined;
  const setForm = source.kind === 'insertSet';
  const names = appended ? [...columns, table.autoIncrement?.column ?? ''] : columns;
  const list = joinWith(
    ', ',
    names.map((name) => text(identifier(name))),
  );
  const head = setForm
    ? join(splice(unit, 0, source.start, edits), text('('), list, text(') VALUES '))
    : splice(unit, 0, first?.start ?? source.end, edits);
  const rows =
    source.kind === 'insertSet'
      ? setRow(source, unit, edits)
      : source.kind === 'insertValues'
        ? valuesRows(source, unit, edits, appended)
        : { kind: 'cells' as const, rows: [] };
  return {
    kind: 'insert',
    keyspace: table.keyspace,
    table: table.name,
    head,
    tail: splice(unit, setForm ? source.end : (last?.end ?? source.end), node.end, edits),
    rows,
    key,
    shardingCells,
    sequence,
    guardCell,
    everywhere: key === null,
    unchanged: qualifiers.length === 0 && !appended,
    pinTime: asksForTime(node),
    ...(lookups.length === 0 ? {} : { lookups }),
    ...(upsert === null ? {} : { upsert }),
  };
}
