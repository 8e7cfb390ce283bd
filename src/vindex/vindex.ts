// The contract of a vindex: from a column value to a keyspace id.

/** Bytes of a keyspace id (8 for most kinds; binary may give any length). Never mutated. */
export type KeyspaceId = Uint8Array;

/** `[start, end)` in keyspace-id order, compared bytewise as unsigned; empty start = lowest, empty end = beyond the highest. */
export interface KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
}

/**
 * A value as a vindex takes it: already converted as the *column* would store it (the caller has checked that literal and
 * column type are an allow-listed pair; see `routable.ts`).
 *  - integer: decimal digits with sign, no leading zeros
 *  - bytes: text or binary as binary string (one char = one byte; utf8mb4 bytes for text)
 *  - date / datetime / decimal: canonical text (`2024-01-31`, `2024-01-31 00:00:00`, `-1.5`), for the `range` kind
 *  - null
 */
export type VindexValue =
  | { readonly kind: 'integer'; readonly text: string }
  | { readonly kind: 'bytes'; readonly text: string }
  | { readonly kind: 'decimal'; readonly text: string }
  | { readonly kind: 'date'; readonly text: string }
  | { readonly kind: 'datetime'; readonly text: string }
  | { readonly kind: 'null' };

/** What a vindex says of one value: a keyspace id, several ranges (a prefix of a multi-column key), or nowhere. */
export type Mapping =
  | { readonly kind: 'id'; readonly id: KeyspaceId }
  | { readonly kind: 'ranges'; readonly ranges: readonly KeyRange[] }
  | { readonly kind: 'none' };

interface VindexBase {
  /** Name in the vschema. */
  readonly name: string;
  /** Kind in the vschema (`hash`, `xxhash`, ...). */
  readonly type: string;
  /** A value maps to at most one keyspace id. */
  readonly unique: boolean;
  /** NULL has a keyspace id. */
  readonly nullable: boolean;
  /** Vitess's cost: cheaper wins when several apply. */
  readonly cost: number;
  /** How many columns it takes (multicol takes several; a prefix of them may be given to `map`). */
  readonly columnCount: number;
}

/** Computes ids without I/O. `map` never throws for a value of the types its kind takes; out of domain gives `none`. */
export interface FunctionalVindex extends VindexBase {
  readonly kind: 'functional';
  map(values: readonly VindexValue[]): Mapping;
  /** Kinds whose id order follows the value order; bounds inclusive as flagged; null bound = open. */
  readonly rangeMap: ((low: RangeBound | null, high: RangeBound | null) => readonly KeyRange[]) | null;
  /** Ids of all strings that start with `prefix` (range of strings, binary, cfc); null when the kind cannot tell. */
  readonly prefixMap: ((prefix: string) => readonly KeyRange[]) | null;
  /** Value of an id (integers as digits, bytes as binary string); null for irreversible kinds. */
  readonly reverseMap: ((id: KeyspaceId) => string) | null;
  /** How two column values may differ as SQL text and still be one to this vindex: decides trap 19. */
  readonly equality: 'exact' | 'looseText';
  /** Length of all its ids; absent where they differ. */
  readonly idBytes?: number;
  /** Which `VindexValue` kinds `map` understands. */
  readonly accepts: readonly VindexValue['kind'][];
}

export interface RangeBound {
  readonly value: VindexValue;
  readonly inclusive: boolean;
}

/** Needs a query on its lookup table to map. Its parameters as read from the vschema. */
export interface LookupVindex extends VindexBase {
  readonly kind: 'lookup';
  readonly table: string; // `keyspace.table` or `table`
  readonly from: readonly string[];
  readonly to: string;
  /** Table that owns it (whose rows maintain it), null when unowned. */
  readonly owner: string | null;
  readonly consistent: boolean;
  readonly writeOnly: boolean;
  readonly ignoreNulls: boolean;
  readonly autocommit: boolean;
  readonly noVerify: boolean;
  readonly readLock: 'exclusive' | 'shared' | 'none';
  /** `to` holds this instead of raw keyspace-id bytes (lookup_hash family: unsigned integers through hash). */
  readonly toEncoding: 'keyspaceId' | 'hashedInteger';
  /** `from` values are stored after this transformation (lookup_unicodeloosemd5_hash). */
  readonly fromEncoding: 'plain' | 'unicodeLooseMd5Hash';
}

export type Vindex = FunctionalVindex | LookupVindex;
