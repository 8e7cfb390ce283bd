// INSERT IGNORE, REPLACE and ON DUPLICATE KEY UPDATE of tables with lookup vindexes: where rows in conflict are to be found.
import { shardgateError } from '../../errors/catalog.ts';
import type { Upsert, UpsertKey } from '../../plan/nodes.ts';
import type { RowLookup } from '../../plan/row-target.ts';
import type { Insert } from '../../sql/ast.ts';
import { routingColumnOf } from '../../vschema/files/declared-columns.ts';
import type { Key, Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';

/** What the statement does with a row in conflict. */
export function modeOf(node: Insert): Upsert['mode'] {
  if (node.replace) return 'replace';
  return node.onDuplicate !== null ? 'update' : node.ignore ? 'ignore' : 'error';
}

/** null: the table owns no lookups. The caller has checked that every unique key holds over all shards, but for `error`. */
export function upsertOf(
  mode: Upsert['mode'],
  table: Table,
  lookups: readonly RowLookup[],
  cellOf: (column: string) => number,
): Upsert | null {
  if (!lookups.some(({ owned }) => owned)) return null;
  const keys = inServerOrder(table);
  const [first] = keys;
  const named = first !== undefined && namesRows(table, first);
  if (mode !== 'error' && !named) throw shardgateError('SG6035', { table: table.name });
  const blind = keys.find((key) => isBlind(table, key));
  const statement = changingStatements[mode];
  if (blind !== undefined && statement !== null)
    throw shardgateError('SG6053', { statement, key: blind.name, table: table.name });
  return { mode, keys: keys.map((key) => upsertKey(table, key, lookups, cellOf)) };
}

/** What does something to the row that is met; the others see to it that nothing happened. */
const changingStatements: Readonly<Record<Upsert['mode'], string | null>> = {
  replace: 'REPLACE',
  update: 'ON DUPLICATE KEY UPDATE',
  ignore: null,
  error: null,
};

/** The client's values do not say which stored rows a row meets. */
function isBlind({ columns }: Table, key: Key): boolean {
  const names = new Set(key.columns.map(lower));
  return columns?.some(({ name, generated }) => generated && names.has(lower(name))) === true;
}

/** The primary key first, then unique keys without NULLs, then the others. */
export function inServerOrder(table: Table): readonly Key[] {
  const rank = (key: Key): number => (key.name === 'PRIMARY' ? 0 : namesRows(table, key) ? 1 : 2);
  return table.keys.filter((key) => key.unique).sort((a, b) => rank(a) - rank(b));
}

function upsertKey(
  table: Table,
  key: Key,
  lookups: readonly RowLookup[],
  cellOf: (column: string) => number,
): UpsertKey {
  const names = new Set(key.columns.map(lower));
  const sharding = table.columnVindexes[0]?.columns ?? [];
  const local = sharding.every((column) => names.has(lower(column.name)));
  const lookup = lookups.findIndex(
    (one) =>
      one.owned && one.key.vindex.unique && one.key.columns.every((column) => names.has(lower(column.name))),
  );
  return {
    columns: key.columns.map((name) => routingColumnOf(name, table.columns)),
    cells: key.columns.map((name) => cellOf(lower(name))),
    lookup: local || lookup < 0 ? null : lookup,
  };
}

function namesRows(table: Table, key: Key): boolean {
  return key.columns.every(
    (name) => table.columns?.find((column) => lower(column.name) === lower(name))?.nullable === false,
  );
}
