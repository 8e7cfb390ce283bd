// What a route over one server says should its values lead to several, which they cannot.
import { shardgateError } from '../../errors/catalog.ts';
import type { RefuseNode } from '../../plan/nodes.ts';
import { refuse } from '../refusals.ts';

export function impossible(): RefuseNode {
  return refuse(
    shardgateError('SG2001', {
      construct: 'a write over several shards',
      why: 'its keyspace has one',
      remedy: 'report this as a bug',
    }),
  );
}
