// A plan for people and golden tests: a JSON tree with readable templates, and the same as indented text.
import type { Template, ValueRef } from '../text/template.ts';
import { assertNever } from '../util/assert.ts';
import type { RoutingKey } from '../vindex/routing-key.ts';
import type { Destination } from './destination.ts';
import type {
  Fragment,
  FragmentColumn,
  InsertCell,
  InsertNode,
  InsertRows,
  Limit,
  Merge,
  Plan,
  PlanNode,
  RowNumbers,
  RowWritesNode,
  SortKey,
} from './nodes.ts';
import type { RowLookup, RowTarget } from './row-target.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

/** Everything a plan says, without references into the vschema: vindexes by name, templates as text. */
export function describePlan(plan: Plan): JsonObject {
  const { label, keyspace, reasons, readOnly, locks } = plan;
  return { label, keyspace, readOnly, locks, reasons, root: describeNode(plan.root) };
}

export function describeNode(node: PlanNode): JsonObject {
  switch (node.kind) {
    case 'route':
      return {
        kind: node.kind,
        keyspace: node.keyspace,
        destination: describeDestination(node.destination),
        statement: node.template === null ? 'as sent' : describeTemplate(node.template),
        ...(needsSeveral(node.destination) ? { several: describeNode(node.several) } : {}),
      };
    case 'scatter':
      return describeScatter(node);
    case 'gather':
      return describeGather(node);
    case 'insert':
      return describeInsert(node);
    case 'dml':
      return {
        kind: node.kind,
        keyspace: node.keyspace,
        destination: describeDestination(node.destination),
        statement: describeTemplate(node.template),
        unchanged: node.unchanged,
        ...(node.everywhere ? { everywhere: true } : {}),
        ...(node.pinTime ? { pinTime: true } : {}),
      };
    case 'rowWrites':
      return describeRowWrites(node);
    case 'load':
      return { kind: node.kind, file: describeRef(node.file), insert: describeInsert(node.insert) };
    case 'numbers': {
      const { kind, keyspace, sequence } = node;
      return { kind, keyspace, sequence, count: describeRef(node.count) };
    }
    case 'eachShard':
      return {
        kind: node.kind,
        keyspace: node.keyspace,
        destination: describeDestination(node.destination),
        statement: describeTemplate(node.template),
        result: node.result,
        ...(node.warning === null ? {} : { warning: node.warning }),
      };
    case 'refuse':
      return {
        kind: node.kind,
        id: node.id,
        errno: node.errno,
        message: node.message,
        asksServer: node.ask !== null,
      };
    default:
      return assertNever(node);
  }
}

function describeScatter(node: Extract<PlanNode, { kind: 'scatter' }>): JsonObject {
  return {
    kind: node.kind,
    keyspace: node.keyspace,
    destination: describeDestination(node.destination),
    statement: describeTemplate(node.template),
    merge: describeMerge(node.merge),
    limit: describeLimit(node.limit),
    ...(node.hiddenColumns > 0 ? { hiddenColumns: node.hiddenColumns } : {}),
    ...(node.pinTime ? { pinTime: true } : {}),
  };
}

function describeGather(node: Extract<PlanNode, { kind: 'gather' }>): JsonObject {
  return {
    kind: node.kind,
    keyspace: node.keyspace,
    fragments: node.fragments.map(describeFragment),
    finish: describeTemplate(node.finish),
    describe: node.describe === null ? null : describeTemplate(node.describe),
    ...(node.pinTime ? { pinTime: true } : {}),
  };
}

/** Whether a run may find more than one shard. */
function needsSeveral(destination: Destination): boolean {
  return destination.kind !== 'any' && !(destination.kind === 'shard' && destination.shards.length === 1);
}

