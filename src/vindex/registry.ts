// All vindex kinds by name, and the way from a vschema's definition to a vindex.
import { didYouMean } from '../util/nearest.ts';
import { errorAt, type Problem, warningAt } from '../util/problem.ts';
import { problemsOf, type VindexContext, type VindexDefinition, type VindexKind } from './definition.ts';
import { binaryKind } from './kinds/binary.ts';
import { binaryMd5Kind } from './kinds/binary-md5.ts';
import { cfcKind } from './kinds/cfc.ts';
import { hashKind } from './kinds/hash.ts';
import { lookupKinds } from './kinds/lookup.ts';
import { multicolKind } from './kinds/multicol.ts';
import { nullKind } from './kinds/null.ts';
import { numericKind } from './kinds/numeric.ts';
import { numericStaticMapKind } from './kinds/numeric-static-map.ts';
import { rangeKind } from './kinds/range.ts';
import { regionExperimentalKind } from './kinds/region-experimental.ts';
import { regionJsonKind } from './kinds/region-json.ts';
import { reverseBitsKind } from './kinds/reverse-bits.ts';
import { unicodeLooseMd5Kind, unicodeLooseXxhashKind } from './kinds/unicode-loose.ts';
import { xxhashKind } from './kinds/xxhash.ts';
import type { Vindex } from './vindex.ts';

const kinds: ReadonlyMap<string, VindexKind> = new Map(
  [
    binaryKind,
    binaryMd5Kind,
    cfcKind,
    hashKind,
    multicolKind,
    nullKind,
    numericKind,
    numericStaticMapKind,
    rangeKind,
    regionExperimentalKind,
    regionJsonKind,
    reverseBitsKind,
    unicodeLooseMd5Kind,
    unicodeLooseXxhashKind,
    xxhashKind,
    ...lookupKinds,
  ].map((kind) => [kind.type, kind]),
);

/** Names of all kinds, in alphabetical order. */
export const vindexTypes: readonly string[] = [...kinds.keys()].sort();

/** `vindex` is null exactly when there is an error among the problems; their paths are parameters or empty. */
export interface CreatedVindex {
  readonly vindex: Vindex | null;
  readonly problems: readonly Problem[];
}

/**
 * Builds a vindex. Unknown parameters are warnings, as in Vitess; an unknown kind or bad parameters are errors.
 * `readFile` gives the text of files that parameters name.
 */
export function createVindex(
  name: string,
  definition: VindexDefinition,
  readFile: VindexContext['readFile'] = refuseFiles,
): CreatedVindex {
  const kind = kinds.get(definition.type);
  if (kind === undefined) {
    const known = didYouMean(definition.type, kinds.keys()) || `; known: ${vindexTypes.join(', ')}`;
    return { vindex: null, problems: [errorAt('type', `unknown vindex type "${definition.type}"${known}`)] };
  }
  const made = kind.create(name, definition, contextOf(readFile));
  if (made.kind === 'problems') {
    return {
      vindex: null,
      problems: made.problems.map((text) => errorAt('params', `${definition.type}: ${text}`)),
    };
  }
  return { vindex: made, problems: paramWarnings(definition, kind) };
}

function contextOf(readFile: VindexContext['readFile']): VindexContext {
  const context: VindexContext = {
    readFile,
    createPart: (type, params) => {
      const kind = kinds.get(type);
      if (kind === undefined) {
        return problemsOf(`unknown vindex type "${type}"${didYouMean(type, kinds.keys())}`);
      }
      return kind.create(type, { type, params, owner: null }, context);
    },
  };
  return context;
}

function paramWarnings(definition: VindexDefinition, kind: VindexKind): readonly Problem[] {
  const { params } = kind;
  if (params === null) return [];
  const unknown = [...definition.params.keys()].filter((param) => !params.includes(param));
  const warnings = unknown.map((param) =>
    warningAt(`params.${param}`, `${kind.type} knows no parameter "${param}"${didYouMean(param, params)}`),
  );
  if (kind.type === 'range' && !definition.params.has('ids')) {
    warnings.push(
      warningAt('params', 'range without ids: adding a split would move rows; give every interval its id'),
    );
  }
  return warnings;
}

function refuseFiles(path: string): never {
  throw new Error(`no files can be read here (${path})`);
}
