// What lookup tables said of a running statement's destinations.
import type { LookupDestination } from '../../plan/nodes.ts';
import type { KeyspaceId } from '../../vindex/vindex.ts';

/** By place in the plan; asked before destinations are resolved (`lookup-reads.ts`). */
export interface LookupAnswers {
  /** Keyspace ids of all its values; null when it does not narrow. */
  idsOf(destination: LookupDestination): readonly KeyspaceId[] | null;
}
