// The rows of the hand-written statements' world: INSERTs that Shardgate and the oracle both run.

const countries = ['DE', 'FR', 'SE', 'JP', 'BR', 'de'] as const;
const names = ['Ada', 'ada', 'Émile', 'emile', 'Zoë', 'zoe ', "O\\'Brien", 'Ärger', 'arger', '张伟'] as const;
const states = ['new', 'paid', 'shipped', 'delivered', 'cancelled'] as const;
const kinds = ['view', 'click', 'buy', 'View'] as const;

function at<T>(list: readonly [T, ...T[]], index: number): T {
  return list[index % list.length] ?? list[0];
}

function insert(table: string, rows: readonly string[]): string {
  return `INSERT INTO ${table} VALUES ${rows.map((row) => `(${row})`).join(', ')}`;
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function users(): string {
  return insert(
    'users',
    times(40, (i) => {
      const id = i + 1;
      const balance = i % 7 === 0 ? '-12.50' : `${(i * 37) % 11}.${pad((i * 13) % 100)}`;
      const day = `2024-${pad((i % 12) + 1)}-${pad((i % 28) + 1)} ${pad(i % 24)}:00:00`;
      return `${id}, '${at(names, i)}', 'user${id}@example.com', '${at(countries, i)}', ${balance}, '${day}'`;
    }),
  );
}

function orders(): string {
  return insert(
    'orders',
    times(110, (i) => {
      const total = `${(i * 53) % 400}.${pad((i * 29) % 100)}`;
      const day = `2024-${pad((i % 12) + 1)}-${pad((i % 27) + 1)} 12:${pad(i % 60)}:00`;
      return `${1000 + i}, ${((i * 7) % 38) + 1}, '${at(states, i * 3)}', ${total}, '${day}'`;
    }),
  );
}

function items(): string {
  return insert(
    'order_items',
    times(180, (i) => {
      const order = i % 100;
      const user = ((order * 7) % 38) + 1;
      const product = at(['pen', 'Pen', 'book', 'lamp', 'mug'], i);
      return `${user}, ${1000 + order}, ${Math.floor(i / 100) + 1}, '${product}', ${(i % 5) + 1}, ${(i * 7) % 30}.${pad((i * 11) % 100)}`;
    }),
  );
}

function events(): string {
  return insert(
    'events',
    times(90, (i) => {
      const day = `202${3 + (i % 3)}-${pad((i % 12) + 1)}-${pad((i % 28) + 1)}`;
      const payload = i % 9 === 0 ? 'NULL' : `'{"n": ${i % 13}, "tag": "t${i % 4}"}'`;
      return `'${day}', ${i + 1}, ${(i % 30) + 1}, '${at(kinds, i)}', ${payload}`;
    }),
  );
}

const numbers = insert('numbers', [
  "1, -128, 65535, -8388608, -2147483648, -9223372036854775808, 18446744073709551615, 42, '12345678901234567890.0123456789', 0.10, 0.1, 0.1, b'101', TRUE",
  "2, 127, 0, 8388607, 2147483647, 9223372036854775807, 9223372036854775808, 0, '-0.0000000001', -0.10, 1e10, -0.0, b'111111111111', FALSE",
  '3, 0, 1, 0, 0, 0, 0, 7, 0, 0.00, 0, 0, 0, NULL',
  '4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL',
  '5, 5, 5, 5, 5, 9007199254740993, 9007199254740993, 5, 5.5, 5.55, 5.5, 5.5, 5, 1',
  '6, 5, 5, 5, 5, 9007199254740992, 9007199254740992, 5, 5.5, 5.55, 1.17549e-38, 2.2250738585072014e-308, 6, 0',
  '7, -5, 50, 500, 5000, 50000, 500000, 999999, 0.3333333333, 99.99, 3.4e38, 1.7976931348623157e308, 7, 2',
  '18446744073709551615, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10.25, 11.125, 12, 1',
  '9223372036854775808, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16777217, 0.30000000000000004, 12, 1',
  '8, -1, 10, -1, -1, -1, 1, 1, -1, -1, -1.5, -1.5, 1, 1',
]);

const texts = insert('texts', [
  "1, 'abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'small', 'red', '{\"a\": 1}'",
  "2, 'ABC', 'ABC', 'ABC', 'ABC', 'ABC', 'ABC', 'ABC', 'ABC', 'ABC', 'ABC', 'medium', 'red,green', '[1, 2.50, null]'",
  "3, 'abc ', 'abc ', 'abc ', 'abc ', 'abc ', 'abc ', 'abc ', 'a\\0c', 'abc ', 'abc ', 'large', '', '\"text\"'",
  "4, 'äbc', 'äbc', 'äbc', 'äbc', 'äbc', 'äbc', x'e4ff00', x'ff', 'äbc', x'fffe00', 'small', 'blue', 'null'",
  "5, '', '', '', '', '', '', '', '', '', '', NULL, NULL, NULL",
  '6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL',
  "7, 'ß', 'ß', 'ß', 'ß', 'ß', 'ß', 'ss', 'ss', 'ß', 'ß', 'large', 'red,green,blue', '{\"a\": {\"b\": [1]}}'",
  "8, 'ss', 'ss', 'ss', 'ss', 'ss', 'ss', 'SS', 'SS', 'ss', 'ss', 'medium', 'green', '{\"b\": 2, \"a\": 1}'",
  "9, '😀', '😀', '😀', '😀', '?', '😀', x'f09f9880', x'f09f9880', '😀', x'f09f9880', 'small', 'green,blue', '{}'",
  "10, '😁', '😁', '😁', '😁', '?', '😁', x'f09f9881', x'f09f9881', '😁', x'f09f9881', 'small', 'red', '[]'",
  "11, 'a\tb', 'a\tb', 'a\tb', 'a\tb', 'a\tb', 'a\tb', 'a\tb', 'a\tb', 'line1\nline2', 'a\tb', 'large', 'blue', '1'",
  "12, 'Zebra', 'Zebra', 'Zebra', 'Zebra', 'Zebra', 'Zebra', 'Zebra', 'Zebr', 'it''s \"q\" \\\\', 'z', 'large', 'blue', '1.5'",
  "13, 'zebra', 'zebra', 'zebra', 'zebra', 'zebra', 'zebra', 'zebra', 'zebr', 'a%b_c', 'z', 'large', 'blue', 'true'",
  "14, 'łódź', 'łódź', 'łódź', 'łódź', 'o', 'łódź', 'lodz', 'lodz', 'lodz', 'lodz', 'small', 'red,blue', '\"ł\"'",
]);

const moments = insert('moments', [
  "1, '2024-02-29', '12:34:56', '12:34:56.789', '2024-02-29 12:34:56', '2024-02-29 12:34:56.123456', '2024-02-29 12:34:56', '2024-02-29 12:34:56.789', 2024",
  "2, '0000-00-00', '-838:59:59', '-00:00:00.001', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', 0",
  "3, '9999-12-31', '838:59:59', '838:59:58.999', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '2038-01-19 03:14:07.999', 2155",
  "4, '0001-01-01', '00:00:00', '00:00:00', '1000-01-01 00:00:00', '1000-01-01 00:00:00.000001', '1970-01-01 00:00:01', '1970-01-01 00:00:01.5', 1901",
  '5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL',
  "6, '2024-03-31', '02:30:00', '02:30:00.5', '2024-03-31 02:30:00', '2024-03-31 02:30:00.5', '2024-10-27 00:30:00', '2024-10-27 01:30:00.5', 2024",
  "7, '2024-02-29', '12:34:56', '12:34:56.7', '2024-02-29 12:34:56', '2024-02-29 12:34:56.1', '2024-02-29 12:34:56', '2024-02-29 12:34:56.7', 2024",
  "8, '2023-12-31', '-01:00:00', '-01:00:00.25', '2023-12-31 23:59:59', '2023-12-31 23:59:59.9', '2023-12-31 23:59:59', '2023-12-31 23:59:59.9', 1999",
]);

const words = insert('words', [
  "'apple', 'en', 5",
  "'Apfel', 'de', 5",
  "'pomme', 'fr', NULL",
  "'élan', 'fr', 2",
  "'elan', 'en', 1",
  "'straße', 'de', 9",
  "'strasse', 'ch', 4",
  "'zebra', 'en', 0",
  "'Äpfel', 'at', 3",
  "'naïve', 'en', 7",
  "'日本', 'jp', 8",
  "'APPLE', 'xx', 6",
]);

const meters = insert(
  'meters',
  times(36, (i) => {
    const meter = 1152921504606846976n * BigInt(i % 12) + BigInt(i % 12);
    return `${meter}, ${Math.floor(i / 12)}, ${i % 5 === 0 ? 'NULL' : `${(i * 3) % 8}.${(i % 4) * 25}`}`;
  }),
);

const grid = insert(
  'grid',
  times(30, (i) => `${i % 6}, ${i}, ${i % 4 === 0 ? 'NULL' : `'v${i % 5}'`}`),
);

/** In an order that suits any foreign eye; each runs on both servers. */
export const inserts: readonly string[] = [
  // MySQL's default mode takes no zero dates.
  "SET sql_mode = 'STRICT_TRANS_TABLES'",
  users(),
  orders(),
  items(),
  events(),
  insert('countries', [
    "'DE', 'Germany'",
    "'FR', 'France'",
    "'SE', 'Sweden'",
    "'JP', '日本'",
    "'US', 'United States'",
  ]),
  numbers,
  texts,
  moments,
  words,
  meters,
  grid,
  insert(
    '`odd names`',
    times(9, (i) => `${i}, ${i % 3}, '${i % 2 === 0 ? 'Größe' : 'grosse'}'`),
  ),
  insert('main.settings', ["'theme', 'dark'", "'lang', 'de'", "'limit', '10'", "'empty', ''"]),
  insert(
    'main.notes',
    times(12, (i) => `${i + 1}, ${i % 4 === 0 ? 'NULL' : i * 3}, '${at(countries, i)}', 'note ${i % 5}'`),
  ),
  'SET sql_mode = DEFAULT',
];
