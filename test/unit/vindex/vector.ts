// Vindex vectors as data: what an input of a type is to a vindex, and what must come out.
import { toHex } from '../../../src/vindex/key-bytes.ts';
import { createVindex } from '../../../src/vindex/registry.ts';
import type { KeyRange, Mapping, Vindex, VindexValue } from '../../../src/vindex/vindex.ts';

export type Input = string | null | { readonly hex: string };

export interface Vector {
  readonly vindex: string;
  readonly op: string;
  readonly params?: Readonly<Record<string, string>> | null;
  readonly input?: Input | readonly Input[];
  readonly inputType?: string;
  readonly inputTypes?: readonly string[];
  readonly keyspaceId?: string;
  readonly keyRanges?: readonly string[];
  readonly error?: string;
  readonly ok?: boolean;
  readonly cost?: number;
  readonly unknownParams?: readonly string[];
  readonly verifyKeyspaceId?: string;
  readonly matches?: boolean;
  readonly reverseFrom?: string | null;
  readonly reverseTo?: Input;
  readonly rangeFrom?: string;
  readonly rangeTo?: string;
  readonly likePattern?: Input;
  readonly prefix?: string;
  readonly weights?: string;
  readonly regionMap?: Readonly<Record<string, number>>;
  readonly notes?: string;
  readonly source?: string;
  readonly testName?: string;
}

/** Builds the vector's vindex; null when it is refused. */
export function vindexOf(vector: Vector): {
  readonly vindex: Vindex | null;
  readonly warnings: readonly string[];
} {
  const params = new Map(Object.entries(vector.params ?? {}));
  const definition = { type: vector.vindex, params, owner: null };
  const { vindex, problems } = createVindex('test', definition, (path) => {
    if (vector.regionMap === undefined) throw new Error(`open ${path}: no such file or directory`);
    return JSON.stringify(vector.regionMap);
  });
  const warnings = problems.flatMap((problem) =>
    problem.severity === 'warning' ? [problem.path.replace('params.', '')] : [],
  );
  return { vindex, warnings };
}

/** The values of a vector's input, as a column of its type would hold them. */
export function valuesOf(vector: Vector): readonly VindexValue[] {
  const { input, inputType = '' } = vector;
  if (input === undefined) throw new Error('a vector without input');
  if (!isList(input)) return [valueFrom(input, inputType)];
  return input.map((item, index) =>
    valueFrom(item, vector.inputTypes?.[index] ?? inputType.replace('-array', '')),
  );
}

function isList(input: Input | readonly Input[]): input is readonly Input[] {
  return Array.isArray(input);
}

function valueFrom(input: Input, type: string): VindexValue {
  if (input === null) return { kind: 'null' };
  if (typeof input !== 'string') {
    return { kind: 'bytes', text: Buffer.from(input.hex, 'hex').toString('latin1') };
  }
  if (/^u?int\d+$/.test(type)) return { kind: 'integer', text: input };
  if (/^float/.test(type)) return { kind: 'decimal', text: input };
  if (type === 'hexval' || type === 'hexnum') {
    return { kind: 'bytes', text: Buffer.from(input.replace(/^0x|^x'|'$/g, ''), 'hex').toString('latin1') };
  }
  return { kind: 'bytes', text: Buffer.from(input, 'utf8').toString('latin1') };
}

export function rangeText({ start, end }: KeyRange): string {
  return `${toHex(start)}-${toHex(end)}`;
}

/** `id <hex>`, `ranges <a-b,...>` or `none`. */
export function mappingText(mapping: Mapping): string {
  if (mapping.kind === 'id') return `id ${toHex(mapping.id)}`;
  return mapping.kind === 'none' ? 'none' : `ranges ${mapping.ranges.map(rangeText).join(',')}`;
}

/** What `map` must give. Errors of Vitess that fail a whole statement are `none` here too: the row has no place. */
export function expectedMapping(vector: Vector): string {
  if (vector.keyspaceId !== undefined) return `id ${vector.keyspaceId}`;
  if (vector.keyRanges !== undefined) return `ranges ${vector.keyRanges.join(',')}`;
  if (vector.error === undefined) throw new Error('a vector without expectation');
  return 'none';
}
