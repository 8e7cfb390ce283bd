// What a run of a plan would send to whom, found without asking any server.
import { resolveDestination } from '../../engine/destination.ts';
import { refuseLeftOut } from '../../engine/insert/insert.ts';
import { placedRowText, placesOf, rowsByShard } from '../../engine/insert/insert-places.ts';
import { readOf } from '../../engine/insert/insert-read.ts';
import { type RowSource, rowSource } from '../../engine/insert/insert-rows.ts';
import { splitInsert } from '../../engine/insert/insert-split.ts';
import { shardText } from '../../engine/shard-text.ts';
import type { Destination } from '../../plan/destination.ts';
import type { GatherNode, InsertNode, Plan, PlanNode } from '../../plan/nodes.ts';
import type { RowTarget } from '../../plan/row-target.ts';
import type { Template } from '../../text/template.ts';
import { assertNever, present } from '../../util/assert.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import type { Shard, ShardMap } from '../../vindex/shard-map.ts';
import type { VSchema } from '../../vschema/model.ts';
import type { TextValues } from './text-values.ts';

export interface SentStatement {
  /** `keyspace/shard` ids that get this very text, in order; empty: values decide which. */
  readonly shards: readonly string[];
  /** `workspace`: run on one server over the fragments' rows. */
  readonly role: 'shard' | 'workspace';
  readonly sql: string;
}

export interface OfflineRun {
  /** `keyspace/shard` ids in order; null when a parameter, a lookup table or an evaluated expression decides. */
  readonly shards: readonly string[] | null;
  readonly statements: readonly SentStatement[];
}

/** `text` is the client's SqlText. */
export function offlineRun(plan: Plan, text: string, values: TextValues, vschema: VSchema): OfflineRun {
  const maps = new Map([...vschema.keyspaces].map(([name, keyspace]) => [name, keyspace.shardMap]));
  const run = new Run(text, values, maps);
  run.visit(plan.root);
  return { shards: run.shards, statements: run.statements };
}

class Run {
  readonly #text: string;
  readonly #values: TextValues;
  readonly #maps: ReadonlyMap<string, ShardMap>;
  readonly #found = new Set<string>();
  #decided = true;
  readonly statements: SentStatement[] = [];

  constructor(text: string, values: TextValues, maps: ReadonlyMap<string, ShardMap>) {
    this.#text = text;
    this.#values = values;
    this.#maps = maps;
  }

  get shards(): readonly string[] | null {
    return this.#decided ? [...this.#found] : null;
  }

  visit(node: PlanNode): void {
    switch (node.kind) {
      case 'route': {
        const shards = this.#resolve(node.keyspace, node.destination);
        if (shards !== null && shards.length > 1) this.visit(node.several);
        else this.#send(node.keyspace, shards, node.template);
        break;
      }
      case 'scatter':
      case 'eachShard':
        this.#send(node.keyspace, this.#resolve(node.keyspace, node.destination), node.template);
        break;
      case 'dml': {
        const shards = this.#resolve(node.keyspace, node.destination);
        const asSent = node.unchanged && shards?.length === 1;
        this.#send(node.keyspace, shards, asSent ? null : node.template);
        break;
      }
      case 'gather':
        this.#gather(node);
        break;
      case 'insert':
        this.#insert(node);
        break;
      case 'rowWrites':
        this.visit(node.read.root);
        for (const target of node.targets) this.#writesByKey(target);
        break;
      case 'load':
        this.#decided = false;
        break;
      case 'numbers':
      case 'refuse':
        break;
      default:
        assertNever(node);
    }
  }

  #map(keyspace: string): ShardMap {
    return present(this.#maps.get(keyspace), `keyspace ${keyspace} of the plan`);
  }

