// The bytes a value is hashed by: its text; NULL is no byte at all.
import { bytesOf } from '../key-bytes.ts';
import type { VindexValue } from '../vindex.ts';

/** Integers, decimals and temporals by their text, strings by their bytes, as Vitess's `ToBytes`. */
export function valueText(value: VindexValue): string {
  return value.kind === 'null' ? '' : value.text;
}

export function valueBytes(value: VindexValue): Uint8Array {
  return bytesOf(valueText(value));
}

/** Value kinds that are hashed by their bytes. */
export const hashableKinds: readonly VindexValue['kind'][] = [
  'integer',
  'bytes',
  'decimal',
  'date',
  'datetime',
  'null',
];
