// Reads a file of CREATE TABLE statements, so that columns and keys are known without a server.
import { SqlError } from '../../errors/sql-error.ts';
import type { AlterTable, Statement } from '../../sql/ast.ts';
import { defaultMode, type LexMode } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { splitStatements } from '../../sql/split.ts';
import { errorAt, type Problem, warningAt } from '../../util/problem.ts';
import type { TableFacts } from '../columns.ts';
import type { Column, Trigger } from '../model.ts';
import { triggerFromAst } from '../trigger-from-ast.ts';
import { columnFromAst, foreignKeyFromAst, KeyNames, keyFromAst, tableFactsOf } from './table-from-ast.ts';

export interface SchemaFile {
  /** By name, in file order; complete only when there is no error among the problems. */
  readonly tables: ReadonlyMap<string, TableFacts>;
  readonly triggers: readonly Trigger[];
  readonly problems: readonly Problem[];
}

/**
 * Tables of a schema file or a dump of one keyspace: CREATE TABLE, CREATE INDEX, ALTER TABLE ADD, DROP TABLE, and
 * CREATE TRIGGER. Other statements are none of its business and pass unseen; views too, whose columns only a server knows.
 */
export function readSchemaFile(
  text: string,
  file: string,
  keyspace: string,
  mode: LexMode = defaultMode(),
): SchemaFile {
  const sql = Buffer.from(text, 'utf8').toString('latin1');
  const tables = new Map<string, TableFacts>();
  const triggers: Trigger[] = [];
  const problems: Problem[] = [];
  const report = (offset: number, problem: Problem): void => {
    problems.push({ ...problem, file, line: lineAt(sql, offset) });
  };
  let start = 0;
  try {
    for (const span of splitStatements(sql, mode)) {
      const one = sql.slice(span.start, span.end);
      start = span.start + one.length - one.trimStart().length;
      const statement = parseStatement(one, mode);
      const trigger = statement.kind === 'objectStatement' ? triggerFromAst(statement, mode) : null;
      if (trigger !== null) triggers.push(trigger);
      const problem = apply(statement, tables, keyspace);
      if (problem !== null) report(start, problem);
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    report(start, errorAt('', error.message));
  }
  return { tables, triggers, problems };
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** Changes the tables as the statement would; returns what it cannot follow. */
function apply(statement: Statement, tables: Map<string, TableFacts>, keyspace: string): Problem | null {
  switch (statement.kind) {
    case 'createTable': {
      if (statement.temporary) return null;
      const name = statement.table.name.name;
      const like = statement.like === null ? undefined : tables.get(statement.like.name.name);
      const facts =
        like === undefined ? tableFactsOf(statement, keyspace) : { ...like, name, foreignKeys: [] };
      if (facts === null)
        return warningAt(name, `table "${name}": its columns cannot be known from this file`);
      if (tables.has(name) && !statement.orReplace && !statement.ifNotExists) {
        return errorAt(name, `table "${name}" is created twice`);
      }
      if (!tables.has(name) || statement.orReplace) tables.set(name, facts);
      return null;
    }
    case 'createIndex': {
      const table = tables.get(statement.table.name.name);
      const key = table === undefined ? null : keyFromAst(statement.key, new KeyNames(table.keys));
      if (table !== undefined && key !== null)
        tables.set(table.name, { ...table, keys: [...table.keys, key] });
      return null;
    }
    case 'alterTable':
      return alter(statement, tables, keyspace);
    case 'dropTable':
      for (const { name } of statement.tables) tables.delete(name.name);
      return null;
    default:
      return null;
  }
}

/** What dumps and migrations add; anything that changes what is there is better written into the CREATE TABLE. */
function alter(statement: AlterTable, tables: Map<string, TableFacts>, keyspace: string): Problem | null {
  const name = statement.table.name.name;
  let table = tables.get(name);
  if (table === undefined) return warningAt(name, `table "${name}" is altered before it is created`);
  for (const action of statement.actions) {
    if (action.kind === 'alterAddColumn') {
      table = { ...table, columns: [...table.columns, columnFromAst(action.column)] };
    } else if (action.kind === 'alterAddKey') {
      const key = keyFromAst(action.key, new KeyNames(table.keys));
      const foreign = foreignKeyFromAst(action.key, keyspace);
      if (key !== null) table = { ...table, keys: [...table.keys, key] };
      if (foreign !== null) table = { ...table, foreignKeys: [...table.foreignKeys, foreign] };
    } else if (action.kind === 'alterChangeColumn') {
      // Dumps made by phpMyAdmin set AUTO_INCREMENT this way.
      const from = action.from.name.toLowerCase();
      const columns: readonly Column[] = table.columns.map((column) =>
        column.name.toLowerCase() === from ? columnFromAst(action.column) : column,
      );
      table = { ...table, columns };
    } else if (action.kind !== 'alterOptions' && action.kind !== 'alterOther') {
      tables.set(name, table);
      return warningAt(name, `table "${name}": this ALTER TABLE is not followed; change its CREATE TABLE`);
    }
  }
  tables.set(name, table);
  return null;
}
