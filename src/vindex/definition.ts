// How a vindex kind is described to the registry, and what it is given to build one.
import type { FunctionalVindex, Vindex } from './vindex.ts';

/** A vindex as the vschema spells it. */
export interface VindexDefinition {
  readonly type: string;
  readonly params: ReadonlyMap<string, string>;
  /** Table whose rows maintain it (lookup kinds). */
  readonly owner: string | null;
}

/** What kinds may need beside their own parameters. */
export interface VindexContext {
  /** Text of a file a parameter names; throws with a readable message. Relative names start at the vschema's folder. */
  readonly readFile: (path: string) => string;
  /** A vindex of another kind, for kinds made of others; problems as texts. */
  readonly createPart: (type: string, params: ReadonlyMap<string, string>) => Vindex | PartProblems;
}

export interface PartProblems {
  readonly kind: 'problems';
  readonly problems: readonly string[];
}

export interface VindexKind {
  readonly type: string;
  /** Parameters it knows; others are warned about. Null: takes any (hands them on). */
  readonly params: readonly string[] | null;
  /** The vindex, or what is wrong with the parameters. */
  create(name: string, definition: VindexDefinition, context: VindexContext): Vindex | PartProblems;
}

export function problemsOf(...problems: readonly string[]): PartProblems {
  return { kind: 'problems', problems };
}

type Defaults =
  | 'kind'
  | 'unique'
  | 'nullable'
  | 'cost'
  | 'columnCount'
  | 'rangeMap'
  | 'prefixMap'
  | 'reverseMap'
  | 'equality';

/** A one-column functional vindex: members not given are those of a plain hash (cost 1, no order, not reversible). */
export function functionalVindex(
  parts: Omit<FunctionalVindex, Defaults> & Partial<Pick<FunctionalVindex, Defaults>>,
): FunctionalVindex {
  return {
    kind: 'functional',
    unique: true,
    nullable: false,
    cost: 1,
    columnCount: 1,
    rangeMap: null,
    prefixMap: null,
    reverseMap: null,
    equality: 'exact',
    ...parts,
  };
}
