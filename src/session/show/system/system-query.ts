// Queries over information_schema and its kin: of all keyspaces at once, under the keyspaces' names.
import { renameError } from '../../../engine/physical-names.ts';
import { SqlError } from '../../../errors/sql-error.ts';
import type { Statement } from '../../../sql/ast.ts';
import { quoteIdentifier } from '../../../text/quote.ts';
import { applyEdits, type TextEdit } from '../../rewrite/text-edits.ts';
import { probeShard } from '../../servers/probe-shard.ts';
import type { StatementContext } from '../../statement/statement-context.ts';
import { processRows } from '../process-list.ts';
import { answerFromShard, answerResult, renameResult } from '../server-show.ts';
import { columnNameEdits } from './system-column-names.ts';
import { pinsOf } from './system-pins.ts';
import { type SystemNames, type SystemReference, systemNames } from './system-references.ts';
import { type SystemTable, systemRows, systemTable } from './system-rows.ts';
import { type Filled, knownNames, runOver } from './system-workspace.ts';

/**
 * Tables about databases become temporary tables with the rows of all keyspaces the client sees, over which a server runs
 * the client's statement. Tables about the server itself are asked where they are.
 */
export async function runSystemQuery(statement: Statement, context: StatementContext): Promise<void> {
  const names = systemNames(statement, context);
  const shard = probeShard(context.vschema, context.state.target);
  const filled = new Map<SystemReference, Filled>();
  for (const reference of names.references) {
    const table = await tableOf(reference, context);
    if (table === null) continue;
    const rows =
      table.name === 'PROCESSLIST'
        ? processRows(table.columns, context)
        : await systemRows(table, pinsOf(reference, statement, names.references.length), context);
    // One per reference: MySQL cannot open a temporary table twice.
    filled.set(reference, { as: `shardgate is ${filled.size}`, table, rows });
  }
  if (filled.size === 0) return answerFromShard(context.text, shard, context);
  const tables = [...filled.values()];
  const upperCase = context.vschema.flavour.kind === 'mysql' ? columnNameEdits(statement, tables) : [];
  const edits = [...referenceEdits(filled), ...qualifierEdits(names, filled), ...upperCase];
  const sql = applyEdits(context.text, edits);
  try {
    const lease = await context.state.scope.workspace(shard.id, context.signal);
    answerResult(renameResult(await runOver(tables, sql, lease), shard), context);
  } catch (error) {
    const known = knownNames(error, tables);
    throw known instanceof SqlError ? renameError(known, shard) : known;
  }
}

/** Null: it tells of the server, or there is no such table, which the server then says. */
async function tableOf(reference: SystemReference, context: StatementContext): Promise<SystemTable | null> {
  if (reference.schema !== 'information_schema') return null;
  const table = await systemTable(reference.name, context);
  return table.columns.length === 0 || (table.owner === null && table.name !== 'PROCESSLIST') ? null : table;
}

/** `information_schema.TABLES t` -> `` `shardgate is 0` t ``; without an alias the table's own name becomes one. */
function referenceEdits(filled: ReadonlyMap<SystemReference, Filled>): TextEdit[] {
  return [...filled].map(([{ table }, { as }]) => {
    const { start, end, name } = table.name;
    const alias = table.alias === null ? ` AS ${quoteIdentifier(name.name)}` : '';
    return { start, end, text: quoteIdentifier(as) + alias };
  });
}

/**
 * `information_schema.tables.x` -> `` `TABLES`.x ``: the schema goes, and the table is called as in FROM, because names of
 * system tables are equal in any case and aliases are not.
 */
function qualifierEdits(names: SystemNames, filled: ReadonlyMap<SystemReference, Filled>): TextEdit[] {
  const called = new Map<string, string>();
  for (const [{ table }] of filled) {
    if (table.alias === null) called.set(table.name.name.name.toLowerCase(), table.name.name.name);
  }
  return names.qualified.flatMap(({ schema, table }) => {
    const name = table === null ? undefined : called.get(table.name.toLowerCase());
    if (table === null || name === undefined) return [];
    return [{ start: (schema ?? table).start, end: table.end, text: quoteIdentifier(name) }];
  });
}
