// What the tests of parser, printer and visitor share.
import type { Expression, Node, Select, SqlText, Statement } from '../../../src/sql/ast.ts';
import { defaultMode, type LexMode } from '../../../src/sql/mode.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';

export const mariadb = defaultMode('mariadb', 101106);
export const mysql = defaultMode('mysql', 90700);

/** A JavaScript string as the client's bytes. */
export function sqlText(sql: string): SqlText {
  return Buffer.from(sql, 'utf8').toString('latin1');
}

export function parse(sql: string, mode: LexMode = mariadb): Statement {
  return parseStatement(sqlText(sql), mode);
}

export function parseSelect(sql: string, mode: LexMode = mariadb): Select {
  const node = parse(sql, mode);
  if (node.kind !== 'select') throw new Error(`not a select but ${node.kind}: ${sql}`);
  return node;
}

/** The expression of the first select item. */
export function parseExpression(sql: string, mode: LexMode = mariadb): Expression {
  const item = parseSelect(`SELECT ${sql}`, mode).list.items[0];
  if (item === undefined) throw new Error(`no item: ${sql}`);
  return item.expression;
}

/** Parentheses around one join, which the printer adds where a join stands to the right of another. */
function isRedundant(value: unknown): value is { readonly tables: readonly unknown[] } {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('tables' in value)) return false;
  return value.kind === 'tableList' && Array.isArray(value.tables) && value.tables.length === 1;
}

/** The tree without what two spellings of one meaning may differ in: spans, quotes, raw texts. */
export function meaning(node: Node): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) => {
      if (key === 'start' || key === 'end' || key === 'quoted') return undefined;
      if (key === 'form' && (value === 'comma' || value === 'limit')) return undefined;
      if (key === 'text' && typeof value === 'string') return undefined;
      return isRedundant(value) ? value.tables[0] : value;
    }),
  );
}
