// One table of a vschema file.
import type { MapReader } from '../../util/document-reader.ts';
import { fromHex } from '../../vindex/key-bytes.ts';
import type { ColumnVindexDefinition, DeclaredColumn, TableDefinition } from './definition.ts';

const tableKeys = [
  'type',
  'source',
  'pinned',
  'column_list_authoritative',
  'column_vindexes',
  'auto_increment',
  'columns',
];
const columnKeys = [
  'name',
  'type',
  'invisible',
  'default',
  'collation_name',
  'size',
  'scale',
  'nullable',
  'values',
];

/** Reports its own faults; references to vindexes and other tables are checked when all tables are read. */
export function loadTable(name: string, reader: MapReader): TableDefinition {
  reader.allowKeys(tableKeys, ['name']);
  const type = reader.choice('type', ['', 'sequence', 'reference'], '');
  const pinned = reader.string('pinned');
  if (pinned !== null && fromHex(pinned) === null) {
    reader.error('pinned', `table "${name}": found "${pinned}"; allowed: a keyspace id in hexadecimal`);
  }
  const source = reader.string('source');
  if (source !== null && source !== '' && type !== 'reference') {
    reader.error('source', `table "${name}": only tables of type reference have a source`);
  }
  return {
    name,
    type: type === '' ? 'normal' : type,
    source: source === '' ? null : source,
    pinned: pinned === '' ? null : pinned,
    columnVindexes: reader.maps('column_vindexes').flatMap((entry) => readColumnVindex(name, entry)),
    autoIncrement: readAutoIncrement(name, reader),
    columns: reader.maps('columns').flatMap((column) => readColumn(name, column)),
    columnListAuthoritative: reader.boolean('column_list_authoritative', false),
  };
}

function readColumnVindex(table: string, reader: MapReader): readonly ColumnVindexDefinition[] {
  // Some tools of Vitess repeat the vindex here.
  reader.allowKeys(['column', 'columns', 'name'], ['type', 'vindex', 'params', 'owner']);
  const vindex = reader.string('name');
  // Vitess's tools print what is not given as an empty text.
  const column = reader.string('column') || null;
  const several = reader.strings('columns');
  if (column !== null && several !== null && several.length > 0) {
    reader.error('columns', `table "${table}": found column and columns; give one of them`);
  }
  const columns = several !== null && several.length > 0 ? several : column === null ? [] : [column];
  if (vindex === null && !reader.has('name'))
    reader.error(null, `table "${table}": missing name of the vindex`);
  if (columns.length === 0 && !reader.has('column') && !reader.has('columns')) {
    reader.error(null, `table "${table}": missing column or columns of the vindex`);
  }
  return vindex === null || columns.length === 0 ? [] : [{ vindex, columns }];
}

function readAutoIncrement(table: string, reader: MapReader): TableDefinition['autoIncrement'] {
  const entry = reader.map('auto_increment');
  if (entry === null) return null;
  entry.allowKeys(['column', 'sequence', 'kind']);
  const column = entry.string('column');
  const sequence = entry.string('sequence');
  const kind = entry.choice('kind', ['sequence', 'snowflake', 'uuid7'], 'sequence');
  if (column === null || (kind === 'sequence') !== (sequence !== null)) {
    entry.error(
      null,
      `table "${table}": auto_increment needs column and sequence, or column and kind snowflake or uuid7`,
    );
    return null;
  }
  if (kind === 'sequence') return { column, source: { kind, sequence: sequence ?? '' } };
  return { column, source: { kind: kind === 'uuid7' ? 'uuid7' : 'snowflake' } };
}

function readColumn(table: string, reader: MapReader): readonly DeclaredColumn[] {
  reader.allowKeys(columnKeys);
  const name = reader.string('name');
  if (name === null) {
    reader.error(null, `table "${table}": a column without name`);
    return [];
  }
  const lengthMax = 4_294_967_295;
  return [
    {
      name,
      type: reader.string('type'),
      collation: reader.string('collation_name') || null,
      size: reader.has('size') ? reader.whole('size', 0, lengthMax, 0) : null,
      scale: reader.has('scale') ? reader.whole('scale', 0, 38, 0) : null,
      nullable: reader.boolean('nullable', true),
      invisible: reader.boolean('invisible', false),
      hasDefault: reader.has('default'),
    },
  ];
}