  /** A statement that can match nothing still asks one shard for the columns of its empty answer. */
  #resolve(keyspace: string, destination: Destination): readonly Shard[] | null {
    const map = this.#map(keyspace);
    if (asksLookup(destination)) return null;
    const shards = this.#values.decided(() =>
      resolveDestination(destination, {
        map,
        binds: this.#values,
        charset: 'utf8',
        lookups: null,
        anyIndex: 0,
      }),
    );
    return shards?.length === 0 ? map.shards.slice(0, 1) : shards;
  }

  #send(keyspace: string, shards: readonly Shard[] | null, template: Template | null): void {
    if (shards === null) {
      this.#decided = false;
      this.#add(null, this.#render(present(this.#map(keyspace).shards[0], 'a shard'), template));
      return;
    }
    for (const shard of shards) this.#add(shard, this.#render(shard, template));
  }

  #render(shard: Shard, template: Template | null): string {
    if (template === null) return this.#text;
    return shardText({ binds: this.#values, shardMaps: this.#maps }, shard, template, gatherNames);
  }

  /** Shards that get the same text share an entry. */
  #add(shard: Shard | null, sqlText: string): void {
    const sql = readable(sqlText);
    const last = this.statements.at(-1);
    if (shard !== null) this.#found.add(shard.id);
    const ids = shard === null ? [] : [shard.id];
    if (
      last !== undefined &&
      last.role === 'shard' &&
      last.sql === sql &&
      !last.shards.includes(ids[0] ?? '')
    ) {
      this.statements[this.statements.length - 1] = { ...last, shards: [...last.shards, ...ids] };
    } else {
      this.statements.push({ shards: ids, role: 'shard', sql });
    }
  }

  #gather(node: GatherNode): void {
    for (const fragment of node.fragments) {
      this.#send(
        fragment.keyspace,
        this.#resolve(fragment.keyspace, fragment.destination),
        fragment.template,
      );
    }
    const home = present(this.#map(node.keyspace).shards[0], 'a keyspace has a shard');
    const sql = readable(this.#render(home, node.finish));
    this.statements.push({ shards: [], role: 'workspace', sql });
  }

  /** Each row read is written where it lies, unless it moves or lookup rows follow: what is read decides where those are. */
  #writesByKey({ keyspace, head, identity, after, lookups }: RowTarget): void {
    if (after !== null || lookups.length > 0) this.#decided = false;
    const home = present(this.#map(keyspace).shards[0], 'a keyspace has a shard');
    const key = identity.map(({ column }) => `${column.name} = ?`).join(' AND ');
    const sql = readable(`${this.#render(home, head)} ... WHERE ${key}`);
    this.statements.push({ shards: [], role: 'shard', sql });
  }

  #insert(node: InsertNode): void {
    const map = this.#map(node.keyspace);
    const home = present(map.shards[0], 'a keyspace has a shard');
    const read = readOf(node.rows);
    if (read !== null) {
      this.visit(read.root);
      this.#decided = false;
      return;
    }
    const rows = rowSource(node.rows, {
      binds: this.#values,
      render: (template) => this.#render(home, template),
    });
    if (node.guardCell !== null) refuseLeftOut(node, rows, node.guardCell);
    const all = Array.from({ length: rows.count }, (_, row) => row);
    if (node.everywhere) {
      for (const shard of map.shards) this.#addRows(node, shard, all, (row) => rows.rowText(row));
      return;
    }
    const places = node.key === null ? null : placesOfLiterals(node, node.key, map, rows);
    if (places === null) {
      this.#decided = false;
      this.#add(null, this.#text);
      return;
    }
    const groups = rowsByShard(places);
    const only = groups.length === 1 ? groups[0] : undefined;
    if (only !== undefined && node.unchanged) {
      this.#add(only.shard, this.#text);
      return;
    }
    const text = (row: number) => placedRowText(rows, row, places[row]?.replaced ?? null);
    for (const group of groups) this.#addRows(node, group.shard, group.rows, text);
  }

  #addRows(node: InsertNode, shard: Shard, rows: readonly number[], text: (row: number) => string): void {
    const head = this.#render(shard, node.head);
    const tail = this.#render(shard, node.tail);
    for (const statement of splitInsert(shard, head, tail, rows, text).statements)
      this.#add(shard, statement);
  }
}

/** null: some row's value is a parameter, an expression, comes from a sequence, or is converted by a server first. */
function placesOfLiterals(node: InsertNode, key: RoutingKey, map: ShardMap, rows: RowSource) {
  const { sequence } = node;
  if (sequence !== null && (sequence.append || node.shardingCells.includes(sequence.cell))) return null;
  const places = placesOf({ literalCharset: 'utf8' }, node, key, map, rows, []);
  const known = places.filter((place) => place !== null);
  return known.length === places.length ? known : null;
}

/** What stands for things that exist only while a gather runs. */
const gatherNames = {
  workspaceTable: (fragment: number, copy: number) => `_sg_${fragment}_${copy}`,
  keys: (fragment: number, column: number) => `/* values of column ${column} of fragment ${fragment} */`,
};

function asksLookup(destination: Destination): boolean {
  if (destination.kind === 'and' || destination.kind === 'or') return destination.parts.some(asksLookup);
  return 'key' in destination && destination.key.vindex.kind === 'lookup';
}

function readable(sqlText: string): string {
  return Buffer.from(sqlText, 'latin1').toString('utf8').trim();
}
