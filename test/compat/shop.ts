// The tables and rows every client's session runs on: the demo shop in small, and one table of many types.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const extraSchema = `
CREATE TABLE notes (
  id BIGINT NOT NULL,
  title VARCHAR(60) NOT NULL,
  body TEXT,
  amount DECIMAL(20,6),
  ratio DOUBLE,
  huge BIGINT UNSIGNED,
  happened DATETIME(6),
  day DATE,
  clock TIME,
  raw VARBINARY(40),
  doc JSON,
  mood ENUM('calm','glad','sad') DEFAULT 'calm',
  flag TINYINT(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  KEY by_title (title)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='of many types';
CREATE TABLE sbtest1 (
  id INT NOT NULL,
  k INT NOT NULL DEFAULT 0,
  c CHAR(120) NOT NULL DEFAULT '',
  pad CHAR(60) NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  KEY k_1 (k)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
`;

/** Of keyspace `shop`; each statement ends with a semicolon at a line's end. */
export function shopSchema(): string {
  return demoFile('shop.sql') + extraSchema;
}

export function mainSchema(): string {
  return demoFile('main.sql');
}

export function shopVschema(): object {
  const demo: { readonly tables: object } = JSON.parse(demoFile('shop.vschema.json'));
  const byHashOfId = { column_vindexes: [{ column: 'id', name: 'hash' }] };
  return { ...demo, tables: { ...demo.tables, notes: byHashOfId, sbtest1: byHashOfId } };
}

function demoFile(name: string): string {
  return readFileSync(resolve('vschema', name), 'utf8');
}

const countries = ['DE', 'FR', 'SE', 'JP', 'US'] as const;
const states = ['new', 'paid', 'shipped', 'delivered', 'cancelled'] as const;

/** Statements that leave the same rows wherever they run; the first empty the tables. */
export function refillStatements(): readonly string[] {
  const tables = ['users', 'orders', 'order_items', 'events', 'countries', 'notes', 'sbtest1'];
  return [
    ...tables.map((table) => `DELETE FROM shop.${table}`),
    'DELETE FROM main.settings',
    insert('shop.countries', [
      "'DE', 'Germany'",
      "'FR', 'France'",
      "'SE', 'Sweden'",
      "'JP', '日本'",
      "'US', 'United States'",
    ]),
    insert('shop.users', times(40, user)),
    insert('shop.orders', times(120, order)),
    insert('shop.order_items', times(160, orderItem)),
    insert('shop.events', times(60, event)),
    insert('main.settings', ["'theme', 'dark'", "'currency', 'EUR'"]),
    insert(
      'shop.sbtest1',
      times(400, (i) => `${i + 1}, ${(i * 37) % 400}, '${'c'.repeat(100)}', '${'p'.repeat(50)}'`),
    ),
  ];
}

function user(i: number): string {
  const balance = `${(i * 37) % 500}.${pad((i * 13) % 100)}`;
  return `${i + 1}, 'user ${i + 1}', 'user${i + 1}@example.com', '${countries[i % 5]}', ${balance}, '2024-${pad((i % 12) + 1)}-${pad((i % 28) + 1)} 10:00:00'`;
}

function order(i: number): string {
  const total = `${(i * 53) % 400}.${pad((i * 29) % 100)}`;
  return `${1000 + i}, ${(i % 40) + 1}, '${states[i % 5]}', ${total}, '2024-${pad((i % 12) + 1)}-${pad((i % 27) + 1)} 12:00:00'`;
}

function orderItem(i: number): string {
  return `${(i % 40) + 1}, ${1000 + (i % 120)}, ${Math.floor(i / 120) + 1}, 'product ${i % 7}', ${(i % 5) + 1}, ${(i * 7) % 30}.50`;
}

function event(i: number): string {
  return `'202${3 + (i % 3)}-${pad((i % 12) + 1)}-${pad((i % 28) + 1)}', ${i + 1}, ${(i % 40) + 1}, 'kind ${i % 3}', '{"n": ${i % 13}}'`;
}

function insert(table: string, rows: readonly string[]): string {
  return `INSERT INTO ${table} VALUES ${rows.map((row) => `(${row})`).join(', ')}`;
}

function times(count: number, make: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
