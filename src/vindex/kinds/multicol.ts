// Kind `multicol`: several columns, each hashed by a kind of its own; the first bytes of each make the id.
import { functionalVindex, problemsOf, type VindexContext, type VindexKind } from '../definition.ts';
import { prefixRange } from '../key-bytes.ts';
import type { FunctionalVindex, Mapping, VindexValue } from '../vindex.ts';
import { hashingKinds } from './hashing-kinds.ts';
import { parseWholeNumber } from './integer-params.ts';

const idBytes = 8;

export const multicolKind: VindexKind = {
  type: 'multicol',
  // Parameters it does not know belong to its column vindexes.
  params: null,
  create: (name, { params }, context) => {
    const count = parseWholeNumber(params.get('column_count') ?? '', 1, idBytes);
    if (count === null) {
      const found = JSON.stringify(params.get('column_count') ?? null);
      return problemsOf(`found column_count ${found}; allowed: 1 to ${idBytes}`);
    }
    const widths = columnWidths(count, params.get('column_bytes'));
    if (typeof widths === 'string') return problemsOf(widths);
    const parts = columnParts(count, params, context);
    if (typeof parts === 'string') return problemsOf(parts);
    return functionalVindex({
      name,
      type: 'multicol',
      idBytes,
      columnCount: count,
      cost: parts.reduce((sum, part) => sum + part.cost, 0),
      nullable: parts.every((part) => part.nullable),
      equality: parts.some((part) => part.equality === 'looseText') ? 'looseText' : 'exact',
      accepts: [...new Set(parts.flatMap((part) => part.accepts))],
      map: (values) => map(values, parts, widths),
    });
  },
};

/** Bytes per column: those given; the rest of eight is shared out, each column in order taking its fair share rounded up. */
function columnWidths(count: number, text: string | undefined): readonly number[] | string {
  const given = text === undefined ? [] : text.split(',');
  if (given.length > count) return `column_bytes has ${given.length} entries for ${count} columns`;
  const widths: (number | null)[] = [];
  let remaining = idBytes;
  for (let column = 0; column < count; column++) {
    const entry = given[column] ?? '';
    const width = entry === '' ? null : parseWholeNumber(entry, 1, idBytes);
    if (entry !== '' && width === null)
      return `found column_bytes entry "${entry}"; allowed: 1 to ${idBytes}`;
    widths.push(width);
    remaining -= width ?? 0;
  }
  let pending = widths.filter((width) => width === null).length;
  if (remaining < pending)
    return `column_bytes leaves ${remaining} of ${idBytes} bytes for ${pending} columns`;
  return widths.map((width) => {
    if (width !== null) return width;
    const share = Math.ceil(remaining / pending);
    remaining -= share;
    pending -= 1;
    return share;
  });
}

function columnParts(
  count: number,
  params: ReadonlyMap<string, string>,
  context: VindexContext,
): readonly FunctionalVindex[] | string {
  const types = (params.get('column_vindex') ?? '').split(',').map((type) => type.trim());
  if (types.length > count) return `column_vindex has ${types.length} entries for ${count} columns`;
  const own = new Set(['column_count', 'column_bytes', 'column_vindex']);
  const handedOn = new Map([...params].filter(([key]) => !own.has(key)));
  const parts: FunctionalVindex[] = [];
  for (let column = 0; column < count; column++) {
    const type = types[column] || 'hash';
    const part = context.createPart(type, handedOn);
    if (part.kind === 'problems') return `column_vindex "${type}": ${part.problems.join('; ')}`;
    if (part.kind !== 'functional' || !hashingKinds.has(type)) {
      return `found column_vindex "${type}"; allowed: ${[...hashingKinds].join(', ')}`;
    }
    parts.push(part);
  }
  return parts;
}

function map(
  values: readonly VindexValue[],
  parts: readonly FunctionalVindex[],
  widths: readonly number[],
): Mapping {
  if (values.length === 0 || values.length > parts.length) return { kind: 'none' };
  const bytes: number[] = [];
  let end = 0;
  for (const [column, value] of values.entries()) {
    const mapped = parts[column]?.map([value]);
    if (mapped?.kind !== 'id') return { kind: 'none' };
    // A hash shorter than its share leaves zeros in front of the next column only.
    while (bytes.length < end) bytes.push(0);
    const width = widths[column] ?? 0;
    bytes.push(...mapped.id.subarray(0, width));
    end += width;
  }
  const id = Uint8Array.from(bytes);
  return values.length === parts.length ? { kind: 'id', id } : { kind: 'ranges', ranges: [prefixRange(id)] };
}
