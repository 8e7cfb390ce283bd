// Columns as a vschema file declares them, for tables no server and no schema file tells about.
import type { ColumnFamily } from '../../value/column-family.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import { familyOf, integerBitsOf } from '../columns.ts';
import type { Column } from '../model.ts';
import type { DeclaredColumn, TableDefinition } from './definition.ts';

/** Vitess's type names that are not simply an upper-case DATA_TYPE; `unsigned` for the UINT family. */
const vitessTypes: ReadonlyMap<string, { readonly dataType: string; readonly unsigned: boolean }> = new Map([
  ['INT8', { dataType: 'tinyint', unsigned: false }],
  ['UINT8', { dataType: 'tinyint', unsigned: true }],
  ['INT16', { dataType: 'smallint', unsigned: false }],
  ['UINT16', { dataType: 'smallint', unsigned: true }],
  ['INT24', { dataType: 'mediumint', unsigned: false }],
  ['UINT24', { dataType: 'mediumint', unsigned: true }],
  ['INT32', { dataType: 'int', unsigned: false }],
  ['UINT32', { dataType: 'int', unsigned: true }],
  ['INT64', { dataType: 'bigint', unsigned: false }],
  ['UINT64', { dataType: 'bigint', unsigned: true }],
  ['FLOAT32', { dataType: 'float', unsigned: false }],
  ['FLOAT64', { dataType: 'double', unsigned: false }],
]);

function dataTypeOf(type: string): { readonly dataType: string; readonly unsigned: boolean } {
  const name = type.toUpperCase().replace(/^TYPE_/, '');
  return vitessTypes.get(name) ?? { dataType: name.toLowerCase(), unsigned: false };
}

/** The table's columns when the vschema lists them all with their types; else null. */
export function declaredColumns(table: TableDefinition): readonly Column[] | null {
  if (!table.columnListAuthoritative) return null;
  const columns = table.columns.map(declaredColumn);
  return columns.every((column) => column !== null) ? columns : null;
}

function declaredColumn(declared: DeclaredColumn): Column | null {
  if (declared.type === null) return null;
  const { dataType, unsigned } = dataTypeOf(declared.type);
  const family = familyOf(dataType);
  return {
    name: declared.name,
    family,
    dataType,
    columnType: unsigned ? `${dataType} unsigned` : dataType,
    unsigned,
    size: family === 'integer' ? integerBitsOf(dataType) : declared.size,
    scale: declared.scale ?? (family === 'datetime' ? 0 : null),
    charset: declared.collation?.split('_')[0] ?? null,
    collation: declared.collation,
    nullable: declared.nullable,
    hasDefault: declared.hasDefault,
    autoIncrement: false,
    generated: false,
    invisible: declared.invisible,
  };
}

/** A column as routing needs it: from the servers' facts, else as declared, else of unknown type. */
export function routingColumnOf(
  name: string,
  columns: readonly Column[] | null,
  table: TableDefinition | null = null,
): RoutingColumn {
  const lower = name.toLowerCase();
  const known = columns?.find((column) => column.name.toLowerCase() === lower);
  if (known !== undefined) return fromColumn(known);
  const declared = table?.columns.find((column) => column.name.toLowerCase() === lower);
  const column = declared === undefined ? null : declaredColumn(declared);
  return column === null ? unknownColumn(name) : fromColumn(column);
}

function fromColumn(column: Column): RoutingColumn {
  const { name, family, dataType, unsigned, size, scale, collation } = column;
  return { name, family, dataType, unsigned, size, scale, collation };
}

function unknownColumn(name: string): RoutingColumn {
  const family: ColumnFamily | null = null;
  return { name, family, dataType: null, unsigned: false, size: null, scale: null, collation: null };
}
