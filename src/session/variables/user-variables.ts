// User variables: MySQL evaluates the expression once, the session keeps a literal of the value.
import type { SetUserVariable } from '../../sql/ast.ts';
import { hexLiteral } from '../../text/quote.ts';
import { type ColumnDefinition, FieldType } from '../../value/column-definition.ts';
import { substituteExpression } from '../rewrite/substitute.ts';
import { heldDigits, mayHoldMore, showingAll } from '../rewrite/whole-digits.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import type { Change } from './set-change.ts';

const binaryCollation = 63;

export async function setUserVariable(item: SetUserVariable, context: StatementContext): Promise<Change> {
  const { userVariables } = context.state;
  const name = item.variable.name.toLowerCase();
  const { value } = item;
  const plainNumber = value.kind === 'literal' && (value.type === 'integer' || value.type === 'null');
  if (plainNumber) {
    const sql = context.text.slice(value.start, value.end);
    return () => void userVariables.set(name, { sql });
  }
  const text = await substituteExpression(value, context);
  const { columns, rows } = await context.query(`SELECT ${text}`);
  const shown = rows[0]?.[0] ?? null;
  let sql = literalOf(columns[0], shown);
  if (mayHoldMore(value, columns[0], shown, context.state.mode.flavour)) {
    const { rows: whole } = await context.query(`SELECT ${showingAll(text)}`);
    sql = heldDigits(value, sql, whole[0]?.[0] ?? sql);
  }
  return () => void userVariables.set(name, { sql });
}

/**
 * A literal of the value with the type a user variable has: integer, decimal, double, text with character set, bytes.
 * `cell` is a binary string in utf8mb4.
 */
export function literalOf(column: ColumnDefinition | undefined, cell: string | null): string {
  if (cell === null || column === undefined) return 'NULL';
  switch (column.type) {
    case FieldType.tiny:
    case FieldType.short:
    case FieldType.int24:
    case FieldType.long:
    case FieldType.longLong:
    case FieldType.year:
    case FieldType.newDecimal:
    case FieldType.decimal:
      return cell;
    case FieldType.float:
    case FieldType.double:
      return /e/i.test(cell) ? cell : `${cell}e0`;
    default: {
      const hex = hexLiteral(Buffer.from(cell, 'latin1'));
      const isText = column.collation !== binaryCollation || isTemporal(column.type);
      // A bare hex literal compares under the other side's collation, and is a number beside numbers.
      return isText ? `_utf8mb4 ${hex}` : `CAST(${hex} AS BINARY)`;
    }
  }
}

function isTemporal(type: number): boolean {
  return (
    type === FieldType.date ||
    type === FieldType.dateTime ||
    type === FieldType.time ||
    type === FieldType.timestamp
  );
}
