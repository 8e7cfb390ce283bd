// A small shop to plan against: hash, range, text, multi-column, lookup, reference and pinned tables, and an unsharded keyspace.
import { readFileSync } from 'node:fs';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { describePlan, type Json } from '../../../src/plan/describe.ts';
import type { Plan } from '../../../src/plan/nodes.ts';
import { anyTarget, type PlanContext } from '../../../src/planner/context.ts';
import { planStatement } from '../../../src/planner/plan-statement.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { normalize } from '../../../src/sql/normalize/normalize.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';
import { createShardMap, type ShardMap } from '../../../src/vindex/shard-map.ts';
import { buildVSchema } from '../../../src/vschema/build.ts';
import { unshardedDefinition } from '../../../src/vschema/files/definition.ts';
import { loadKeyspace } from '../../../src/vschema/files/load.ts';
import { readSchemaFile, type SchemaFile } from '../../../src/vschema/files/schema-file.ts';
import type { VSchema } from '../../../src/vschema/model.ts';

const mariadbMode = defaultMode('mariadb');
const mysqlMode = defaultMode('mysql');

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

function shardMap(keyspace: string, names: readonly string[]): ShardMap {
  const made = createShardMap(
    keyspace,
    names.map((name, index) => ({ name, database: names.length === 1 ? keyspace : `${keyspace}_${index}` })),
  );
  if ('problems' in made) throw new Error(made.problems.map((problem) => problem.message).join('\n'));
  return made.map;
}

function shopSchema(): SchemaFile {
  const file = readSchemaFile(read('./shop.sql'), 'shop.sql', 'shop', mariadbMode);
  if (file.problems.length > 0) throw new Error(file.problems.map((problem) => problem.message).join('\n'));
  return file;
}

/** Keyspace `shop` over four shards, `main` unsharded and of unknown tables. `tracked` false: no columns are known. */
export function shopVSchema(tracked = true, onMysql = false): VSchema {
  const loaded = loadKeyspace(read('./shop.vschema.json'), { file: 'shop.vschema.json' });
  if (loaded.definition === null)
    throw new Error(loaded.problems.map((problem) => problem.message).join('\n'));
  const { tables, triggers } = shopSchema();
  const facts = tracked ? tables : null;
  return buildVSchema({
    version: 1,
    flavour: onMysql
      ? { kind: 'mysql', version: mysqlMode.version, versionText: '9.7.0' }
      : { kind: 'mariadb', version: 101106, versionText: '10.11.6-MariaDB' },
    keyspaces: [
      {
        name: 'shop',
        shardMap: shardMap('shop', ['-40', '40-80', '80-c0', 'c0-']),
        definition: loaded.definition,
        constraints: 'check',
        facts,
        programs: { triggers: tracked ? triggers : [], events: [] },
      },
      {
        name: 'main',
        shardMap: shardMap('main', ['-']),
        definition: unshardedDefinition,
        constraints: 'check',
        facts: null,
      },
    ],
  });
}

export interface PlanOptions {
  readonly database?: string | null;
  /** Slots as the plan cache would use them; off: literals stay in the plan. */
  readonly slots?: boolean;
  readonly onlyFullGroupBy?: boolean;
  readonly untracked?: boolean;
  /** Comment directives, names upper case. */
  readonly directives?: Readonly<Record<string, string>>;
  /** Shards named by USE. */
  readonly shards?: readonly string[];
  /** Servers are MySQL, not MariaDB. */
  readonly onMysql?: boolean;
}

const tracked = shopVSchema();
const untracked = shopVSchema(false);
const onMysql = shopVSchema(true, true);

export function plan(sql: string, options: PlanOptions = {}): Plan {
  const text = Buffer.from(sql, 'utf8').toString('latin1');
  const mode = options.onMysql === true ? mysqlMode : mariadbMode;
  const context: PlanContext = {
    vschema: options.onMysql === true ? onMysql : options.untracked === true ? untracked : tracked,
    database: options.database === undefined ? 'shop' : options.database,
    text,
    normalized: options.slots === false ? null : normalize(text, mode),
    mode,
    target: options.shards === undefined ? anyTarget : { ...anyTarget, shards: options.shards },
    onlyFullGroupBy: options.onlyFullGroupBy ?? false,
    directives: new Map(Object.entries(options.directives ?? {})),
  };
  return planStatement(parseStatement(text, mode), context);
}

/** The plan or the error as golden files hold it. */
export function planned(sql: string, options: PlanOptions = {}): Record<string, Json> {
  try {
    return { plan: describePlan(plan(sql, options)) };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { error: error.message };
  }
}
