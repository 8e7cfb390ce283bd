// A lookup vindex beside the rows of its owner: what is missing, what is left over, and the mending of both.
import { fromTuple, idOfCell, lookupHome } from '../../engine/lookup/lookup-reads.ts';
import { anyTuple, columnList, tupleEquals, valueLiteral } from '../../engine/lookup/lookup-text.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { present } from '../../util/assert.ts';
import { lookupTo } from '../../vindex/lookup-encoding.ts';
import { storedVindexValue } from '../../vindex/routable.ts';
import type { LookupTable, RoutingColumn, RoutingKey } from '../../vindex/routing-key.ts';
import { type ShardMap, shardOf } from '../../vindex/shard-map.ts';
import type { FunctionalVindex, KeyspaceId, LookupVindex, VindexValue } from '../../vindex/vindex.ts';
import type { Table } from '../../vschema/model.ts';
import { describe } from './check-rows.ts';
import { scanKey } from './placed-tables.ts';
import type { ShardSession } from './shard-session.ts';
import { scanTable } from './table-scan.ts';

export interface LookupParts {
  readonly owner: Table;
  readonly primary: RoutingKey & { readonly vindex: FunctionalVindex };
  readonly key: RoutingKey;
  readonly vindex: LookupVindex;
  readonly lookup: LookupTable;
  /** The lookup table as the servers know it. */
  readonly table: Table;
  readonly ownerMap: ShardMap;
  readonly lookupMap: ShardMap;
  /** By shard name. */
  readonly owners: ReadonlyMap<string, ShardSession>;
  readonly lookups: ReadonlyMap<string, ShardSession>;
}

export interface LookupReport {
  rows: number;
  missing: number;
  orphans: number;
  /** Two rows of the owner with values that may be there once only. */
  conflicts: number;
  mended: number;
  /** The first few, for people. */
  readonly shown: string[];
}

/** What is done about what is found. */
export type Mending = 'none' | 'missing' | 'all';

const shownMax = 10;
const duplicateErrno = 1062;

/** One row of the owner as its lookup row should be. */
interface Expected {
  readonly values: readonly VindexValue[];
  readonly primary: readonly VindexValue[];
  readonly from: readonly VindexValue[];
  readonly to: VindexValue;
  readonly owner: ShardSession;
  readonly lookup: ShardSession;
}

