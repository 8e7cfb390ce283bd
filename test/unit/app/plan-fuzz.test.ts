// Statements put together from parts of others: reading and planning them gives a plan or an error of the catalogue's kind.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainStatement } from '../../../src/app/offline/explain.ts';
import { SqlError } from '../../../src/errors/sql-error.ts';
import type { Kind } from '../../../src/sql/ast.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';
import { walk } from '../../../src/sql/visitor.ts';
import { offlineShop } from '../../support/offline-shop.ts';

const vschema = offlineShop();
const mode = defaultMode('mariadb');

/** What may stand for what. */
type Part = 'query' | 'table' | 'column' | 'expression';

interface Span {
  readonly part: Part;
  readonly start: number;
  readonly end: number;
}

const queries = new Set<Kind>(['select', 'setOperation', 'parenQuery', 'valuesQuery']);
const expressions = new Set<Kind>([
  'literal',
  'comparison',
  'binary',
  'logical',
  'call',
  'aggregate',
  'case',
  'inList',
  'inSubquery',
  'exists',
  'subquery',
  'between',
  'row',
]);

function partOf(kind: Kind): Part | null {
  if (kind === 'tableName') return 'table';
  if (kind === 'column') return 'column';
  if (queries.has(kind)) return 'query';
  return expressions.has(kind) ? 'expression' : null;
}

function spansOf(sql: string): readonly Span[] {
  const spans: Span[] = [];
  try {
    walk(parseStatement(sql, mode), ({ kind, start, end }) => {
      const part = partOf(kind);
      if (part !== null && start >= 0 && end > start) spans.push({ part, start, end });
    });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
  }
  return spans;
}

/** Plan tests and statements of drivers, whose tables are the demo's, and every production of the grammar. */
function seeds(): readonly string[] {
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const cases = ['aggregate', 'gather', 'merge', 'one-shard', 'write', 'ddl', 'refused'].flatMap((name) => {
    const entries: readonly { readonly sql: string }[] = JSON.parse(read(`plan/cases/${name}.json`));
    return entries.map(({ sql }) => sql);
  });
  const lines = `${read('fixtures/driver-statements.sql')}\n${read('fixtures/grammar-statements.txt')}`;
  return [...cases, ...cases, ...cases, ...lines.split('\n').filter((line) => line.length > 8)];
}

const all = seeds();
const tables = ['users', 'orders', 'order_items', 'events', 'countries', 'main.settings', 'shop.users'];
const columns = ['id', 'user_id', 'day', 'country', 'total', 'name', 'shop.users.id', 'main.settings.name'];

function pick<Item>(list: readonly Item[], at: number): Item | undefined {
  return list[at % list.length];
}

/** Another's part for one of the statement's own. */
function graft(sql: string, at: number, donor: string): string {
  const own = pick(spansOf(sql), at);
  if (own === undefined) return sql;
  const replacement = (): string | undefined => {
    if (own.part === 'table') return pick(tables, at >> 3);
    if (own.part === 'column' && at % 3 > 0) return pick(columns, at >> 3);
    const given = pick(
      spansOf(donor).filter(({ part }) => part === own.part),
      at >> 3,
    );
    return given === undefined ? undefined : donor.slice(given.start, given.end);
  };
  return sql.slice(0, own.start) + (replacement() ?? 'NULL') + sql.slice(own.end);
}

/** Throws what is no SqlError, which is ours to repair. */
function outcome(sql: string): string {
  try {
    return (
      explainStatement(Buffer.from(sql, 'latin1').toString('utf8'), 'shop', vschema).plan?.label ?? 'session'
    );
  } catch (error) {
    if (error instanceof SqlError && error.id !== 'SG5008') return 'refused';
    throw new Error(`${sql}: ${String(error)}`, { cause: error });
  }
}

describe('anything that can be read', () => {
  test('is planned or refused', () => {
    const seen = new Set<string>();
    const statement = fc.constantFrom(...all);
    fc.assert(
      fc.property(
        statement,
        fc.array(fc.tuple(fc.nat(), statement), { minLength: 1, maxLength: 4 }),
        (sql, grafts) => {
          const text = grafts.reduce((before, [at, donor]) => graft(before, at, donor), sql);
          seen.add(outcome(text.slice(0, 4_000)));
        },
      ),
      { numRuns: 1_500, seed: 43 },
    );
    expect([...seen]).toEqual(expect.arrayContaining(['scatter', 'gather', 'insert', 'ddl', 'refused']));
  }, 60_000);

  test.each([
    'INSERT INTO users VALUES (), ()',
    'REPLACE users VALUES (), ()',
    'INSERT INTO orders VALUE (1)',
    'SELECT shop.users.id FROM main.settings',
    'CREATE VIEW main.v AS SELECT * FROM shop.users',
    'RENAME TABLE main.settings TO shop.users',
    'ALTER TABLE main.settings ADD FOREIGN KEY (id) REFERENCES shop.users (id)',
    'ALTER TABLE users PARTITION',
    'DELETE FROM users, shop.users USING main.settings WHERE 1',
  ])('once an internal error: %s', (sql) => {
    expect(() => outcome(sql)).not.toThrow();
  });
});
