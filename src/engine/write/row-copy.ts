// One row from a shard to another, with every value as it was.
import type { BackendConnection } from '../../backend/contract.ts';
import type { CopiedColumn } from '../../plan/row-target.ts';
import { checkedDocumentText } from '../../text/json-text.ts';
import { hexLiteral, quoteIdentifier } from '../../text/quote.ts';
import { assertNever, present } from '../../util/assert.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { encodeTextRow, TextRow } from '../../value/text-row.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { VindexValue } from '../../vindex/vindex.ts';
import type { Execution } from '../contract.ts';
import { tableName, tupleEquals } from '../lookup/lookup-text.ts';
import type { SmallRows } from '../small-rows.ts';
import { checkedJsonLiteral, literalWriter } from '../workspace/literals.ts';
import { settleAll, type WriteUnit } from './unit.ts';

export interface RowMove {
  readonly from: Shard;
  readonly to: Shard;
  readonly table: string;
  /** The key that names the row, and its values. */
  readonly columns: readonly RoutingColumn[];
  readonly identity: readonly VindexValue[];
  readonly copied: readonly CopiedColumn[];
}

/** Times are UTC, and what a column holds it may hold again, whatever the session's sql_mode says of it. */
const ownSettings =
  'SET @__sg_move_zone=@@time_zone, @__sg_move_mode=@@sql_mode, ' +
  "time_zone=_utf8mb4'+00:00', sql_mode=_utf8mb4'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', " +
  'character_set_results=utf8mb4';
const clientSettings = (connection: BackendConnection): string =>
  `SET ${connection.charsetSql}, SESSION time_zone=@__sg_move_zone, SESSION sql_mode=@__sg_move_mode, ` +
  '@__sg_move_zone=NULL, @__sg_move_mode=NULL';

/** Read, deleted and inserted. The row is locked already. */
export async function moveRow(unit: WriteUnit, move: RowMove): Promise<void> {
  const { from, to, table, columns, identity, copied } = move;
  const where = tupleEquals(columns, identity);
  const { flavour } = unit.execution;
  const list = copied.map((column) => selected(column, flavour)).join(', ');
  const before = unit.setting(from, ownSettings);
  const reading = unit.rows(from, `SELECT ${list} FROM ${tableName(from, table)} WHERE ${where} FOR UPDATE`);
  const restored = unit.setting(from, clientSettings);
  await settleAll<unknown>([before, reading, restored]);
  const literals = literalsOf(copied, await reading);
  await unit.run(from, `DELETE FROM ${tableName(from, table)} WHERE ${where}`);
  const names = copied.map(({ name }) => quoteIdentifier(name)).join(', ');
  await settleAll<unknown>([
    unit.setting(to, ownSettings),
    unit.run(to, `INSERT INTO ${tableName(to, table)} (${names}) VALUES (${literals.join(', ')})`),
    unit.setting(to, clientSettings),
  ]);
}

function selected({ name, as }: CopiedColumn, flavour: Execution['flavour']): string {
  const column = quoteIdentifier(name);
  switch (as) {
    case 'plain':
      return column;
    case 'number':
      return `CAST(${column} AS UNSIGNED)`;
    case 'double':
      return `${column}+0e0`;
    case 'document':
      if (flavour === 'mysql') return checkedDocumentText(column);
      return `CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`;
    case 'text':
      return `CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`;
    default:
      return assertNever(as);
  }
}

function literalsOf(copied: readonly CopiedColumn[], { columns, rows }: SmallRows): readonly string[] {
  const cells = present(rows[0], 'the row to move is there');
  const view = new TextRow(columns.length);
  view.load(encodeTextRow(cells.map((cell) => (cell === null ? null : Buffer.from(cell, 'latin1')))));
  return copied.map(({ as, name }, i) => {
    const cell = cells[i] ?? null;
    const column: ColumnDefinition = present(columns[i], 'a column per cell');
    if (cell === null) return 'NULL';
    if (as === 'text') return `_utf8mb4 ${hexLiteral(Buffer.from(cell, 'latin1'))}`;
    if (as === 'document') return checkedJsonLiteral(name)(Buffer.from(cell, 'latin1'));
    return literalWriter(i, column)(view);
  });
}
