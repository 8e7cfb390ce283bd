// After rows were updated in place: lookup rows follow, and rows that belong to another shard now go there.
import { shardgateError } from '../../errors/catalog.ts';
import type { RowAfter, RowTarget } from '../../plan/row-target.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { present } from '../../util/assert.ts';
import { storedVindexValue } from '../../vindex/routable.ts';
import type { RoutingColumn, RoutingKey } from '../../vindex/routing-key.ts';
import { type Shard, shardOf } from '../../vindex/shard-map.ts';
import type { KeyspaceId, VindexValue } from '../../vindex/vindex.ts';
import { chunks } from '../lookup/lookup-reads.ts';
import { allRows, anyTuple, tableName } from '../lookup/lookup-text.ts';
import { LookupWriter } from '../lookup/lookup-writes.ts';
import { shardMapOf } from '../resolve.ts';
import { moveRow } from './row-copy.ts';
import { rowIds } from './row-ids.ts';
import { lookupEntry, type TargetRow } from './target-rows.ts';
import { settleAll, type WriteUnit } from './unit.ts';
import { utf8Rows } from './unit-scope.ts';

const rowsPerRead = 500;

/** A row as it is now, still on the shard it was on. */
interface ChangedRow {
  readonly before: TargetRow;
  readonly identity: readonly VindexValue[];
  readonly primary: readonly VindexValue[];
  readonly lookups: readonly (readonly VindexValue[])[];
}

/**
 * A row on a shard where it does not belong is seen by nobody else: the unit has not committed. Rows are taken one by one in
 * the order they were found, as one server would meet duplicates.
 */
export async function followRows(
  unit: WriteUnit,
  target: RowTarget,
  after: RowAfter,
  rows: readonly TargetRow[],
): Promise<void> {
  const { place } = target;
  if (place.kind !== 'key' || rows.length === 0) return;
  const changed = await readChanged(unit, target, place.key, rows);
  const ids = await rowIds(unit, target.table, place.key, changed);
  const owner = { keyspace: target.keyspace, table: target.table, key: place.key };
  const writers = target.lookups.map((use) => new LookupWriter(unit, owner, use));
  for (const [i, row] of changed.entries()) {
    const id = present(ids[i], 'an id per row');
    await moveIfElsewhere(unit, target, after, row, id);
    for (const [lookup, writer] of writers.entries()) {
      const now = {
        row: row.before.row,
        values: present(row.lookups[lookup], 'values'),
        primary: row.primary,
        id,
      };
      const failure = await writer.change(lookupEntry(row.before, lookup), now);
      if (failure !== null) throw failure.error;
    }
  }
}

async function moveIfElsewhere(
  unit: WriteUnit,
  target: RowTarget,
  after: RowAfter,
  row: ChangedRow,
  id: KeyspaceId,
): Promise<void> {
  const from = present(row.before.shards[0], 'a row is on a shard');
  const to = shardOf(shardMapOf(unit.execution, target.keyspace), id);
  if (from === to) return;
  const columns = target.identity.map(({ column }) => column);
  const { copied } = after;
  if (copied === null) throw new Error('assertion failed: only moves change keyspace ids');
  await moveRow(unit, { from, to, table: target.table, columns, identity: row.identity, copied });
}

/** The rows as they are stored now. Locked reading sees the newest version, whatever snapshot the transaction has. */
async function readChanged(
  unit: WriteUnit,
  target: RowTarget,
  key: RoutingKey,
  rows: readonly TargetRow[],
): Promise<readonly ChangedRow[]> {
  const wanted = rows.map((row) => ({ row, identity: identityNow(target, row) }));
  const byShard = new Map<Shard, typeof wanted>();
  for (const one of wanted) {
    const shard = present(one.row.shards[0], 'a row is on a shard');
    byShard.set(shard, [...(byShard.get(shard) ?? []), one]);
  }
  const reads = await settleAll(
    [...byShard].flatMap(([shard, all]) =>
      chunks(all, rowsPerRead).map((part) =>
        readPart(
          unit,
          target,
          key,
          shard,
          part.map(({ identity }) => identity),
        ),
      ),
    ),
  );
  const stored = new Map(reads.flatMap((part) => [...part]));
  return wanted.flatMap(({ row, identity }): readonly ChangedRow[] => {
    const found = stored.get(JSON.stringify(identity));
    if (found === undefined) throw converted(target, row);
    return [{ before: row, identity, ...found }];
  });
}

/** By its new values where the UPDATE gives it some. */
function identityNow(target: RowTarget, row: TargetRow): readonly VindexValue[] {
  return row.identity.map((value, i) => {
    const now = row.identityAfter[i] ?? null;
    if (now !== null && now.kind === 'null') throw converted(target, row);
    return now ?? value;
  });
}

function converted(target: RowTarget, row: TargetRow): Error {
  const at = row.identityAfter.findIndex((value) => value !== null);
  const column = target.identity[Math.max(at, 0)]?.column.name ?? '';
  return shardgateError('SG6039', { column, table: target.table });
}

type Stored = Pick<ChangedRow, 'primary' | 'lookups'>;

async function readPart(
  unit: WriteUnit,
  target: RowTarget,
  key: RoutingKey,
  shard: Shard,
  identities: readonly (readonly VindexValue[])[],
): Promise<ReadonlyMap<string, Stored>> {
  const groups = [
    target.identity.map(({ column }) => column),
    key.columns,
    ...target.lookups.map((use) => use.key.columns),
  ];
  const list = groups.flat().map((column) => quoteIdentifier(column.name));
  const sql =
    `SELECT ${list.join(', ')} FROM ${tableName(shard, target.table)} ` +
    `WHERE ${anyTuple(groups[0] ?? [], identities)} ${allRows} FOR UPDATE`;
  const { rows } = await utf8Rows(unit, shard, sql);
  return new Map(
    rows.map((cells) => {
      const [identity = [], primary = [], ...lookups] = split(groups, cells);
      return [JSON.stringify(identity), { primary, lookups }];
    }),
  );
}

/** The cells of a row, group of columns by group. */
function split(
  groups: readonly (readonly RoutingColumn[])[],
  cells: readonly (string | null)[],
): readonly (readonly VindexValue[])[] {
  let at = 0;
  return groups.map((columns) => columns.map((column) => storedVindexValue(cells[at++] ?? null, column)));
}