function describeFragment(fragment: Fragment): JsonObject {
  return {
    id: fragment.id,
    keyspace: fragment.keyspace,
    destination: describeDestination(fragment.destination),
    statement: describeTemplate(fragment.template),
    columns: fragment.columns.map(describeColumn),
    shape: fragment.shape === null ? null : describeTemplate(fragment.shape),
    keys: fragment.keys.map(
      (key) => `${key.primary ? 'primary' : key.unique ? 'unique' : 'index'}(${key.columns.join(', ')})`,
    ),
    note: fragment.note,
  };
}

function describeColumn(column: FragmentColumn): string {
  const marks = `${column.kind === 'computed' ? ' computed' : ''}${column.indexed ? ' indexed' : ''}`;
  return `${column.name} = ${describeTemplate(column.sql)}${marks}`;
}

function describeInsert(node: InsertNode): JsonObject {
  return {
    kind: node.kind,
    keyspace: node.keyspace,
    table: node.table,
    head: describeTemplate(node.head),
    tail: describeTemplate(node.tail),
    ...(node.returning === undefined ? {} : { returning: describeTemplate(node.returning) }),
    rows: describeRows(node.rows),
    shardingCells: node.shardingCells,
    sequence: node.sequence === null ? null : describeNumbers(node.sequence),
    guardCell: node.guardCell,
    everywhere: node.everywhere,
    ...(node.shard === undefined ? {} : { shard: node.shard }),
    unchanged: node.unchanged,
    ...(node.pinTime ? { pinTime: true } : {}),
    ...(node.lookups === undefined ? {} : { lookups: node.lookups.map(describeLookup) }),
  };
}

function describeNumbers({ source, cell, append }: RowNumbers): JsonObject {
  const name = source.kind === 'sequence' ? source.sequence : source.kind;
  return { name, cell, append };
}

function describeRowWrites(node: RowWritesNode): JsonObject {
  return {
    kind: node.kind,
    keyspace: node.keyspace,
    verb: node.verb,
    read: describeNode(node.read.root),
    targets: node.targets.map(describeTarget),
    ...(node.returning === undefined ? {} : { returning: describeTemplate(node.returning) }),
    ...(node.pinTime ? { pinTime: true } : {}),
  };
}

function describeTarget(target: RowTarget): JsonObject {
  const { place, after } = target;
  const where = target.identity.map(({ column }) => column.name).join(', ');
  return {
    table: `${target.keyspace}.${target.table}`,
    place: place.kind === 'key' ? keyName(place.key) : place.kind === 'shard' ? place.shard : place.kind,
    statement: `${describeTemplate(target.head)} ... WHERE ${where} = ...${describeTemplate(target.tail)}`,
    ...(target.values.length > 0 ? { values: target.values.map(({ column }) => readable(column)) } : {}),
    ...(target.lookups.length > 0 ? { lookups: target.lookups.map(describeLookup) } : {}),
    ...(after === null ? {} : { rowsMayMove: after.copied !== null }),
  };
}

function describeLookup({ key, owned }: RowLookup): string {
  return `${keyName(key)}${owned ? '' : ' (verified)'}`;
}

function describeRows(rows: InsertRows): Json {
  if (rows.kind === 'slot') return `rows slot ${rows.slot}`;
  if (rows.kind === 'query') return { read: describeNode(rows.read.root) };
  const cells = rows.rows.map((row) => ({
    text: describeTemplate(row.template),
    cells: row.cells.map(describeCell),
  }));
  return rows.read === undefined ? cells : { read: describeNode(rows.read.root), cells };
}

function describeCell(cell: InsertCell): string {
  switch (cell.kind) {
    case 'value':
      return describeRef(cell.ref);
    case 'default':
      return 'DEFAULT';
    case 'expression':
      return describeTemplate(cell.template);
    case 'read':
      return `{column ${cell.column} of what is read}`;
    default:
      return assertNever(cell);
  }
}

function describeMerge(merge: Merge): Json {
  switch (merge.kind) {
    case 'concat':
      return 'concat';
    case 'mergeSort':
      return { mergeSort: merge.keys.map(describeKey) };
    case 'fold':
      return { fold: merge.columns.map((column) => `${column.fold} as ${column.compare}`) };
    default:
      return assertNever(merge);
  }
}

