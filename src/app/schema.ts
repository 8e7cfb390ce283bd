// The vschema snapshot: configuration and vschema files joined with what the tracker reads from the servers.
import type { ServerVersion } from '../backend/connection/server-version.ts';
import type { SchemaTracker, TrackedKeyspace } from '../control/schema-tracker.ts';
import { buildVSchema, type KeyspaceInput } from '../vschema/build.ts';
import type { SchemaFile } from '../vschema/files/schema-file.ts';
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
      ...known(tracker?.tracked(config.name) ?? null, declared),
    })),
  });
}

function known(
  tracked: TrackedKeyspace | null,
  declared: SchemaFile | null,
): Pick<KeyspaceInput, 'facts' | 'functions' | 'programs'> {
  const facts = tracked?.tables ?? declared?.tables ?? null;
  if (tracked !== null && tracked.tables !== null)
    return { facts, functions: tracked.functions, programs: tracked.programs };
  return { facts, programs: { triggers: declared?.triggers ?? [], events: [] } };
}
