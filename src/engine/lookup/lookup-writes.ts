// Keeps the rows of an owned lookup vindex in step with the rows of its table, inside the unit that writes those.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { RowLookup } from '../../plan/row-target.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { present } from '../../util/assert.ts';
import { lookupTo } from '../../vindex/lookup-encoding.ts';
import type { LookupTable } from '../../vindex/routing-key.ts';
import type { Shard, ShardMap } from '../../vindex/shard-map.ts';
import type { KeyspaceId, LookupVindex, VindexValue } from '../../vindex/vindex.ts';
import { shardMapOf } from '../resolve.ts';
import { settleAll, type WriteUnit } from '../write/unit.ts';
import type { LookupEntry, LookupOwner } from './lookup-entry.ts';
import { chunks, fromTuple, idOfCell, lookupHome } from './lookup-reads.ts';
import { allRows, columnList, tableName, tupleEquals, valueLiteral } from './lookup-text.ts';
import { hasTwin, ownerRows } from './lookup-twins.ts';
import { type LookupUnit, unitOf } from './lookup-unit.ts';
import { stranded, type UsedBy, usedEntries, userOf } from './lookup-users.ts';

/** What the owner refuses of a row, in its own words. */
export interface RowFailure {
  readonly row: number;
  readonly error: SqlError;
}

const duplicateErrno = 1062;
const rowsPerStatement = 500;

/** An entry with its texts for the lookup table. */
interface Spelled {
  readonly entry: LookupEntry;
  readonly from: readonly VindexValue[];
  readonly to: VindexValue;
  readonly shard: Shard;
}

/**
 * Statements run in the unit; with the vindex's `autocommit` on a connection of their own, at once and for good. Rows with a
 * NULL among their values have no lookup row: equality never asks for NULL.
 */
export class LookupWriter {
  readonly #unit: WriteUnit;
  readonly #lookups: LookupUnit;
  readonly #owner: LookupOwner;
  readonly #use: RowLookup;
  readonly #vindex: LookupVindex;
  readonly #table: LookupTable;
  readonly #map: ShardMap;

  /** `use` is owned and knows its table. */
  constructor(unit: WriteUnit, owner: LookupOwner, use: RowLookup) {
    const { vindex, lookup } = use.key;
    if (vindex.kind !== 'lookup' || lookup === undefined) throw new Error('assertion failed: a lookup key');
    this.#unit = unit;
    this.#lookups = unitOf(unit, vindex.autocommit);
    this.#owner = owner;
    this.#use = use;
    this.#vindex = vindex;
    this.#table = lookup;
    this.#map = shardMapOf(unit.execution, lookup.keyspace);
  }

