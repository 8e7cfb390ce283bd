// What an INSERT must read before it can write: the rows of its SELECT, or what its values ask of tables.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { InsertNode, InsertRows, Plan } from '../../plan/nodes.ts';
import type { BindValue } from '../../value/bind-value.ts';
import { binaryCollationId } from '../../value/collations.ts';
import { type ColumnDefinition, FieldType } from '../../value/column-definition.ts';
import type { RowView } from '../../value/row-view.ts';
import type { Execution } from '../contract.ts';
import { rowView } from '../merge/row-views.ts';
import { partExecution, partFormat, ReadScope, type RunPlan } from '../read-scope.ts';
import { type KeptRows, RowsSink, refuseDecimals } from '../rows-sink.ts';
import { literalWriter } from '../workspace/literals.ts';
import { refuseWarned } from '../write/read-warnings.ts';
import { saysIgnore } from './insert-facts.ts';
import type { ReadCells } from './insert-rows.ts';

/** The plan that must run first; null when there is none. */
export function readOf(rows: InsertRows): Plan | null {
  if (rows.kind === 'query') return rows.read;
  return rows.kind === 'cells' ? (rows.read ?? null) : null;
}

/** `body` gets the cells; their memory is accounted for until it ends. `instant`: what NOW() means. */
export async function withRead(
  execution: Execution,
  node: InsertNode,
  plan: Plan,
  run: RunPlan,
  instant: string | null,
  body: (cells: ReadCells) => void | Promise<void>,
): Promise<void> {
  const sink = new RowsSink(execution.limits, 'the rows to insert', partFormat(execution));
  const scope = new ReadScope(execution.scope);
  const { rows } = node;
  try {
    await run(partExecution(execution, plan, sink, scope, instant));
    const read = await sink.result;
    if (!saysIgnore(node)) await refuseWarned(execution, node.keyspace, scope, read.warnings);
    const width = rows.kind === 'query' ? rows.width : read.columns.length;
    if (width !== read.columns.length) {
      throw new SqlError(1136, '21S01', "Column count doesn't match value count at row 1");
    }
    refuseDecimals(read, (rows.kind === 'slot' ? undefined : rows.asText) ?? []);
    await body(cellsOf(read));
  } finally {
    sink.free();
  }
}

function cellsOf({ columns, format, rows, warnings }: KeptRows): ReadCells {
  const readers = columns.map(cellReader);
  const view = rowView(format, columns);
  const cells = rows.map((payload) => {
    view.load(payload);
    return readers.map((read) => read(view));
  });
  return { rows: cells, warnings };
}

type CellReader = (row: RowView) => BindValue;

const nullCell: BindValue = { kind: 'null', negative: false, sql: 'NULL', value: '' };

/** Text has come as UTF-8. Kinds that are no plain literals go as expressions: the column's server converts them. */
function cellReader(column: ColumnDefinition, index: number): CellReader {
  const write = literalWriter(index, column);
  const kind = kindOf(column);
  if (column.type === FieldType.float) throw shardgateError('SG6042', { column: column.name });
  return (row) => {
    const text = row.text(index);
    if (text === null) return nullCell;
    const negative = (kind === 'integer' || kind === 'decimal') && text.startsWith('-');
    const sql = column.type === FieldType.time ? `TIME${write(row)}` : write(row);
    return { kind, negative, sql: negative ? sql.slice(1) : sql, value: kind === 'expression' ? '' : text };
  };
}

function kindOf(column: ColumnDefinition): BindValue['kind'] {
  switch (column.type) {
    case FieldType.tiny:
    case FieldType.short:
    case FieldType.int24:
    case FieldType.long:
    case FieldType.longLong:
      return 'integer';
    case FieldType.newDecimal:
    case FieldType.decimal:
      return 'decimal';
    case FieldType.date:
    case FieldType.newDate:
    case FieldType.dateTime:
      return 'string';
    case FieldType.varchar:
    case FieldType.varString:
    case FieldType.string:
    case FieldType.blob:
    case FieldType.tinyBlob:
    case FieldType.mediumBlob:
    case FieldType.longBlob:
    case FieldType.enum:
    case FieldType.set:
      return column.collation === binaryCollationId ? 'hex' : 'string';
    default:
      return 'expression';
  }
}
