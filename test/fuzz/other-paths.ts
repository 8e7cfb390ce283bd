// Whether one server contradicts itself: the same statement by another of its own paths to the rows.
import type { Answer } from '../support/exact-client.ts';
import type { FuzzTable } from './tables.ts';

/** How one server is made to take another path. */
export interface OtherPath {
  readonly name: string;
  /** SET statements for both sessions. */
  readonly settings: readonly string[];
  oracleSql(sql: string): string;
  proxySql(sql: string): string;
  /** The rows come in no order. */
  readonly unordered?: true;
  /** One server is asked to prepare it, which looks at its blocks in another order. */
  readonly prepares?: true;
}

/**
 * MariaDB 10.11 answers some statements by the path: its cache of a correlated subquery takes 'a' for 'A' where the comparison
 * tells them apart, a zero date under NO_ZERO_DATE is NULL or not by whether a temporary table holds it, and COUNT of an outer
 * block is NULL where an index shows that no row can be there. A window function in an IN or ALL subquery is wrong where the
 * subquery runs once per row instead of being stored. MIN of a constant NULL date of a merged derived table is 0000-00-00. MAX of
 * a constant of a view on the empty side of an outer join is the constant where groups come in the order of an index, else NULL. Of
 * two errors PREPARE may tell the other. MySQL 9.7 shows a decimal that IF() or COALESCE() makes of an integer with its
 * fraction only where a temporary table holds it. Where it contradicts itself there is no answer to compare with.
 */
export function otherPaths(tables: readonly FuzzTable[], flavour: 'mariadb' | 'mysql'): readonly OtherPath[] {
  const unbuffered = (sql: string): string =>
    sql.replace(/ ORDER BY (?!.* LIMIT )(?:[^'()]|\([^()]*\)|'[^']*')*$/, '');
  const switches =
    flavour === 'mariadb'
      ? ['subquery_cache=off', 'materialization=off', 'in_to_exists=off', 'derived_merge=off']
      : ['materialization=off', 'semijoin=off', 'derived_merge=off', 'block_nested_loop=off'];
  return [
    ...switches.map(
      (name): OtherPath => ({
        name,
        settings: [`SET optimizer_switch = '${name}'`],
        oracleSql: asItIs,
        proxySql: asItIs,
      }),
    ),
    ...(flavour === 'mariadb' ? [noJoinBuffers] : []),
    { name: 'IGNORE INDEX', settings: [], oracleSql: (sql) => withoutIndexes(sql, tables), proxySql: asItIs },
    { name: 'no ORDER BY', settings: [], oracleSql: unbuffered, proxySql: unbuffered, unordered: true },
    { name: 'PREPARE', settings: [], oracleSql: asItIs, proxySql: asItIs, prepares: true },
    { name: 'SQL_BUFFER_RESULT', settings: [], oracleSql: buffered, proxySql: asItIs },
  ];
}

const noJoinBuffers: OtherPath = {
  name: 'no join buffers',
  settings: ['SET join_cache_level = 0'],
  oracleSql: asItIs,
  proxySql: asItIs,
};

function asItIs(sql: string): string {
  return sql;
}

function buffered(sql: string): string {
  return sql.replace(/\bSELECT /, 'SELECT SQL_BUFFER_RESULT ');
}

/** `t1 AS x2`, as the generator writes every table. */
function withoutIndexes(sql: string, tables: readonly FuzzTable[]): string {
  return sql.replaceAll(/\b((?:main\.)?t\d+) AS x\d+(?! FORCE)/g, (reference: string, spelled: string) => {
    const table = tables.find((one) => one.spelled === spelled);
    if (table === undefined) return reference;
    const indexes = [...table.createSql.matchAll(/^ {2}KEY (\w+) /gm)].map((match) => match[1]);
    return `${reference} IGNORE INDEX (${['PRIMARY', ...indexes].join(', ')})`;
  });
}

/** Unaliased expressions are named as they are spelled. */
export function withoutHints(answer: Answer): Answer {
  if (answer.kind !== 'rows') return answer;
  const columns = answer.columns.map((column) => {
    return { ...column, name: column.name.replaceAll(/ IGNORE INDEX \([^)]*\)/g, '') };
  });
  return { ...answer, columns };
}
