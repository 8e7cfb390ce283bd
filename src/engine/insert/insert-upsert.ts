// INSERT IGNORE, REPLACE and ON DUPLICATE KEY UPDATE of a table with lookup vindexes: row by row, as one server takes them.
import type { InsertNode, Upsert, UpsertKey } from '../../plan/nodes.ts';
import type { RowLookup } from '../../plan/row-target.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { present } from '../../util/assert.ts';
import { storedVindexValue } from '../../vindex/routable.ts';
import type { RoutingColumn, RoutingKey } from '../../vindex/routing-key.ts';
import { type Shard, shardOf } from '../../vindex/shard-map.ts';
import type { KeyspaceId, VindexValue } from '../../vindex/vindex.ts';
import type { OkResult } from '../contract.ts';
import type { LookupEntry } from '../lookup/lookup-entry.ts';
import { idsOfTuples } from '../lookup/lookup-ids.ts';
import { allRows, tableName, tupleEquals } from '../lookup/lookup-text.ts';
import { LookupWriter } from '../lookup/lookup-writes.ts';
import { shardMapOf } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import type { ReturnedRows } from '../write/returned-rows.ts';
import { rowIds } from '../write/row-ids.ts';
import type { WriteUnit } from '../write/unit.ts';
import { utf8Rows } from '../write/unit-scope.ts';
import { insertCounts, printInsertInfo } from '../write/write-info.ts';
import { insertFacts } from './insert-facts.ts';
import { placedRowText } from './insert-places.ts';
import { type KnownRow, valuesOfKey, type WantedCell } from './insert-row-values.ts';
import type { RowSource } from './insert-rows.ts';
import type { SequenceFill } from './insert-sequence.ts';
import type { InsertFacts } from './insert-split.ts';
import { tailText } from './insert-unit.ts';
import { amongOthers } from './lone-row.ts';
import { RowWarnings } from './row-warnings.ts';

/** A row that is there already. */
interface StoredRow {
  readonly shard: Shard;
  readonly id: KeyspaceId;
  readonly identity: readonly VindexValue[];
  readonly primary: readonly VindexValue[];
  /** By lookup of the node. */
  readonly lookups: readonly (readonly VindexValue[])[];
}

interface Tally {
  records: number;
  affected: bigint;
  duplicates: number;
  warnings: number;
  /** What the last row's own shard says of its AUTO_INCREMENT value. */
  lastTold: bigint;
  /** The first number of Shardgate's that a row was stored with. */
  firstUsed: bigint | null;
}

