// Ways to shard: a vindex, its columns' types and values that spread over shards and meet again.
import type { Random } from './random.ts';
import type { ColumnType, Family } from './types.ts';

/** Tables of one domain are co-located: the same vindex over columns of these types. */
export interface Domain {
  readonly vindex: string;
  readonly definition: object;
  readonly columns: readonly ColumnType[];
}

function column(sql: string, family: Family, values: readonly string[], loose = false): ColumnType {
  return { sql, family, values, loose, summable: false };
}

const ids = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'];
const bigIds = [...ids.slice(0, 6), '9007199254740992', '9007199254740993', '9223372036854775807'];
const unsignedIds = [
  ...ids.slice(0, 5),
  '9223372036854775808',
  '18446744073709551615',
  '4611686018427387905',
  '13835058055282163713',
];
const texts = ["'a'", "'A'", "'b'", "'ab'", "'é'", "'e'", "'ß'", "'ss'", "'s'", "'zebra'", "''", "'10'"];
const bytes = ["'a'", "'b'", "'A'", "x'00'", "x'7f01'", "x'80'", "x'c0ff'", "'zz'"];
const days = [
  "'2023-05-05'",
  "'2023-12-31'",
  "'2024-01-01'",
  "'2024-03-03'",
  "'2024-07-01'",
  "'2024-12-31'",
  "'2025-02-02'",
];

const bigint = column('BIGINT', 'int', bigIds);
const int = column('INT', 'int', ids);
const unsigned = column('BIGINT UNSIGNED', 'int', unsignedIds);
const nopad = column('VARCHAR(20) COLLATE utf8mb4_nopad_bin', 'text', texts);
const padded = column('VARCHAR(20) COLLATE utf8mb4_bin', 'text', texts, true);
const loose = column('VARCHAR(20) COLLATE utf8mb4_unicode_ci', 'text', texts, true);
const general = column('VARCHAR(20) COLLATE utf8mb4_general_ci', 'text', texts, true);
const binary = column('VARBINARY(10)', 'bytes', bytes);
const date = column('DATE', 'date', days);

/** Beside the usual ones where rows are written: negative numbers, texts that differ in trailing blanks. */
const written: Readonly<Record<string, ColumnType>> = {
  hash: column('BIGINT', 'int', [...bigIds, '-1', '-3', '-9223372036854775808']),
  xxhash: column('VARCHAR(20) COLLATE utf8mb4_nopad_bin', 'text', [...texts, "'a '", "' '"]),
};

const range = (values: string, splits: string): { readonly type: string; readonly params: object } => ({
  type: 'range',
  params: { values, splits, ids: '00,40,80,c0' },
});

const kinds: readonly {
  readonly definition: { readonly type: string };
  readonly columns: readonly (readonly ColumnType[])[];
}[] = [
  { definition: { type: 'hash' }, columns: [[bigint], [int], [unsigned]] },
  { definition: { type: 'xxhash' }, columns: [[bigint], [int], [nopad], [padded], [loose], [binary]] },
  { definition: { type: 'numeric' }, columns: [[unsigned], [bigint]] },
  { definition: { type: 'binary' }, columns: [[binary], [nopad]] },
  { definition: { type: 'binary_md5' }, columns: [[binary], [nopad], [general]] },
  { definition: { type: 'unicode_loose_md5' }, columns: [[loose], [padded], [nopad]] },
  { definition: { type: 'unicode_loose_xxhash' }, columns: [[loose], [general]] },
  { definition: { type: 'reverse_bits' }, columns: [[bigint], [int]] },
  {
    definition: {
      type: 'numeric_static_map',
      params: {
        json: '{"1": 4611686018427387904, "2": 9223372036854775809, "3": 7, "5": 13835058055282163712}',
        fallback_type: 'hash',
      },
    },
    columns: [[int], [bigint]],
  },
  { definition: { type: 'cfc', params: { hash: 'md5', offsets: '[1]' } }, columns: [[binary]] },
  {
    definition: { type: 'region_experimental', params: { region_bytes: '1' } },
    columns: [[column('INT', 'int', ['1', '70', '130', '200']), bigint]],
  },
  {
    definition: {
      type: 'multicol',
      params: { column_count: '2', column_bytes: '1,7', column_vindex: 'hash,binary' },
    },
    columns: [[int, binary]],
  },
  {
    definition: {
      type: 'multicol',
      params: { column_count: '2', column_bytes: '4,4', column_vindex: 'xxhash,xxhash' },
    },
    columns: [
      [nopad, int],
      [bigint, int],
    ],
  },
  { definition: range('date', '2024-01-01,2024-07-01,2025-01-01'), columns: [[date]] },
  { definition: range('integer', '3,6,9'), columns: [[int], [bigint]] },
  { definition: range('string', 'b,e,s'), columns: [[nopad], [padded], [binary]] },
];

/**
 * One domain; `index` makes its vindex's name unique. `exact`: equal values have one place, so that a key that holds the sharding
 * columns is unique over all shards.
 */
export function randomDomain(random: Random, index: number, exact: boolean): Domain {
  const kind = random.weighted(kinds.map((one, at) => [at === 0 ? 6 : 1, one] as const));
  const fitting = kind.columns.filter((columns) => !exact || !columns.some((column) => column.loose));
  if (fitting.length === 0) return randomDomain(random, index, exact);
  const also = exact ? written[kind.definition.type] : undefined;
  const columns = random.pick(also === undefined ? fitting : [...fitting, [also]]);
  return { vindex: `v${index}`, definition: kind.definition, columns };
}

/** Key ranges of 1 to 16 shards, even ones and others. */
export function randomShards(random: Random): readonly string[] {
  const starts = random.pick([
    [''],
    ['', '80'],
    ['', '40', '80', 'c0'],
    ['', '40', '80', 'c0'],
    ['', '55', 'aa'],
    ['', '10', '20', '80', '9', 'f0'].map((one) => (one === '9' ? '90' : one)),
    ['', '20', '40', '60', '80', 'a0', 'c0', 'e0'],
    ['', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'].map((one) =>
      one === '' ? '' : `${one}0`,
    ),
  ]);
  return starts.map((start, index) => `${start}-${starts[index + 1] ?? ''}`);
}
