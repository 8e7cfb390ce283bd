// Column, key and foreign key facts of a CREATE TABLE, in the shape the servers' own facts have.
import type { ColumnDefinition, CreateTable, DataType, KeyDefinition, Reference } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import { familyOf, integerBitsOf, referenceAction, type TableFacts } from '../columns.ts';
import type { Column, ForeignKey, Key } from '../model.ts';
import { type OwnValues, ownValuesOf } from '../own-values.ts';

/** Character set and collation that columns without their own have; null where the text does not say. */
interface TextDefaults {
  readonly charset: string | null;
  readonly collation: string | null;
}

/**
 * Facts of a table as its CREATE TABLE defines it in `keyspace`. What the text leaves to the server's defaults (the collation of
 * a character set) stays null. Null when the columns come from a query or another table.
 */
export function tableFactsOf(statement: CreateTable, keyspace: string): TableFacts | null {
  if (statement.query !== null || statement.like !== null) return null;
  const name = statement.table.name.name;
  const defaults = textDefaults(statement);
  const keys = keysOf(statement);
  const primary = keys.find((key) => key.name === 'PRIMARY')?.columns ?? [];
  return {
    name,
    columns: statement.columns.map((column) => columnFromAst(column, defaults, primary)),
    keys,
    foreignKeys: foreignKeysOf(statement, keyspace),
    view: null,
  };
}

