// The corpus of recorded sessions: suites of statements with their schema and vschema, kept beside the repository.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorldSchema } from '../../support/stage.ts';

export interface Step {
  readonly sql: string;
  readonly test: string;
}

export interface Suite {
  readonly suite: string;
  readonly schema: string;
  readonly vschema: {
    readonly vindexes?: Readonly<Record<string, { readonly type: string }>>;
    readonly tables: Readonly<Record<string, { readonly column_vindexes?: readonly object[] }>>;
  } | null;
  readonly steps: readonly Step[];
}

const file = fileURLToPath(new URL('../../../../shared/corpora/sessions.json', import.meta.url));

export const corpusIsHere = existsSync(file);

export function readSuites(): readonly Suite[] {
  return corpusIsHere ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/**
 *  - given: the suite's own vschema; without one, by primary key
 *  - without lookups: only the primary vindexes of it
 *  - by primary key: each table by the first column of its primary key, with xxhash
 */
export const shardings = ['given', 'without lookups', 'by primary key'] as const;

export type Sharding = (typeof shardings)[number];

/** A suite that creates its tables itself starts with empty databases. */
export function worldOf(suite: Suite, sharding: Sharding): WorldSchema {
  const creates = suite.steps.some(({ sql }) => /^\s*create\s+table\b/i.test(sql));
  const tables = tablesOf(suite.schema);
  const vschema = sharding === 'by primary key' ? null : suite.vschema;
  const isUnsharded = ({ name }: TableText): boolean =>
    vschema !== null && vschema.tables[name] === undefined;
  const textOf = (list: readonly TableText[]): string =>
    creates ? '' : list.map(({ sql }) => `${sql};\n`).join('');
  return {
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: vschema === null ? byPrimaryKey(tables) : vschemaOf(vschema, sharding === 'given'),
    schema: textOf(tables.filter((table) => !isUnsharded(table))),
    mainSchema: textOf(tables.filter(isUnsharded)),
    constraints: 'trust',
  };
}

type Vschema = NonNullable<Suite['vschema']>;

function vschemaOf(vschema: Vschema, lookups: boolean): object {
  if (lookups) return { ...vschema, sharded: true };
  const vindexes = Object.entries(vschema.vindexes ?? {}).filter(([, { type }]) => !type.includes('lookup'));
  const tables = Object.entries(vschema.tables).map(([name, table]) => [
    name,
    { ...table, column_vindexes: table.column_vindexes?.slice(0, 1) },
  ]);
  return { sharded: true, vindexes: Object.fromEntries(vindexes), tables: Object.fromEntries(tables) };
}

interface TableText {
  readonly name: string;
  readonly sql: string;
}

function tablesOf(schema: string): readonly TableText[] {
  const withoutComments = schema.replaceAll(/^\s*--.*$/gm, '');
  return withoutComments.split(';').flatMap((text) => {
    const sql = text.trim();
    const name = /^create\s+table\s+(?:if\s+not\s+exists\s+)?`?(\w+)`?/i.exec(sql)?.[1];
    return name === undefined ? [] : [{ name, sql }];
  });
}

/** Each table by the first column of its primary key. */
function byPrimaryKey(tables: readonly TableText[]): object {
  const entries = tables.map(({ name, sql }) => {
    const column = primaryKeyColumn(sql);
    return [name, { column_vindexes: [{ column, name: 'xxhash' }] }];
  });
  return { sharded: true, vindexes: { xxhash: { type: 'xxhash' } }, tables: Object.fromEntries(entries) };
}

function primaryKeyColumn(sql: string): string | undefined {
  const inline = sql
    .split('\n')
    .find((line) => /^\s*`?\w+`?\s.*\bprimary\s+key\b/i.test(line) && !/primary\s+key\s*\(/i.test(line));
  return (inline === undefined ? /primary\s+key\s*\(\s*`?(\w+)/i.exec(sql) : /`?(\w+)/.exec(inline))?.[1];
}
