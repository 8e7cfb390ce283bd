import { describe, expect, test } from 'vitest';
import { mergeTables } from '../../../src/control/schema-drift.ts';
import { columnFromInformationSchema, type TableFacts } from '../../../src/vschema/columns.ts';
import type { ViewDefinition } from '../../../src/vschema/model.ts';

function column(name: string, type: string): TableFacts['columns'][number] {
  return columnFromInformationSchema({
    COLUMN_NAME: name,
    DATA_TYPE: type.replace(/\(.*/, ''),
    COLUMN_TYPE: type,
    CHARACTER_MAXIMUM_LENGTH: null,
    NUMERIC_PRECISION: null,
    NUMERIC_SCALE: null,
    DATETIME_PRECISION: null,
    CHARACTER_SET_NAME: null,
    COLLATION_NAME: null,
    IS_NULLABLE: 'YES',
    COLUMN_DEFAULT: null,
    EXTRA: '',
  });
}

function table(
  name: string,
  columns: TableFacts['columns'],
  over: Partial<TableFacts> = {},
): ReadonlyMap<string, TableFacts> {
  return new Map([[name, { name, columns, keys: [], foreignKeys: [], view: null, ...over }]]);
}

const primary = { name: 'PRIMARY', unique: true, columns: ['id'], partial: false, fulltext: false };

function drift(first: ReadonlyMap<string, TableFacts>, second: ReadonlyMap<string, TableFacts>): string[] {
  const merged = mergeTables('shop', [
    { shard: '-80', tables: first },
    { shard: '80-', tables: second },
  ]);
  return merged.drift.map((one) => `${one.table} on ${one.shard}: ${one.difference}`);
}

function viewOf(text: string): ViewDefinition {
  return { text, collation: 'utf8mb4_general_ci' };
}

describe('schema drift', () => {
  const id = column('id', 'bigint(20)');
  const plain = table('t', [id]);

  test('none between equals', () => {
    expect(drift(plain, table('t', [column('id', 'bigint(20)')]))).toEqual([]);
  });

  test.each([
    ['missing', plain, new Map(), 't on 80-: missing here, present on -80'],
    ['only on a later shard', new Map(), plain, 't on -80: missing here, present on 80-'],
    [
      'another type',
      plain,
      table('t', [column('id', 'int(11)')]),
      't on 80-: column id: int(11) here, bigint(20) on -80',
    ],
    [
      'fewer columns',
      table('t', [id, column('v', 'int(11)')]),
      plain,
      't on 80-: no column v, which -80 has',
    ],
    [
      'more columns',
      plain,
      table('t', [id, column('v', 'int(11)')]),
      't on 80-: a column v, which -80 does not have',
    ],
    [
      'another order',
      table('t', [id, column('v', 'int(11)')]),
      table('t', [column('v', 'int(11)'), id]),
      't on 80-: columns in another order than on -80',
    ],
    ['a key', table('t', [id], { keys: [primary] }), plain, 't on 80-: no key PRIMARY, which -80 has'],
    [
      'a key that is another',
      table('t', [id], { keys: [primary] }),
      table('t', [id], { keys: [{ ...primary, unique: false }] }),
      't on 80-: key PRIMARY: other attributes here than on -80',
    ],
    [
      'a view',
      plain,
      table('t', [id], { view: viewOf('select 1') }),
      't on 80-: a view here, a table on -80',
    ],
    [
      'another view',
      table('t', [id], { view: viewOf('select 2') }),
      table('t', [id], { view: viewOf('select 1') }),
      "t on 80-: the view's text is not that on -80",
    ],
    [
      'a view of another collation',
      table('t', [id], { view: viewOf('select 1') }),
      table('t', [id], { view: { text: 'select 1', collation: 'utf8mb4_bin' } }),
      't on 80-: a view made under utf8mb4_bin here, utf8mb4_general_ci on -80',
    ],
  ] as const)('%s', (_, first, second, expected) => {
    expect(drift(first, second)).toEqual([expected]);
  });
});
