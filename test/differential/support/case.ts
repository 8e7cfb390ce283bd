// A hand-written statement and how its answers compare.
import type { ParamValue } from '../../support/exact-client.ts';

/**
 * A text alone: rows are a sequence when the statement itself ends in ORDER BY (which must then be total), else a multiset.
 * `ties`: its ORDER BY leaves ties, so rows are a multiset all the same. `params`: for its `?`; then it is not run as text.
 * `only`: the other flavour announces something that depends on the way it was asked; why stands beside it.
 */
export type Case =
  | string
  | {
      readonly sql: string;
      readonly ties?: true;
      readonly params?: readonly ParamValue[];
      readonly only?: 'mariadb';
    };

export function sqlOf(one: Case): string {
  return typeof one === 'string' ? one : one.sql;
}

export function isOrdered(one: Case): boolean {
  return !(typeof one !== 'string' && one.ties === true) && hasOuterOrderBy(sqlOf(one));
}

/** ORDER BY outside all parentheses and quotes. */
export function hasOuterOrderBy(sql: string): boolean {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < sql.length; at++) {
    const char = sql[at] ?? '';
    if (quote !== '') {
      if (char === '\\') at++;
      else if (char === quote) quote = '';
    } else if (char === "'" || char === '"' || char === '`') quote = char;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (depth === 0 && /^order\s+by\b/i.test(sql.slice(at, at + 20))) return true;
  }
  return false;
}