export class LookupCheck {
  readonly #parts: LookupParts;
  readonly #mending: Mending;
  readonly #progress: (report: LookupReport) => void;
  readonly #report: LookupReport = {
    rows: 0,
    missing: 0,
    orphans: 0,
    conflicts: 0,
    mended: 0,
    shown: [],
  };

  constructor(parts: LookupParts, mending: Mending, progress: (report: LookupReport) => void) {
    this.#parts = parts;
    this.#mending = mending;
    this.#progress = progress;
  }

  /** Every row is looked at while other traffic goes on: what is found wrong is looked at again under locks before it is mended. */
  async run(): Promise<LookupReport> {
    for (const owner of this.#parts.owners.values()) await this.#rowsOf(owner);
    const readable = this.#parts.vindex.fromEncoding === 'plain';
    if (this.#mending !== 'missing' && readable) {
      for (const lookup of this.#parts.lookups.values()) await this.#lookupRowsOf(lookup);
    }
    return this.#report;
  }

  async #rowsOf(owner: ShardSession): Promise<void> {
    const { primary, key } = this.#parts;
    const columns = [...primary.columns, ...key.columns];
    for await (const rows of scanTable(owner, this.#parts.owner.name, columns, scanKey(this.#parts.owner))) {
      const expected = rows.flatMap((values) => this.#expectedOf(owner, values));
      this.#report.rows += rows.length;
      for (const one of await this.#absent(expected)) await this.#missing(one);
      this.#progress(this.#report);
    }
  }

  #expectedOf(owner: ShardSession, cells: readonly VindexValue[]): readonly Expected[] {
    const { primary, vindex, lookup, lookupMap } = this.#parts;
    const width = primary.columns.length;
    const keyValues = cells.slice(0, width);
    const values = cells.slice(width);
    if (values.some((value) => value.kind === 'null')) return [];
    const mapping = primary.vindex.map(keyValues);
    const from = fromTuple(vindex, values);
    const to = mapping.kind === 'id' ? lookupTo(vindex, mapping.id) : null;
    const home = from === null ? null : lookupHome(lookup, lookupMap, from);
    const session = home === null ? undefined : this.#parts.lookups.get(home.name);
    if (from === null || to === null || session === undefined) return [];
    return [{ values, primary: keyValues, from, to, owner, lookup: session }];
  }

  /** Those whose lookup row is not there. */
  async #absent(expected: readonly Expected[]): Promise<readonly Expected[]> {
    const { lookup } = this.#parts;
    const all = [...lookup.from, lookup.to];
    const found = new Set<string>();
    for (const session of new Set(expected.map((one) => one.lookup))) {
      const tuples = expected.filter((one) => one.lookup === session).map((one) => one.from);
      const rows = await session.rows(
        `SELECT ${columnList(lookup)} FROM ${quoteIdentifier(lookup.table)} WHERE ${anyTuple(lookup.from, tuples)}`,
      );
      for (const cells of rows) found.add(JSON.stringify(valuesOf(all, cells)));
    }
    const absent: Expected[] = [];
    for (const one of expected) {
      // The texts may differ where the collation holds them equal: then the server decides.
      if (found.has(JSON.stringify([...one.from, one.to]))) continue;
      if (!(await this.#hasLookupRow(one))) absent.push(one);
    }
    return absent;
  }

  async #hasLookupRow({ lookup: session, from, to }: Expected): Promise<boolean> {
    const { lookup } = this.#parts;
    const where = tupleEquals([...lookup.from, lookup.to], [...from, to]);
    const rows = await session.rows(`SELECT 1 FROM ${quoteIdentifier(lookup.table)} WHERE ${where} LIMIT 1`);
    return rows.length > 0;
  }

  async #missing(one: Expected): Promise<void> {
    this.#report.missing++;
    this.#show(`missing: ${describe(one.values)} of row ${describe(one.primary)}`);
    if (this.#mending === 'none') return;
    await one.owner.run('START TRANSACTION');
    try {
      if (await this.#ownerHas(one.owner, one.values, one.primary, 'LOCK IN SHARE MODE'))
        await this.#add(one);
    } finally {
      await one.owner.run('COMMIT');
    }
  }

  async #add(one: Expected): Promise<void> {
    const { lookup } = this.#parts;
    const literals = [
      ...one.from.map((value, i) => valueLiteral(value, present(lookup.from[i], 'a column'))),
      valueLiteral(one.to, lookup.to),
    ];
    const table = quoteIdentifier(lookup.table);
    try {
      await one.lookup.run(`INSERT INTO ${table} (${columnList(lookup)}) VALUES (${literals.join(', ')})`);
      this.#report.mended++;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      await this.#takeOver(one);
    }
  }

  /** The values have a lookup row that leads elsewhere: to another row, or to none. */
  async #takeOver(one: Expected): Promise<void> {
    const { lookup, vindex, ownerMap, key } = this.#parts;
    const to = quoteIdentifier(lookup.to.name);
    const where = tupleEquals(lookup.from, one.from);
    const table = quoteIdentifier(lookup.table);
    const rows = await one.lookup.rows(`SELECT ${to} FROM ${table} WHERE ${where}`);
    for (const id of rows.flatMap(([cell]) => idOfCell(vindex, cell ?? null))) {
      const session = this.#parts.owners.get(shardOf(ownerMap, id).name);
      const sql = `SELECT 1 FROM ${quoteIdentifier(this.#parts.owner.name)} WHERE ${tupleEquals(key.columns, one.values)}`;
      const others =
        session === undefined || session === one.owner ? [] : await session.rows(`${sql} LIMIT 1`);
      if (others.length > 0) {
        this.#report.conflicts++;
        this.#show(`conflict: ${describe(one.values)} is in two rows, one of them ${describe(one.primary)}`);
        return;
      }
    }
    await one.lookup.run(`UPDATE ${table} SET ${to} = ${valueLiteral(one.to, lookup.to)} WHERE ${where}`);
    this.#report.mended++;
  }

  async #lookupRowsOf(session: ShardSession): Promise<void> {
    const { lookup, table, vindex } = this.#parts;
    const columns = [...lookup.from, lookup.to];
    for await (const rows of scanTable(session, lookup.table, columns, scanKey(table))) {
      for (const values of rows) {
        const from = values.slice(0, lookup.from.length);
        const to = values.at(-1) ?? { kind: 'null' };
        const [id] = to.kind === 'null' ? [] : idOfCell(vindex, to.text);
        if (id === undefined || !(await this.#leadsToRow(id, from, '')))
          await this.#orphan(session, id, from, to);
      }
      this.#progress(this.#report);
    }
  }

  async #leadsToRow(id: KeyspaceId, from: readonly VindexValue[], lock: string): Promise<boolean> {
    const { ownerMap, owner, key, primary } = this.#parts;
    const session = this.#parts.owners.get(shardOf(ownerMap, id).name);
    if (session === undefined) return true;
    const list = primary.columns.map((column) => quoteIdentifier(column.name)).join(', ');
    const where = tupleEquals(key.columns, from);
    const rows = await session.rows(
      `SELECT ${list} FROM ${quoteIdentifier(owner.name)} WHERE ${where} ${lock}`,
    );
    const owned = rows.some((cells) => {
      const mapping = primary.vindex.map(valuesOf(primary.columns, cells));
      return mapping.kind === 'id' && Buffer.compare(mapping.id, id) === 0;
    });
    return owned || (await this.#leadsToUser(session, from, lock));
  }

  /** Rows of other tables that it finds keep a lookup row when its owner's row is gone. */
  async #leadsToUser(session: ShardSession, from: readonly VindexValue[], lock: string): Promise<boolean> {
    for (const { table, columns } of this.#parts.lookup.users) {
      const where = tupleEquals(columns, from);
      const rows = await session.rows(
        `SELECT 1 FROM ${quoteIdentifier(table)} WHERE ${where} LIMIT 1 ${lock}`,
      );
      if (rows.length > 0) return true;
    }
    return false;
  }

  async #orphan(
    session: ShardSession,
    id: KeyspaceId | undefined,
    from: readonly VindexValue[],
    to: VindexValue,
  ): Promise<void> {
    this.#report.orphans++;
    this.#show(`orphan: ${describe(from)} leads to no row`);
    if (this.#mending !== 'all') return;
    const { lookup, ownerMap } = this.#parts;
    const owner = id === undefined ? undefined : this.#parts.owners.get(shardOf(ownerMap, id).name);
    await owner?.run('START TRANSACTION');
    try {
      if (id !== undefined && (await this.#leadsToRow(id, from, 'FOR UPDATE'))) return;
      const where = tupleEquals([...lookup.from, lookup.to], [...from, to]);
      await session.run(`DELETE FROM ${quoteIdentifier(lookup.table)} WHERE ${where}`);
      this.#report.mended++;
    } finally {
      await owner?.run('COMMIT');
    }
  }

  async #ownerHas(
    session: ShardSession,
    values: readonly VindexValue[],
    keyValues: readonly VindexValue[],
    lock: string,
  ): Promise<boolean> {
    const { owner, key, primary } = this.#parts;
    const where = `${tupleEquals(key.columns, values)} AND ${tupleEquals(primary.columns, keyValues)}`;
    const rows = await session.rows(
      `SELECT 1 FROM ${quoteIdentifier(owner.name)} WHERE ${where} LIMIT 1 ${lock}`,
    );
    return rows.length > 0;
  }

  #show(line: string): void {
    if (this.#report.shown.length < shownMax) this.#report.shown.push(line);
  }
}

function valuesOf(
  columns: readonly RoutingColumn[],
  cells: readonly (string | null)[],
): readonly VindexValue[] {
  return columns.map((column, i) => storedVindexValue(cells[i] ?? null, column));
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && error.errno === duplicateErrno;
}
