// What a rule that plans over several shards answers with, and what every rule is given.

import type { Destination } from '../../plan/destination.ts';
import type { GatherNode, PlanLabel, RefuseNode, ScatterNode } from '../../plan/nodes.ts';
import type { BoundStatement } from '../statement.ts';

export interface Draft {
  readonly node: ScatterNode | GatherNode | RefuseNode;
  readonly label: PlanLabel;
}

export interface Several {
  readonly statement: BoundStatement;
  /** Keyspace of all its tables. */
  readonly keyspace: string;
  readonly destination: Destination;
  /** One line per decision, in order. */
  readonly reasons: string[];
}