function textDefaults(statement: CreateTable): TextDefaults {
  const option = (name: string): string | null => {
    const value = statement.options.findLast((candidate) => candidate.name === name)?.value;
    return value === undefined ? null : value.replace(/^['"`]|['"`]$/g, '').toLowerCase();
  };
  const collation = option('COLLATE');
  return { collation, charset: option('CHARSET') ?? charsetOf(collation) };
}

function charsetOf(collation: string | null): string | null {
  return collation?.split('_')[0] ?? null;
}

export function columnFromAst(
  definition: ColumnDefinition,
  defaults: TextDefaults = { charset: null, collation: null },
  primary: readonly string[] = [],
): Column {
  const { type } = definition;
  const name = definition.name.name;
  const declared = type.name.toLowerCase();
  const text = familyOf(declared) === 'text' || declared === 'enum' || declared === 'set';
  const { charset, collation } = text ? columnText(type, defaults) : { charset: null, collation: null };
  const dataType = charset === 'binary' ? binaryTypeOf(declared) : declared;
  const family = familyOf(dataType);
  const inPrimary =
    definition.key === 'primary' || primary.some((key) => key.toLowerCase() === name.toLowerCase());
  return {
    name,
    family,
    dataType,
    columnType: type.text.toLowerCase(),
    unsigned: type.unsigned,
    size: sizeOf(dataType, type),
    scale: scaleOf(dataType, type),
    charset: family === 'binary' ? null : charset,
    collation: family === 'binary' ? null : collation,
    nullable: definition.nullable !== false && !inPrimary,
    hasDefault: definition.defaultValue !== null && !isNull(definition.defaultValue),
    ...ownValues(definition, dataType),
    autoIncrement: definition.autoIncrement,
    generated: definition.generated !== null,
    invisible: definition.invisible,
  };
}

function ownValues({ defaultValue, onUpdate }: ColumnDefinition, dataType: string): OwnValues {
  const calls: string[] = [];
  let columns = false;
  if (defaultValue !== null)
    walk(defaultValue, (node) => {
      if (node.kind === 'call') calls.push(node.name.toLowerCase());
      columns ||= node.kind === 'column';
    });
  return ownValuesOf({ dataType, columns, onUpdate: onUpdate !== null, calls });
}

function isNull(expression: ColumnDefinition['defaultValue']): boolean {
  return expression?.kind === 'literal' && expression.type === 'null';
}

function columnText(type: DataType, defaults: TextDefaults): TextDefaults {
  const charset = type.charset ?? charsetOf(type.collation) ?? defaults.charset;
  if (type.binary && charset !== null) return { charset, collation: `${charset}_bin` };
  // A character set of its own brings its own default collation, which only the server knows.
  const inherited = type.charset === null ? defaults.collation : null;
  return { charset, collation: type.collation ?? inherited };
}

/** CHARACTER SET binary makes a binary type of a text type. */
function binaryTypeOf(dataType: string): string {
  if (dataType === 'char') return 'binary';
  if (dataType === 'varchar') return 'varbinary';
  return dataType.replace('text', 'blob');
}

const blobBytes: ReadonlyMap<string, number> = new Map([
  ['tinytext', 255],
  ['text', 65_535],
  ['mediumtext', 16_777_215],
  ['longtext', 4_294_967_295],
  ['tinyblob', 255],
  ['blob', 65_535],
  ['mediumblob', 16_777_215],
  ['longblob', 4_294_967_295],
]);

function sizeOf(dataType: string, type: DataType): number | null {
  switch (dataType) {
    case 'decimal':
      return type.length ?? 10;
    case 'char':
    case 'binary':
    case 'bit':
      return type.length ?? 1;
    case 'varchar':
    case 'varbinary':
      return type.length;
    case 'year':
      return type.length === 2 ? 2 : null;
    default:
      return integerBitsOf(dataType) ?? blobBytes.get(dataType) ?? null;
  }
}

function scaleOf(dataType: string, type: DataType): number | null {
  if (dataType === 'decimal') return type.scale ?? 0;
  return dataType === 'datetime' || dataType === 'timestamp' || dataType === 'time'
    ? (type.length ?? 0)
    : null;
}

/** Keys as MySQL names them: the first column's name, numbered when taken. */
function keysOf(statement: CreateTable): readonly Key[] {
  const keys: Key[] = [];
  const names = new KeyNames();
  const add = (key: Key): void => {
    names.take(key.name);
    // The primary key comes first, as in information_schema.
    if (key.name === 'PRIMARY') keys.unshift(key);
    else keys.push(key);
  };
  for (const column of statement.columns) {
    if (column.key === null || column.key === 'index') continue;
    const name = column.key === 'primary' ? 'PRIMARY' : names.free(column.name.name);
    add({ name, unique: true, columns: [column.name.name], partial: false, fulltext: false });
  }
  for (const definition of statement.keys) {
    const key = keyFromAst(definition, names);
    if (key !== null) add(key);
  }
  return keys;
}

/** Names of a table's keys, upper and lower case alike, and those that servers give to keys without one. */
export class KeyNames {
  readonly #taken = new Set<string>();
  /** By name: no smaller number than this is free behind it. */
  readonly #next = new Map<string, number>();

  constructor(keys: readonly Key[] = []) {
    for (const { name } of keys) this.take(name);
  }

  take(name: string): void {
    this.#taken.add(name.toLowerCase());
  }

  free(wanted: string): string {
    const lower = wanted.toLowerCase();
    if (!this.#taken.has(lower)) return wanted;
    let number = this.#next.get(lower) ?? 2;
    while (this.#taken.has(`${lower}_${number}`)) number += 1;
    this.#next.set(lower, number);
    return `${wanted}_${number}`;
  }
}

/** A key of a table whose others have those names; null for foreign keys and checks. */
export function keyFromAst(definition: KeyDefinition, names: KeyNames): Key | null {
  const { type, parts } = definition;
  if (type === 'foreign' || type === 'check') return null;
  const columns = parts.flatMap((part) => (part.column === null ? [] : [part.column.name]));
  const name =
    type === 'primary' ? 'PRIMARY' : (definition.name?.name ?? names.free(columns[0] ?? 'functional_index'));
  return {
    name,
    unique: type === 'primary' || type === 'unique',
    columns,
    partial: parts.some((part) => part.column === null || part.length !== null),
    fulltext: type === 'fulltext',
  };
}

function foreignKeysOf(statement: CreateTable, keyspace: string): readonly ForeignKey[] {
  const table = statement.table.name.name;
  const found: ForeignKey[] = [];
  const add = (name: string | null, columns: readonly string[], reference: Reference | null): void => {
    const generated = `${table}_ibfk_${found.length + 1}`;
    if (reference !== null) found.push(foreignKey(name ?? generated, columns, reference, keyspace));
  };
  for (const column of statement.columns) add(null, [column.name.name], column.references);
  for (const key of statement.keys) {
    if (key.type === 'foreign') add(key.name?.name ?? null, columnNames(key.parts), key.references);
  }
  return found;
}

/** The foreign key of an ALTER TABLE ... ADD; null for other keys. */
export function foreignKeyFromAst(definition: KeyDefinition, keyspace: string): ForeignKey | null {
  if (definition.type !== 'foreign' || definition.references === null) return null;
  const name = definition.name?.name ?? '';
  return foreignKey(name, columnNames(definition.parts), definition.references, keyspace);
}

function foreignKey(
  name: string,
  columns: readonly string[],
  reference: Reference,
  keyspace: string,
): ForeignKey {
  return {
    name,
    columns,
    referencedKeyspace: reference.table.schema?.name ?? keyspace,
    referencedTable: reference.table.name.name,
    referencedColumns: columnNames(reference.columns),
    onDelete: referenceAction(reference.onDelete),
    onUpdate: referenceAction(reference.onUpdate),
  };
}

function columnNames(parts: KeyDefinition['parts']): readonly string[] {
  return parts.flatMap((part) => (part.column === null ? [] : [part.column.name]));
}
