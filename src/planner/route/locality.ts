// Can each shard answer a query for its own rows alone? The proof that lets whole statements scatter.
import type { Expression } from '../../sql/ast.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import { groupExpressions, hasWindow, limitOf, selectOf } from '../bind/clauses.ts';
import { lower, outputOf } from '../bind/columns-of.ts';
import type {
  Binding,
  Block,
  BoundQuery,
  ColumnId,
  QuerySource,
  Source,
  TableSource,
} from '../bind/model.ts';
import { equalClass, includesColumn } from '../facts/equal-class.ts';
import type { Flow } from '../facts/held.ts';
import { columnOf } from '../facts/read-facts.ts';
import { sameVindex } from './combine.ts';
import { keyColumns } from './source-destination.ts';
import { windowSpecsIn } from './windows.ts';

/** Columns that hold the values a primary vindex is computed from, in its order. */
export interface KeyTuple {
  readonly key: RoutingKey;
  readonly keyspace: string;
  readonly columns: readonly ColumnId[];
}

/**
 *  - anywhere: every shard gives the whole answer (reference tables, no tables)
 *  - additive: the answer is the disjoint union of what the shards answer; `keys` are key columns of one row of it
 *  - mixed: neither, and why
 */
export type Locality =
  | { readonly kind: 'anywhere' }
  | { readonly kind: 'additive'; readonly keys: readonly KeyTuple[] }
  | { readonly kind: 'mixed'; readonly why: string };

const anywhere: Locality = { kind: 'anywhere' };

function mixed(why: string): Locality {
  return { kind: 'mixed', why };
}

/*
 * Proof for a block. Call the sharded source whose rows an outer join never replaces by NULLs the anchor: every row of the
 * result has exactly one anchor row, which lives on one shard. A source T is connected when the facts that hold for its rows
 * that matter make its key equal to the key of a connected source: then the T rows that row could meet are on the same
 * shard; a row that meets none there meets none elsewhere. Reference tables are on every shard. When all sources are
 * connected, the result is the union over shards of the same statement over the shard's rows, and no row comes twice.
 * A subquery whose sources are all connected to the block around it sees on the row's shard all it can see anywhere.
 */
export class LocalityProof {
  readonly #binding: Binding;
  readonly #flow: Flow;

  constructor(binding: Binding, flow: Flow) {
    this.#binding = binding;
    this.#flow = flow;
  }

  /** `around`: key tuples of the rows this query is evaluated for; null when it stands on its own. */
  query(query: BoundQuery, around: readonly KeyTuple[] | null, top: boolean): Locality {
    switch (query.kind) {
      case 'values':
        return anywhere;
      case 'paren': {
        const inner = this.query(query.query, around, top && !query.limited);
        return this.#cut(inner, query.limited && !top, around);
      }
      case 'set':
        return this.#set(query, around, top);
      case 'block':
        return this.#block(query, around, top);
    }
  }

