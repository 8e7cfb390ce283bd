// Kind `range`: ordered values cut into intervals, each with a keyspace id of its own; for tables sharded by time.
import { dateText, dateTimeText } from '../canonical/canonical-temporal.ts';
import { functionalVindex, problemsOf, type VindexDefinition, type VindexKind } from '../definition.ts';
import { bytesOf, compareBytes, fromHex, fullRange, prefixEnd, toHex } from '../key-bytes.ts';
import { bigEndian } from '../uint64.ts';
import type { KeyRange, KeyspaceId, Mapping, RangeBound, VindexValue } from '../vindex.ts';

const idBytes = 8;
/** Digits behind the point that no server's DECIMAL exceeds: numbers compare as integers scaled by them. */
const decimalDigits = 38;

type Values = 'integer' | 'decimal' | 'date' | 'datetime' | 'string';
/** What intervals are compared by: numbers scaled, everything else as text whose order is the value's. */
type Point = bigint | string;

interface Intervals {
  readonly values: Values;
  /** Ascending; interval i holds what is at or above split i-1 and below split i. */
  readonly splits: readonly Point[];
  readonly ids: readonly KeyspaceId[];
}

export const rangeKind: VindexKind = {
  type: 'range',
  params: ['values', 'splits', 'ids'],
  create: (name, { params }) => {
    const intervals = parseIntervals(params);
    if (typeof intervals === 'string') return problemsOf(intervals);
    const textual = intervals.values === 'string';
    return functionalVindex({
      name,
      type: 'range',
      idBytes,
      accepts: acceptedKinds(intervals.values),
      map: (values) => map(values, intervals),
      rangeMap: (low, high) => rangeMap(low, high, intervals),
      prefixMap: textual ? (prefix) => prefixMap(prefix, intervals) : null,
    });
  },
};

function acceptedKinds(values: Values): readonly VindexValue['kind'][] {
  switch (values) {
    case 'integer':
      return ['integer'];
    case 'decimal':
      return ['decimal', 'integer'];
    case 'string':
      return ['bytes'];
    case 'date':
    case 'datetime':
      return ['date', 'datetime', 'bytes'];
  }
}

function map(values: readonly VindexValue[], intervals: Intervals): Mapping {
  const value = values[0];
  const point = value === undefined || values.length > 1 ? null : pointOf(value, intervals.values);
  const id = point === null ? undefined : intervals.ids[intervalOf(point, intervals)];
  return id === undefined ? { kind: 'none' } : { kind: 'id', id };
}

/** One range per interval that can match: shards that no interval names are not touched. */
function rangeMap(
  low: RangeBound | null,
  high: RangeBound | null,
  intervals: Intervals,
): readonly KeyRange[] {
  const from = low === null ? null : pointOf(low.value, intervals.values);
  const to = high === null ? null : pointOf(high.value, intervals.values);
  if ((low !== null && from === null) || (high !== null && to === null)) return [fullRange];
  return rangesBetween(from, to, high?.inclusive ?? true, intervals);
}

function rangesBetween(
  from: Point | null,
  to: Point | null,
  inclusive: boolean,
  intervals: Intervals,
): KeyRange[] {
  const first = from === null ? 0 : intervalOf(from, intervals);
  let last = to === null ? intervals.ids.length - 1 : intervalOf(to, intervals);
  // Everything below an interval's own start lies in front of it.
  if (to !== null && !inclusive && last > 0 && intervals.splits[last - 1] === to) last -= 1;
  if (from !== null && to !== null && from > to) return [];
  return intervals.ids.slice(first, last + 1).map((id) => ({ start: id, end: prefixEnd(id) }));
}

function prefixMap(prefix: string, intervals: Intervals): readonly KeyRange[] {
  const end = Buffer.from(prefixEnd(bytesOf(prefix))).toString('latin1');
  return rangesBetween(prefix, end === '' ? null : end, false, intervals);
}