  /**
   * Adds the lookup rows; answers the lowest row whose values another row of the owner has. `stored`: the owner has the rows
   * of these entries already.
   */
  async create(entries: readonly LookupEntry[], stored = false): Promise<RowFailure | null> {
    const failures = await settleAll(
      this.#byShard(entries).map(async ([shard, spelled]) => {
        for (const part of chunks(spelled, rowsPerStatement)) {
          const failure = await this.#createOn(shard, part, stored);
          if (failure !== null) return failure;
        }
        return null;
      }),
    );
    return lowestRow(failures);
  }

  async #createOn(shard: Shard, entries: readonly Spelled[], stored: boolean): Promise<RowFailure | null> {
    if (!this.#vindex.unique) {
      const same = quoteIdentifier(this.#table.to.name);
      await this.#lookups.run(
        shard,
        `${this.#insertText(shard, entries)} ON DUPLICATE KEY UPDATE ${same}=${same}`,
      );
      return null;
    }
    let left = entries;
    while (left.length > 0) {
      try {
        await this.#lookups.run(shard, this.#insertText(shard, left));
        return null;
      } catch (error) {
        if (!(error instanceof SqlError) || error.errno !== duplicateErrno) throw error;
        const rest = await this.#takeOver(shard, left, error, stored);
        if ('row' in rest) return { row: rest.row, error: this.#duplicate(error) };
        left = rest.left;
      }
    }
    return null;
  }

  #insertText(shard: Shard, entries: readonly Spelled[]): string {
    const rows = entries.map((spelled) => `(${this.#literals(spelled).join(', ')})`);
    return `INSERT INTO ${tableName(shard, this.#table.table)} (${columnList(this.#table)}) VALUES ${rows.join(', ')}`;
  }

  #literals({ from, to }: Pick<Spelled, 'from' | 'to'>): readonly string[] {
    const { from: columns, to: column } = this.#table;
    return [
      ...from.map((value, i) => valueLiteral(value, present(columns[i], 'a column per value'))),
      valueLiteral(to, column),
    ];
  }

  /**
   * Some of the values are there already. Those whose owner row does not exist are what a crash left behind: they are given
   * to the new rows. Answers the entries still to be added, or the first that is a duplicate indeed.
   */
  async #takeOver(
    shard: Shard,
    entries: readonly Spelled[],
    error: SqlError,
    stored: boolean,
  ): Promise<{ readonly left: readonly Spelled[] } | { readonly row: number }> {
    const existing = await settleAll(entries.map((one) => this.#idsAt(shard, one)));
    const left: Spelled[] = [];
    for (const [i, one] of entries.entries()) {
      const ids = existing[i] ?? [];
      if (ids.length === 0) {
        left.push(one);
        continue;
      }
      for (const id of ids) if (await this.#ownerHas(one.entry, id, stored)) return { row: one.entry.row };
      const where = tupleEquals(this.#table.from, one.from);
      const before = ids.map((id) => ({ values: one.entry.values, id }));
      // What commits by itself cannot be taken back.
      if (this.#vindex.autocommit) await this.#refuseStranded(before, one.entry.id);
      await this.#lookups.run(
        shard,
        `UPDATE ${tableName(shard, this.#table.table)} SET ${this.#setText(one)} WHERE ${where}`,
      );
      if (!this.#vindex.autocommit) await this.#refuseStranded(before, one.entry.id);
    }
    // No value is there, yet they collide: two of the statement's own rows are equal.
    return left.length === entries.length ? { row: repeated(entries, error).row } : { left };
  }

  /** Rows of other tables that were placed by these would not be found at `id`. */
  async #refuseStranded(before: readonly UsedBy[], id: KeyspaceId): Promise<void> {
    for (const one of before) {
      if (Buffer.compare(one.id, id) === 0) continue;
      const user = await userOf(this.#unit, this.#owner.keyspace, this.#use.key, one);
      if (user !== null) throw stranded(this.#owner.table, this.#use.key, user);
    }
  }

  /** The failed INSERT holds a shared lock on the row it met; asking for more would lock out others that met it too. */
  async #idsAt(shard: Shard, { from }: Pick<Spelled, 'from'>): Promise<readonly KeyspaceId[]> {
    const sql =
      `SELECT ${quoteIdentifier(this.#table.to.name)} FROM ${tableName(shard, this.#table.table)} ` +
      `WHERE ${tupleEquals(this.#table.from, from)} ${allRows} LOCK IN SHARE MODE`;
    const { rows } = await this.#lookups.rows(shard, sql);
    return rows.flatMap(([to]) => idOfCell(this.#vindex, to ?? null));
  }

  /** A row other than the entry's own. */
  async #ownerHas({ values, id: own }: LookupEntry, id: KeyspaceId, stored: boolean): Promise<boolean> {
    const rows = await ownerRows(this.#unit, this.#owner, this.#use.key, { values, id });
    return rows > (stored && Buffer.compare(own, id) === 0 ? 1 : 0);
  }

  /** The server's words about the lookup table, said of the owner's key. */
  #duplicate(error: SqlError): SqlError {
    const entry = /^(Duplicate entry '.*') for key '.*'$/s.exec(error.message)?.[1];
    const { flavour } = this.#unit.execution;
    const key = flavour === 'mysql' ? `${this.#owner.table}.${this.#use.uniqueKey}` : this.#use.uniqueKey;
    const message = entry === undefined ? error.message : `${entry} for key '${key}'`;
    return new SqlError(error.errno, error.sqlState, message, error.id);
  }

  /** Removes the lookup rows of owner rows that are gone. Lookups that commit by themselves keep them until taken over. */
  async remove(entries: readonly LookupEntry[]): Promise<void> {
    if (this.#vindex.autocommit) return;
    const gone = this.#use.shared ? await this.#withoutTwins(entries) : entries;
    await settleAll(
      this.#byShard(gone).flatMap(([shard, spelled]) =>
        chunks(spelled, rowsPerStatement).map((part) =>
          this.#lookups.run(shard, this.#deleteText(shard, part)),
        ),
      ),
    );
    await this.#putBack(gone);
  }

  /**
   * Rows of other tables are found by lookup rows whose owner row is gone: those stay. They are looked for once the lookup rows
   * are locked, so that nobody adds any meanwhile.
   */
  async #putBack(gone: readonly LookupEntry[]): Promise<void> {
    const used = await usedEntries(this.#unit, this.#owner.keyspace, this.#use.key, gone);
    const same = quoteIdentifier(this.#table.to.name);
    for (const [shard, spelled] of this.#byShard(used)) {
      const sql = `${this.#insertText(shard, spelled)} ON DUPLICATE KEY UPDATE ${same}=${same}`;
      await this.#lookups.run(shard, sql);
    }
  }

  #deleteText(shard: Shard, entries: readonly Spelled[]): string {
    const rows = entries.map((one) => this.#rowIs(one));
    return `DELETE FROM ${tableName(shard, this.#table.table)} WHERE ${rows.join(' OR ')}`;
  }

  #setText(spelled: Spelled): string {
    const columns = [...this.#table.from, this.#table.to];
    const set = this.#literals(spelled).map(
      (literal, i) => `${quoteIdentifier(present(columns[i], 'a column').name)} = ${literal}`,
    );
    return set.join(', ');
  }

  #rowIs({ from, to }: Pick<Spelled, 'from' | 'to'>): string {
    return tupleEquals([...this.#table.from, this.#table.to], [...from, to]);
  }

  /** Entries that no other row of the owner with the same keyspace id shares. */
  async #withoutTwins(entries: readonly LookupEntry[]): Promise<readonly LookupEntry[]> {
    const shared = await settleAll(
      entries.map((entry) => hasTwin(this.#unit, this.#owner, this.#use.key, entry)),
    );
    return entries.filter((_entry, i) => shared[i] !== true);
  }

  /** A row of the owner has changed: its lookup row follows. Answers the duplicate it runs into. */
  async change(old: LookupEntry, now: LookupEntry): Promise<RowFailure | null> {
    const [before] = this.#spelled([old]);
    const [after] = this.#spelled([now]);
    if (before !== undefined && after !== undefined && sameRow(before, after)) return null;
    const inPlace =
      before !== undefined && after !== undefined && before.shard === after.shard && this.#vindex.unique;
    if (inPlace && !this.#vindex.autocommit) return this.#changeInPlace(before, after);
    const failure = await this.create([now], true);
    if (failure === null) await this.remove([old]);
    return failure;
  }

  async #changeInPlace(before: Spelled, after: Spelled): Promise<RowFailure | null> {
    const { shard } = before;
    const sql = `UPDATE ${tableName(shard, this.#table.table)} SET ${this.#setText(after)} WHERE ${this.#rowIs(before)}`;
    try {
      const { affectedRows } = await this.#lookups.run(shard, sql);
      if (affectedRows === 0n) return await this.#createOn(shard, [after], true);
      await this.#leave(before, after);
      return null;
    } catch (error) {
      if (!(error instanceof SqlError) || error.errno !== duplicateErrno) throw error;
      const rest = await this.#takeOver(shard, [after], error, true);
      if ('row' in rest) return { row: rest.row, error: this.#duplicate(error) };
      await this.#lookups.run(shard, this.#deleteText(shard, [before]));
      await this.#leave(before, after);
      return this.#createOn(shard, rest.left, true);
    }
  }

  /** A lookup row has become another one. */
  async #leave(before: Spelled, after: Spelled): Promise<void> {
    const sameValue = JSON.stringify(before.from) === JSON.stringify(after.from);
    if (sameValue) await this.#refuseStranded([before.entry], after.entry.id);
    else await this.#putBack([before.entry]);
  }

  #byShard(entries: readonly LookupEntry[]): readonly (readonly [Shard, readonly Spelled[]])[] {
    const groups = new Map<Shard, Spelled[]>();
    for (const spelled of this.#spelled(entries)) {
      const group = groups.get(spelled.shard);
      if (group === undefined) groups.set(spelled.shard, [spelled]);
      else group.push(spelled);
    }
    return [...groups].sort(([a], [b]) => a.index - b.index);
  }

  /** Without those that have no lookup row. Throws SG6032 for what the lookup table cannot hold. */
  #spelled(entries: readonly LookupEntry[]): readonly Spelled[] {
    return entries.flatMap((entry): readonly Spelled[] => {
      if (entry.values.some((value) => value.kind === 'null')) return [];
      const from = fromTuple(this.#vindex, entry.values);
      const to = lookupTo(this.#vindex, entry.id);
      const shard = from === null ? null : lookupHome(this.#table, this.#map, from);
      if (from === null || to === null || shard === null) {
        throw shardgateError('SG6032', { vindex: this.#vindex.name, row: entry.row + 1 });
      }
      return [{ entry, from, to, shard }];
    });
  }
}

function sameRow(a: Spelled, b: Spelled): boolean {
  return JSON.stringify([a.from, a.to]) === JSON.stringify([b.from, b.to]);
}

/** The second of two equal rows, as far as texts tell; else the last. */
function repeated(entries: readonly Spelled[], error: SqlError): LookupEntry {
  const seen = new Set<string>();
  for (const { entry, from } of entries) {
    const text = JSON.stringify(from);
    if (seen.has(text)) return entry;
    seen.add(text);
  }
  const last = entries.at(-1);
  if (last === undefined) throw error;
  return last.entry;
}

export function lowestRow(failures: readonly (RowFailure | null)[]): RowFailure | null {
  let lowest: RowFailure | null = null;
  for (const failure of failures) {
    if (failure !== null && (lowest === null || failure.row < lowest.row)) lowest = failure;
  }
  return lowest;
}
