// Reload: configuration, vschema and schema files read again; all of it serves, or nothing changes.

import type { Config } from '../config/model.ts';
import { loadConfig } from '../config.ts';
import { SchemaTracker } from '../control/schema-tracker.ts';
import { formatProblems, hasErrors, type Problem } from '../util/problem.ts';
import { reloadProblems } from '../vschema/reload.ts';
import { checkIdentities } from './identity.ts';
import { type ConfiguredKeyspace, readKeyspaces } from './keyspaces.ts';
import type { RunningParts } from './parts.ts';
import { snapshot } from './schema.ts';
import { targetsOf } from './targets.ts';
import { directoryOf } from './users.ts';

/**
 * One atomic swap: every statement sees the old vschema or the new one. Users, shards and their servers change as well; what
 * needs a new listener or process (listen, admin, workers, pool, limits) is told to need a restart. Resolves with the
 * problems; an empty list when the new files serve.
 */
export async function reload(parts: RunningParts): Promise<readonly string[]> {
  const { config, problems } = loadConfig(parts.config.file);
  if (config === null) return refuse(parts, problems);
  const read = readKeyspaces(config);
  const moved = movedIntervals(parts.keyspaces, read.keyspaces);
  const all = [...read.problems, ...moved];
  if (hasErrors(all)) return refuse(parts, all);
  const identity = await checkIdentities(read.keyspaces, parts.keyspaces);
  if (hasErrors(identity)) return refuse(parts, identity);
  await install(parts, config, read.keyspaces);
  return [];
}

function refuse(parts: RunningParts, problems: readonly Problem[]): readonly string[] {
  parts.counters.vschemaReloadErrors++;
  const errors = problems.filter((problem) => problem.severity === 'error');
  const texts = errors.map((problem) => formatProblems([problem]));
  parts.log.error({ problems: texts }, 'reload refused; what was loaded before serves on');
  return texts;
}

function movedIntervals(
  before: readonly ConfiguredKeyspace[],
  after: readonly ConfiguredKeyspace[],
): readonly Problem[] {
  return before.flatMap((old) => {
    const now = after.find((keyspace) => keyspace.config.name === old.config.name);
    if (now === undefined) return [];
    const file = now.config.vschemaFile;
    return reloadProblems(old.definition, now.definition).map((problem) => ({ ...problem, file }));
  });
}

async function install(
  parts: RunningParts,
  config: Config,
  keyspaces: readonly ConfiguredKeyspace[],
): Promise<void> {
  const restart = restartFields.filter(
    (field) => JSON.stringify(config[field]) !== JSON.stringify(parts.config[field]),
  );
  if (restart.length > 0)
    parts.log.warn({ settings: restart }, 'changed settings that take effect after a restart');
  const targets = targetsOf(config);
  if (JSON.stringify(targets) !== JSON.stringify(targetsOf(parts.config)))
    await moveTo(parts, config, keyspaces);
  parts.config = config;
  parts.keyspaces = keyspaces;
  parts.users.current = directoryOf(config);
  const swapped = parts.holder.swap((version) =>
    snapshot(version, keyspaces, parts.tracker, parts.flavour()),
  );
  parts.log.info({ version: swapped.version }, 'reloaded');
}

const restartFields = [
  'listen',
  'admin',
  'workers',
  'pool',
  'limits',
  'workspace',
  'transactions',
  'log',
] as const;

/** Shards or servers changed: pools, health and tracker turn to the new ones; the tracker has read before anything is planned. */
async function moveTo(
  parts: RunningParts,
  config: Config,
  keyspaces: readonly ConfiguredKeyspace[],
): Promise<void> {
  const targets = targetsOf(config);
  for (const keyspace of config.keyspaces.values()) {
    const ids = keyspace.shards.map((shard) => shard.id);
    parts.counters.declareKeyspace(keyspace.name, ids);
  }
  for (const gateway of [parts.gateway, parts.workspaces]) gateway.update(targets);
  parts.twopc.update(targets);
  const old = parts.tracker;
  const tracker = new SchemaTracker(targets, { log: parts.log, onChange: () => parts.schemaChanged() });
  await Promise.all([parts.health.watch(targets), tracker.start()]);
  parts.tracker = tracker;
  parts.keyspaces = keyspaces;
  old.stop();
}
