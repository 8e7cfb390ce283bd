// What maintaining a lookup vindex needs to know of its owner's rows.
import type { RoutingKey } from '../../vindex/routing-key.ts';
import type { KeyspaceId, VindexValue } from '../../vindex/vindex.ts';

/** A row of the owner as one of its lookup vindexes sees it. */
export interface LookupEntry {
  /** The client's row, from 0. */
  readonly row: number;
  /** Values of the lookup vindex's columns, and of the primary vindex's. */
  readonly values: readonly VindexValue[];
  readonly primary: readonly VindexValue[];
  readonly id: KeyspaceId;
}

/** The owner and its primary vindex. */
export interface LookupOwner {
  readonly keyspace: string;
  readonly table: string;
  readonly key: RoutingKey;
}
