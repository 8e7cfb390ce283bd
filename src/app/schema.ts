// The vschema snapshot: configuration and vschema files joined with what the tracker reads from the servers.
import type { ServerVersion } from '../backend/connection/server-version.ts';
import type { SchemaTracker } from '../control/schema-tracker.ts';
import { buildVSchema } from '../vschema/build.ts';
import type { ServerFlavour, VSchema } from '../vschema/model.ts';
import type { ConfiguredKeyspace } from './keyspaces.ts';

/** Assumed until a server has been reached. */
const assumedFlavour: ServerFlavour = { kind: 'mysql', version: 80000, versionText: '8.0.0-shardgate' };

/** Facts of a schema file serve as long as no shard of the keyspace could be read. */
export function snapshot(
  version: number,
  keyspaces: readonly ConfiguredKeyspace[],
  tracker: SchemaTracker | null,
  flavour: ServerVersion | null,
): VSchema {
  return buildVSchema({
    version,
    flavour: flavour ?? assumedFlavour,
    keyspaces: keyspaces.map(({ config, definition, declared }) => ({
      name: config.name,
      shardMap: config.shardMap,
      definition,
      constraints: config.constraints,
      functions: tracker?.tracked(config.name)?.functions ?? new Map(),
      facts: tracker?.tracked(config.name)?.tables ?? declared,
    })),
  });
}