export class UpsertRun {
  readonly #unit: WriteUnit;
  readonly #node: InsertNode;
  readonly #upsert: Upsert;
  readonly #key: RoutingKey;
  readonly #wanted: readonly WantedCell[];
  readonly #rows: RowSource;
  readonly #writers: readonly (LookupWriter | null)[];
  readonly #fill: SequenceFill;
  readonly #returned: ReturnedRows | null;
  readonly #warned: RowWarnings;
  readonly #facts: InsertFacts;
  readonly #tally: Tally = {
    records: 0,
    affected: 0n,
    duplicates: 0,
    warnings: 0,
    lastTold: 0n,
    firstUsed: null,
  };

  constructor(
    unit: WriteUnit,
    node: InsertNode,
    upsert: Upsert,
    wanted: readonly WantedCell[],
    rows: RowSource,
    fill: SequenceFill,
    returned: ReturnedRows | null,
  ) {
    this.#returned = returned;
    this.#warned = new RowWarnings(unit.execution);
    this.#unit = unit;
    this.#fill = fill;
    this.#node = node;
    this.#upsert = upsert;
    this.#key = present(node.key, 'a sharded table has a primary vindex');
    this.#wanted = wanted;
    this.#rows = rows;
    this.#facts = insertFacts(node, rows, fill);
    const owner = { keyspace: node.keyspace, table: node.table, key: this.#key };
    this.#writers = (node.lookups ?? []).map((use) =>
      use.owned ? new LookupWriter(unit, owner, use) : null,
    );
  }

  async run(known: readonly KnownRow[]): Promise<OkResult> {
    for (const row of known) {
      const met = await this.#conflicts(row);
      if (this.#upsert.mode === 'ignore') await this.#ignore(row, met);
      else if (this.#upsert.mode === 'replace') await this.#replace(row, met);
      else await this.#update(row, met);
    }
    return this.#answer();
  }

  #answer(): OkResult {
    const { affected, duplicates, lastTold, firstUsed } = this.#tally;
    const facts = this.#facts;
    const warnings = this.#tally.warnings + facts.warningsBefore + this.#warned.tell();
    const info = facts.informs ? printInsertInfo(this.#tally.records, duplicates, warnings) : '';
    const answer = { affectedRows: affected, warnings, info };
    if (firstUsed !== null) return { ...answer, lastInsertId: firstUsed, generated: true };
    const isIgnored = lastTold === 0n && facts.onConflict === 'ignore' && affected > 0n;
    return { ...answer, lastInsertId: isIgnored ? facts.lastGiven : lastTold };
  }

  /** The shard with the row that is there says in its own words that this one is ignored. */
  async #ignore(row: KnownRow, met: readonly StoredRow[]): Promise<void> {
    const [stored] = met;
    if (stored === undefined) return this.#add(row);
    const affected = await this.#send(row, stored.shard);
    if (affected !== 0n) throw new Error('assertion failed: a row that meets another is ignored');
  }

  /** The row's own shard replaces what it has; rows on other shards make room first. */
  async #replace(row: KnownRow, met: readonly StoredRow[]): Promise<void> {
    for (const stored of met) {
      if (stored.shard !== row.shard) {
        const { affectedRows } = await this.#unit.run(stored.shard, this.#deleteText(stored));
        this.#tally.affected += affectedRows;
        this.#tally.duplicates += Number(affectedRows);
      }
    }
    if (met.length === 0) return this.#add(row);
    // The new row may take over the old one's values, and with them its lookup rows.
    await this.#send(row, row.shard);
    this.#use(row);
    for (const stored of met) {
      for (const [i, writer] of this.#writers.entries()) await writer?.remove([storedEntry(row, stored, i)]);
    }
    await this.#createLookups(row, true);
  }

  async #update(row: KnownRow, met: readonly StoredRow[]): Promise<void> {
    const [stored] = met;
    if (stored === undefined) return this.#add(row);
    await this.#send(row, stored.shard);
    const identity = present(this.#upsert.keys[0], 'a key names rows');
    const [now] = await this.#read(stored.shard, identity.columns, stored.identity);
    if (now === undefined) return;
    for (const [i, writer] of this.#writers.entries()) {
      const failure = await writer?.change(storedEntry(row, stored, i), storedEntry(row, now, i));
      if (failure !== null && failure !== undefined) throw failure.error;
    }
  }

  async #add(row: KnownRow): Promise<void> {
    await this.#createLookups(row, false);
    const affected = await this.#send(row, row.shard);
    // IGNORE leaves out also what meets no other row: one without its parent, or against a CHECK.
    if (affected === 0n && this.#facts.ignores === true && !(await this.#isStored(row)))
      return this.#removeLookups(row);
    this.#use(row);
  }

  /** The answer of RETURNING does not say. */
  async #isStored(row: KnownRow): Promise<boolean> {
    const [identity] = this.#upsert.keys;
    if (identity === undefined) return this.#returned !== null;
    const values = valuesOfKey({ columns: identity.columns }, this.#wanted, row.values);
    const found = await this.#read(row.shard, identity.columns, values);
    return found.length > 0;
  }

  /** The row was stored, and with it the number it was given. */
  #use({ row }: KnownRow): void {
    const [literal] = this.#fill.firstId === null ? [] : (this.#fill.replaced[row]?.values() ?? []);
    if (literal !== undefined) this.#tally.firstUsed ??= BigInt(literal);
  }

  async #createLookups(row: KnownRow, stored: boolean): Promise<void> {
    for (const [i, use] of (this.#node.lookups ?? []).entries()) {
      const failure = await this.#writers[i]?.create([this.#entry(row, use)], stored);
      if (failure !== null && failure !== undefined) throw failure.error;
    }
  }

  async #removeLookups(row: KnownRow): Promise<void> {
    for (const [i, use] of (this.#node.lookups ?? []).entries())
      await this.#writers[i]?.remove([this.#entry(row, use)]);
  }

  #entry(row: KnownRow, use: RowLookup): LookupEntry {
    const values = valuesOfKey(use.key, this.#wanted, row.values);
    const primary = valuesOfKey(this.#key, this.#wanted, row.values);
    return { row: row.row, values, primary, id: row.id };
  }

  async #send(row: KnownRow, shard: Shard): Promise<bigint> {
    const { execution } = this.#unit;
    const text = placedRowText(this.#rows, row.row, row.replaced);
    const head = shardText(execution, shard, this.#node.head);
    const sql = `${head} ${text} ${tailText(execution, this.#node, shard)}`.trimEnd();
    const told = this.#returned?.at(shard, [row.row]);
    const one = this.#facts.informs
      ? amongOthers(execution.flavour, sql, this.#rows, row.row, row.replaced, told)
      : told;
    const runOn = this.#warned.on(shard, [row.row], one);
    const { affectedRows, warnings, lastInsertId, info } = await this.#unit.run(shard, sql, runOn);
    const [records = 1, duplicates = this.#duplicates(affectedRows)] = insertCounts(info) ?? [];
    this.#tally.records += records;
    this.#tally.duplicates += duplicates;
    this.#tally.affected += affectedRows;
    this.#tally.warnings += warnings;
    this.#tally.lastTold = lastInsertId;
    return affectedRows;
  }

  /** IGNORE counts what is not stored, the others how many rows were there already. */
  #duplicates(affectedRows: bigint): number {
    if (this.#facts.ignores === true) return affectedRows === 0n ? 1 : 0;
    return Math.max(Number(affectedRows) - 1, 0);
  }

  #deleteText({ shard, identity }: StoredRow): string {
    const { columns } = present(this.#upsert.keys[0], 'a key names rows');
    return `DELETE FROM ${tableName(shard, this.#node.table)} WHERE ${tupleEquals(columns, identity)}`;
  }

  /** Rows with the values of some unique key, in the order of the keys, each once. */
  async #conflicts(row: KnownRow): Promise<readonly StoredRow[]> {
    const met = new Map<string, StoredRow>();
    for (const key of this.#upsert.keys) {
      const values = valuesOfKey({ columns: key.columns }, this.#wanted, row.values);
      // NULL meets nothing.
      if (values.some((value) => value.kind === 'null')) continue;
      for (const shard of await this.#shardsWith(key, row)) {
        for (const stored of await this.#read(shard, key.columns, values)) {
          met.set(`${shard.id} ${JSON.stringify(stored.identity)}`, stored);
        }
      }
    }
    return [...met.values()];
  }

  async #shardsWith(key: UpsertKey, row: KnownRow): Promise<readonly Shard[]> {
    if (key.lookup === null) return [row.shard];
    const use = present(this.#node.lookups?.[key.lookup], 'the lookup of a key');
    const map = shardMapOf(this.#unit.execution, this.#node.keyspace);
    const [ids = []] = await idsOfTuples(this.#unit, use.key, [
      valuesOfKey(use.key, this.#wanted, row.values),
    ]);
    return [...new Set(ids.map((id) => shardOf(map, id)))];
  }

  async #read(
    shard: Shard,
    columns: readonly RoutingColumn[],
    values: readonly VindexValue[],
  ): Promise<readonly StoredRow[]> {
    const groups = [
      present(this.#upsert.keys[0], 'a key names rows').columns,
      this.#key.columns,
      ...(this.#node.lookups ?? []).map((use) => use.key.columns),
    ];
    const list = groups.flat().map((column) => quoteIdentifier(column.name));
    const sql =
      `SELECT ${list.join(', ')} FROM ${tableName(shard, this.#node.table)} ` +
      `WHERE ${tupleEquals(columns, values)} ${allRows} FOR UPDATE`;
    const { rows } = await utf8Rows(this.#unit, shard, sql);
    const found = rows.map((cells) => {
      let at = 0;
      const [identity = [], primary = [], ...lookups] = groups.map((group) =>
        group.map((column) => storedVindexValue(cells[at++] ?? null, column)),
      );
      return { identity, primary, lookups };
    });
    const ids = await rowIds(this.#unit, this.#node.table, this.#key, found);
    return found.map((row, i): StoredRow => ({ ...row, shard, id: present(ids[i], 'an id per row') }));
  }
}

function storedEntry(row: KnownRow, stored: StoredRow, lookup: number): LookupEntry {
  return {
    row: row.row,
    values: present(stored.lookups[lookup], 'values'),
    primary: stored.primary,
    id: stored.id,
  };
}
