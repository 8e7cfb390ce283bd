// Plans INSERT ... SELECT whose rows belong elsewhere than where they are read: read first, then inserted as values.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { Expression } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { Column, Table } from '../../vschema/model.ts';
import { lower, outputOf } from '../bind/columns-of.ts';
import type { OutputColumn } from '../bind/model.ts';
import type { Piece } from '../derived-unit.ts';
import { typeOf } from '../facts/column-type.ts';
import type { BoundStatement } from '../statement.ts';
import { planOfWrite } from '../write/plan-of-write.ts';
import { derivedQuery, readPlan } from '../write/read-plan.ts';
import { returningRefusal } from '../write/returning.ts';
import { showsDigits } from '../write/shown-digits.ts';
import { type Wrapping, wholeNumber } from '../write/whole-number.ts';
import { describeInsert } from './describe-insert.ts';
import { insertColumns } from './insert-columns.ts';
import { type InsertShape, insertNode } from './insert-node.ts';
import type { InsertPlanning } from './insert-planning.ts';
import { onEveryShard, onShard, shapeByKey } from './insert-shape.ts';

/*
 * Proof obligation: a value that travels as a literal is stored as the SELECT's own value would be. Numbers, text as UTF-8 and
 * temporals do. FLOAT prints six digits, so it is read as a double; what goes into a binary column is read as its bytes.
 */

/** `source`: the query, bound. Throws a refusal for what even this cannot do. */
export function planReadInsert(planning: InsertPlanning, source: BoundStatement): Plan {
  const { node, context, unit, table, reasons } = planning;
  const refused = returningRefusal(node);
  if (refused !== null) throw refused;
  const [doubt] = source.binding.doubts;
  if (doubt !== undefined) throw shardgateError('SG2010', { detail: doubt });
  checkTail(planning);
  const columns = insertColumns(node, table);
  const output = outputOf(source.binding.root);
  if (output !== null && output.length !== columns.length) {
    throw new SqlError(1136, '21S01', "Column count doesn't match value count at row 1");
  }
  const pieces = carriedPieces(output, columns, table, source);
  const read = readPlan(derivedQuery(unit, pieces, context));
  reasons.push('the rows are read first and inserted as values');
  const shape = shapeOf(planning, columns);
  const asText = (output ?? []).flatMap(({ expression }, index) => {
    const column = targetColumn(table, columns[index]);
    return expression !== null && showsDigits(expression, column, context) ? [index] : [];
  });
  const shown = asText.length === 0 ? {} : { asText };
  const rows = { kind: 'query', read, width: columns.length, ...shown } as const;
  const root = insertNode(planning, shape, rows, null, describeInsert(planning, source.binding));
  return planOfWrite('insert', table.keyspace, root, reasons);
}

function shapeOf(planning: InsertPlanning, columns: readonly string[]): InsertShape {
  if (planning.table.kind === 'sharded') return shapeByKey(planning);
  return planning.table.kind === 'reference' ? onEveryShard(columns) : onShard(planning, columns);
}

/** Behind VALUES only the target's own columns are known. */
function checkTail({ node, table }: InsertPlanning): void {
  for (const { value } of node.onDuplicate?.assignments ?? []) {
    walk(value, (part) => {
      if (part.kind === 'valuesFunction') return false;
      if (part.kind !== 'column') return true;
      const own = part.table === null || part.table.name === table.name;
      const known = table.columns?.some((column) => lower(column.name) === lower(part.name.name)) !== false;
      if (!own || !known) throw shardgateError('SG6043');
      return true;
    });
  }
}

/** The query's text, with those items wrapped that would lose something on their way. */
function carriedPieces(
  output: readonly OutputColumn[] | null,
  columns: readonly string[],
  table: Table,
  source: BoundStatement,
): readonly Piece[] {
  const { start, end } = source.node;
  const pieces: Piece[] = [];
  let at = start;
  for (const [index, item] of (output ?? []).entries()) {
    const carry = carryOf(item, targetColumn(table, columns[index])) ?? wholeOf(item, source, table);
    if (carry === null) continue;
    const expression = wrappable(item.expression, at, end);
    if (expression === null) throw shardgateError('SG6042', { column: item.name });
    pieces.push({ start: at, end: expression.start }, carry.before, expression, carry.behind);
    at = expression.end;
  }
  return [...pieces, { start: at, end }];
}

function targetColumn(table: Table, name: string | undefined): Column | null {
  return table.columns?.find((column) => lower(column.name) === name) ?? null;
}

/** Items stand in the text in their order; what came out of a star or a set operation stands nowhere. */
function wrappable(expression: Expression | null, from: number, end: number): Expression | null {
  return expression !== null && expression.start >= from && expression.end <= end ? expression : null;
}

/** Where rows are stored on their way, one server rounds as well: also those of the table they are for. */
function wholeOf(item: OutputColumn, { node, binding }: BoundStatement, table: Table): Wrapping | null {
  const { expression } = item;
  if (expression === null || node.kind !== 'select' || node.distinct || node.orderBy !== null) return null;
  if (binding.tables.some((source) => source.table === table)) return null;
  // Whether the quotient is exact depends on what a parameter is.
  if (dividesByParameter(expression)) throw shardgateError('SG6042', { column: item.name });
  return wholeNumber(expression, binding.columns);
}

function dividesByParameter(expression: Expression): boolean {
  let divides = false;
  let parameter = false;
  walk(expression, (part) => {
    if (part.kind === 'binary' && part.operator === '/') divides = true;
    if (part.kind === 'param') parameter = true;
    return !(part.kind === 'call' && part.name === 'cast') && part.kind !== 'cast';
  });
  return divides && parameter;
}

function carryOf({ column }: OutputColumn, target: Column | null): Wrapping | null {
  const type = column === null ? 'computed' : typeOf(column);
  if (typeof type !== 'string' && type.dataType === 'float') return { before: '(', behind: ')+0e0' };
  if (target?.family !== 'binary') return null;
  const isBinary = typeof type !== 'string' && type.family === 'binary';
  return isBinary ? null : { before: 'CAST(', behind: ' AS BINARY)' };
}