/** Binary search: how many splits are at or below the point. */
function intervalOf(point: Point, { splits }: Intervals): number {
  let low = 0;
  let high = splits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const split = splits[middle];
    if (split !== undefined && split <= point) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pointOf(value: VindexValue, values: Values): Point | null {
  if (value.kind === 'null' || !acceptedKinds(values).includes(value.kind)) return null;
  return parsePoint(value.text, values);
}

function parsePoint(text: string, values: Values): Point | null {
  switch (values) {
    case 'integer':
      return /^-?\d{1,40}$/.test(text) ? BigInt(text) : null;
    case 'decimal':
      return scaledDecimal(text);
    case 'date':
    case 'datetime':
      // A bare day stands at its midnight; trailing zeros of fractions would make equal instants differ.
      return temporalPoint(text);
    case 'string':
      return text;
  }
}

function temporalPoint(text: string): string | null {
  const instant = dateTimeText(text, 6);
  return instant ?? dateText(text, true);
}

function scaledDecimal(text: string): bigint | null {
  const match = /^(-?)(\d{0,80})(?:\.(\d{0,38}))?$/.exec(text);
  if (match === null || (match[2] ?? '') + (match[3] ?? '') === '') return null;
  const digits = BigInt((match[2] ?? '') + (match[3] ?? '').padEnd(decimalDigits, '0'));
  return match[1] === '-' ? -digits : digits;
}

function parseIntervals(params: ReadonlyMap<string, string>): Intervals | string {
  const values = params.get('values');
  if (!isValues(values)) {
    return `found values ${JSON.stringify(values ?? null)}; allowed: integer, decimal, date, datetime, string`;
  }
  const text = params.get('splits');
  if (text === undefined) return 'needs the parameter splits (comma-separated values in ascending order)';
  const splits: Point[] = [];
  for (const entry of text.split(',')) {
    const trimmed = entry.trim();
    const spelled = values === 'string' ? Buffer.from(trimmed, 'utf8').toString('latin1') : trimmed;
    const point = trimmed === '' ? null : parsePoint(spelled, values);
    if (point === null) return `found the split "${trimmed}"; allowed: a ${values} in canonical form`;
    const previous = splits.at(-1);
    if (previous !== undefined && point <= previous) return `split "${trimmed}" does not ascend`;
    splits.push(point);
  }
  const ids = parseIds(params.get('ids'), splits.length + 1);
  return typeof ids === 'string' ? ids : { values, splits, ids };
}

function isValues(text: string | undefined): text is Values {
  return ['integer', 'decimal', 'date', 'datetime', 'string'].some((values) => values === text);
}

function parseIds(text: string | undefined, count: number): readonly KeyspaceId[] | string {
  if (text === undefined) return evenIds(count);
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.length !== count) {
    return `found ${entries.length} ids; allowed: ${count}, one for each interval the splits make`;
  }
  const ids: KeyspaceId[] = [];
  for (const entry of entries) {
    const bytes = fromHex(entry);
    if (bytes === null || bytes.length === 0 || bytes.length > idBytes) {
      return `found the id "${entry}"; allowed: 1 to ${idBytes} bytes in hexadecimal`;
    }
    const id = new Uint8Array(idBytes);
    id.set(bytes);
    const previous = ids.at(-1);
    if (previous !== undefined && compareBytes(previous, id) >= 0) return `id "${entry}" does not ascend`;
    ids.push(id);
  }
  return ids;
}

/** Without given ids interval i starts at floor(i * 2^64 / count). */
function evenIds(count: number): readonly KeyspaceId[] {
  return Array.from({ length: count }, (_, index) => {
    const start = (BigInt(index) << 64n) / BigInt(count);
    return bigEndian(Number(start >> 32n), Number(start & 0xffff_ffffn));
  });
}

/**
 * Why rows could be lost when `after` replaces `before`: the first interval whose start would get another id. Null when
 * every interval stays. Adding a split with an id of its own keeps the others.
 */
export function movedInterval(before: VindexDefinition, after: VindexDefinition): string | null {
  const old = parseIntervals(before.params);
  const now = parseIntervals(after.params);
  if (typeof old === 'string' || typeof now === 'string') return null;
  if (old.values !== now.values) return `values changes from ${old.values} to ${now.values}`;
  for (const [index, id] of old.ids.entries()) {
    const start = index === 0 ? null : old.splits[index - 1];
    const interval = start === null || start === undefined ? 0 : intervalOf(start, now);
    const moved = now.ids[interval];
    if (moved === undefined || compareBytes(id, moved) !== 0) {
      return `interval ${index} would move from id ${toHex(id)} to ${moved === undefined ? 'none' : toHex(moved)}`;
    }
  }
  return null;
}
