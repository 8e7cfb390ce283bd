// Kind `numeric_static_map`: integers listed in a JSON map have the ids it gives, others their own or a fallback kind's.
import {
  functionalVindex,
  type PartProblems,
  problemsOf,
  type VindexContext,
  type VindexKind,
} from '../definition.ts';
import { bigEndian, parseUint64, type Uint64, uint64Text } from '../uint64.ts';
import type { FunctionalVindex, KeyspaceId, Mapping, VindexValue } from '../vindex.ts';
import { hashingKinds } from './hashing-kinds.ts';
import { numericId } from './numeric.ts';

export const numericStaticMapKind: VindexKind = {
  type: 'numeric_static_map',
  params: ['json', 'json_path', 'fallback_type'],
  create: (name, { params }, context) => {
    const json = params.get('json');
    const file = params.get('json_path');
    if (json !== undefined && file !== undefined) return problemsOf('takes json or json_path, not both');
    const entries = readMap(json, file, context);
    if (typeof entries === 'string') return problemsOf(entries);
    const fallback = createFallback(params.get('fallback_type'), context);
    if (fallback?.kind === 'problems') return fallback;
    return functionalVindex({
      name,
      type: 'numeric_static_map',
      accepts: ['integer', 'bytes'],
      map: (values) => map(values, entries, fallback),
    });
  },
};

function createFallback(
  type: string | undefined,
  context: VindexContext,
): FunctionalVindex | PartProblems | null {
  if (type === undefined) return null;
  const fallback = context.createPart(type, new Map());
  if (fallback.kind === 'problems') return fallback;
  if (fallback.kind === 'functional' && hashingKinds.has(type)) return fallback;
  return problemsOf(`found fallback_type "${type}"; allowed: ${[...hashingKinds].join(', ')}`);
}

function map(
  values: readonly VindexValue[],
  entries: ReadonlyMap<string, KeyspaceId>,
  fallback: FunctionalVindex | null,
): Mapping {
  const value = values[0];
  if (values.length !== 1 || (value?.kind !== 'integer' && value?.kind !== 'bytes')) return { kind: 'none' };
  const number = parseUint64(value.text);
  if (number === null) return { kind: 'none' };
  const listed = entries.get(uint64Text(number));
  if (listed !== undefined) return { kind: 'id', id: listed };
  if (fallback !== null) return fallback.map(values);
  const id = numericId(value);
  return id === null ? { kind: 'none' } : { kind: 'id', id };
}

function readMap(
  json: string | undefined,
  file: string | undefined,
  context: VindexContext,
): Map<string, KeyspaceId> | string {
  if (json !== undefined) return parseMap(json);
  if (file === undefined) return 'needs the parameter json or json_path';
  try {
    return parseMap(context.readFile(file));
  } catch (error) {
    return `json_path ${file}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/*
 * A flat object of digits: JSON.parse would round values above 2^53, which occur. Tokens are read by hand instead, after
 * JSON.parse has said that the text is JSON at all.
 */
function parseMap(json: string): Map<string, KeyspaceId> | string {
  try {
    const content: unknown = JSON.parse(json);
    if (typeof content !== 'object' || content === null || Array.isArray(content))
      return 'found no JSON object';
  } catch (error) {
    return `found no valid JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const entries = new Map<string, KeyspaceId>();
  const body = json.trim().slice(1, -1).trim();
  for (const entry of body === '' ? [] : body.split(',')) {
    const match = /^\s*"(\d+)"\s*:\s*(\d+)\s*$/.exec(entry);
    const key = match === null ? null : parseUint64(match[1] ?? '');
    const value: Uint64 | null = match === null ? null : parseUint64(match[2] ?? '');
    if (key === null || value === null) {
      return `found the entry ${entry.trim()}; allowed: "digits": digits, both below 2^64`;
    }
    entries.set(uint64Text(key), bigEndian(value.high, value.low));
  }
  return entries;
}