  #cut(inner: Locality, limited: boolean, around: readonly KeyTuple[] | null): Locality {
    if (inner.kind !== 'additive' || !limited || around !== null) return inner;
    return mixed('a LIMIT inside counts rows of all shards');
  }

  #set(
    query: Extract<BoundQuery, { kind: 'set' }>,
    around: readonly KeyTuple[] | null,
    top: boolean,
  ): Locality {
    const left = this.query(query.left, around, false);
    const right = this.query(query.right, around, false);
    if (left.kind === 'mixed') return left;
    if (right.kind === 'mixed') return right;
    if (left.kind === 'anywhere' && right.kind === 'anywhere') return anywhere;
    if (around !== null) return { kind: 'additive', keys: [] };
    if (left.kind !== right.kind) return mixed('one branch is the same on every shard, the other is not');
    if (query.operator !== 'union' || !query.all)
      return mixed(`${query.operator} compares rows of all shards`);
    if (query.limited && !top) return mixed('a LIMIT inside counts rows of all shards');
    return { kind: 'additive', keys: [] };
  }

  #block(block: Block, around: readonly KeyTuple[] | null, top: boolean): Locality {
    const connected: KeyTuple[] = around === null ? [] : [...around];
    const pending: { source: Source; keys: readonly KeyTuple[] }[] = [];
    for (const source of block.sources) {
      const seen = [...connected, ...pending.flatMap((item) => item.keys)];
      const found = this.#source(source, seen, around);
      if (found.kind === 'mixed') return found;
      if (found.kind === 'additive') pending.push({ source, keys: found.keys });
    }
    const own = pending.length > 0;
    if (around === null && own) {
      const index = pending.findIndex((item) => this.#flow.preserved.has(item.source.id));
      const [anchor] = index < 0 ? [] : pending.splice(index, 1);
      if (anchor === undefined) return mixed('an outer join keeps rows that every shard has');
      connected.push(...anchor.keys);
    }
    const stuck = this.#connect(pending, connected);
    if (stuck !== null) return mixed(`${stuck.alias} is not joined on the same shard key`);
    let subqueries = false;
    for (const use of block.subqueries) {
      const inner = this.query(use.query, connected, false);
      if (inner.kind === 'mixed') return inner;
      if (inner.kind === 'additive') subqueries = true;
      if (inner.kind === 'additive' && !own && around === null)
        return mixed('a subquery needs rows of all shards');
    }
    if (!own) return subqueries ? { kind: 'additive', keys: [] } : anywhere;
    const why = top || around !== null ? null : this.incomplete(block, connected);
    return why === null ? { kind: 'additive', keys: connected } : mixed(why);
  }

  /** Connects what can be connected; the first source that cannot, or null. */
  #connect(pending: { source: Source; keys: readonly KeyTuple[] }[], connected: KeyTuple[]): Source | null {
    let left = pending;
    for (;;) {
      const rest = left.filter((item) => {
        const linked = item.keys.some((tuple) => this.#linked(item.source, tuple, connected));
        if (linked) connected.push(...item.keys);
        return !linked;
      });
      if (rest.length === 0) return null;
      if (rest.length === left.length) return rest[0]?.source ?? null;
      left = rest;
    }
  }

  #linked(source: Source, tuple: KeyTuple, connected: readonly KeyTuple[]): boolean {
    const facts = this.#flow.held.get(source.id)?.facts ?? [];
    if (!tuple.key.exact) return false;
    const groups = tuple.columns.map((column) => equalClass(column, facts));
    return connected.some(
      (other) =>
        other.keyspace === tuple.keyspace &&
        sameVindex(other.key, tuple.key) &&
        other.columns.length === groups.length &&
        other.columns.every((column, index) => includesColumn(groups[index] ?? [], column)),
    );
  }

  #source(source: Source, connected: readonly KeyTuple[], around: readonly KeyTuple[] | null): Locality {
    switch (source.kind) {
      case 'function':
        return anywhere;
      case 'table':
        return this.#table(source);
      case 'query':
        return this.#querySource(source, connected, around);
    }
  }

  #table(source: TableSource): Locality {
    const { table } = source;
    if (table.kind === 'reference') return anywhere;
    const [key] = table.columnVindexes;
    if (table.kind !== 'sharded' || key === undefined)
      return mixed(`${source.alias} is a ${table.kind} table`);
    return { kind: 'additive', keys: [{ key, keyspace: table.keyspace, columns: keyColumns(source, key) }] };
  }

  #querySource(
    source: QuerySource,
    connected: readonly KeyTuple[],
    around: readonly KeyTuple[] | null,
  ): Locality {
    if (source.cte?.recursive) {
      const inner = this.query(source.query, [], false);
      return inner.kind === 'anywhere' ? anywhere : mixed(`recursion in ${source.alias} may cross shards`);
    }
    const outside = source.lateral ? [...connected] : source.cte === null ? around : null;
    const alone = this.query(source.query, null, false);
    if (alone.kind === 'anywhere') return anywhere;
    if (alone.kind === 'additive') return { kind: 'additive', keys: this.#shown(source, alone.keys) };
    if (outside === null || outside.length === 0) return alone;
    const inner = this.query(source.query, outside, false);
    if (inner.kind === 'mixed') return alone;
    return anywhere;
  }

  /** Key tuples whose columns the derived table shows. */
  #shown(source: QuerySource, keys: readonly KeyTuple[]): readonly KeyTuple[] {
    const output = outputOf(source.query);
    if (output === null) return [];
    const names = source.columns.length > 0 ? source.columns : output.map((column) => column.name);
    return keys.flatMap((tuple) => {
      const columns = tuple.columns.flatMap((column): ColumnId[] => {
        const index = output.findIndex((one) => one.column !== null && this.sameValue(one.column, column));
        const name = names[index];
        return name === undefined ? [] : [{ source, name: lower(name) }];
      });
      return columns.length === tuple.columns.length ? [{ ...tuple, columns }] : [];
    });
  }

  /** The columns are equal in every row of their block's result, and neither comes from a null-supplied source. */
  sameValue(a: ColumnId, b: ColumnId): boolean {
    const { preserved, held } = this.#flow;
    if (!preserved.has(a.source.id) || !preserved.has(b.source.id)) return false;
    return includesColumn(equalClass(a, held.get(a.source.id)?.facts ?? []), b);
  }

  /** Why the block's groups, DISTINCT, windows or LIMIT reach over shards; null when each shard has whole ones. */
  incomplete(block: Block, keys: readonly KeyTuple[]): string | null {
    if (limitOf(block) !== null) return 'a LIMIT inside counts rows of all shards';
    if (groupExpressions(block) !== null && !this.groupsLocal(block, keys)) return 'groups reach over shards';
    if (hasWindow(block) && !this.windowsLocal(block, keys)) return 'windows reach over shards';
    if (selectOf(block)?.distinct && !this.distinctLocal(block, keys))
      return 'DISTINCT compares rows of all shards';
    return null;
  }

  groupsLocal(block: Block, keys: readonly KeyTuple[]): boolean {
    if (selectOf(block)?.groupBy?.rollup) return false;
    return this.holdsKey(
      (groupExpressions(block) ?? []).map((one) => this.#grouped(one, block)),
      keys,
    );
  }

  distinctLocal(block: Block, keys: readonly KeyTuple[]): boolean {
    return this.holdsKey(
      (block.output ?? []).map((one) => one.column),
      keys,
    );
  }

  windowsLocal(block: Block, keys: readonly KeyTuple[]): boolean {
    const specs = windowSpecsIn(block);
    if (specs === null) return false;
    return specs.every((spec) =>
      this.holdsKey(
        spec.partitionBy.map((one) => this.#column(one)),
        keys,
      ),
    );
  }

  /** The columns include all of some key tuple (through equalities). */
  holdsKey(columns: readonly (ColumnId | null)[], keys: readonly KeyTuple[]): boolean {
    const known = columns.filter((column) => column !== null);
    return keys.some(
      (tuple) =>
        tuple.key.exact && tuple.columns.every((key) => known.some((column) => this.sameValue(column, key))),
    );
  }

  #column(expression: Expression): ColumnId | null {
    return columnOf(expression, this.#binding.columns);
  }

  /** A group's column; a position means the select item there. */
  #grouped(expression: Expression, block: Block): ColumnId | null {
    if (expression.kind !== 'literal' || expression.type !== 'integer') return this.#column(expression);
    return block.output?.[Number(expression.text) - 1]?.column ?? null;
  }
}