function describeKey(key: SortKey): string {
  const pad = key.padHex === null ? '' : ` padded with ${key.padHex}`;
  return `column ${key.column}${key.descending ? ' desc' : ''} as ${key.compare}${pad}`;
}

function describeLimit(limit: Limit | null): Json {
  if (limit === null) return null;
  return {
    offset: limit.offset === null ? null : describeRef(limit.offset),
    count: describeRef(limit.count),
  };
}

export function describeDestination(destination: Destination): Json {
  switch (destination.kind) {
    case 'all':
    case 'none':
    case 'any':
      return destination.kind;
    case 'shard':
      return { shards: destination.shards };
    case 'equal':
      return { equal: keyName(destination.key), values: destination.values.map(describeRef) };
    case 'in':
      return {
        in: keyName(destination.key),
        values:
          destination.listSlot === null
            ? destination.tuples.map((tuple) => tuple.map(describeRef))
            : `list :v${destination.listSlot}`,
      };
    case 'range':
      return {
        range: keyName(destination.key),
        low: destination.low === null ? null : bound(destination.low, '>'),
        high: destination.high === null ? null : bound(destination.high, '<'),
      };
    case 'prefix':
      return { prefix: keyName(destination.key), pattern: describeRef(destination.pattern) };
    case 'and':
      return { and: destination.parts.map(describeDestination) };
    case 'or':
      return { or: destination.parts.map(describeDestination) };
    default:
      return assertNever(destination);
  }
}

function bound(side: { readonly value: ValueRef; readonly inclusive: boolean }, operator: string): string {
  return `${operator}${side.inclusive ? '=' : ''} ${describeRef(side.value)}`;
}

function keyName(key: RoutingKey): string {
  return `${key.table}(${key.columns.map((column) => column.name).join(', ')}) by ${key.vindex.name}`;
}

function describeRef(ref: ValueRef): string {
  switch (ref.kind) {
    case 'slot':
      return `${ref.negative ? '-' : ''}:v${ref.slot}`;
    case 'item':
      return `:v${ref.slot}[${ref.item}]`;
    case 'param':
      return `:p${ref.index}`;
    case 'constant':
      return readable(ref.sql);
    default:
      return assertNever(ref);
  }
}

/** `:v0` a literal, `:p0` a parameter, `{shop}` a physical database, `{fragment 0}` its table on the workspace. */
export function describeTemplate(template: Template): string {
  return template
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return readable(part.text);
        case 'value':
          return describeRef(part.ref);
        case 'database':
          return `{${part.keyspace}}`;
        case 'limit':
          return `{${part.offset === null ? '' : `${describeRef(part.offset)} + `}${describeRef(part.count)}}`;
        case 'workspace':
          return `{fragment ${part.fragment}${part.copy > 0 ? ` copy ${part.copy}` : ''}}`;
        case 'keys':
          return `{keys of fragment ${part.fragment}, column ${part.column}}`;
        default:
          return assertNever(part);
      }
    })
    .join('');
}

/** SqlText as people read it. */
function readable(sql: string): string {
  return Buffer.from(sql, 'latin1').toString('utf8');
}

/** The tree as indented lines, for `explain`. */
export function planLines(plan: Plan): readonly string[] {
  const { root, reasons, ...facts } = describePlan(plan);
  const why = Array.isArray(reasons) ? reasons.map((reason) => `  - ${String(reason)}`) : [];
  return [`plan: ${String(facts['label'])}`, 'reasons:', ...why, ...lines('root', root ?? null, 0)];
}

function lines(name: string, value: Json, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (value === null || typeof value !== 'object') return [`${indent}${name}: ${String(value)}`];
  const entries: (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((item: Json, index) => [String(index), item])
    : Object.entries(value);
  if (entries.length === 0) return [];
  return [`${indent}${name}:`, ...entries.flatMap(([key, item]) => lines(key, item, depth + 1))];
}
