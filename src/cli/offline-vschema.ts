// The vschema as configuration and schema files alone give it: for explain, assess and check without servers.
import { readFileSync } from 'node:fs';
import { type ConfiguredKeyspace, readKeyspaces } from '../app/keyspaces.ts';
import { snapshot } from '../app/schema.ts';
import { loadConfig } from '../config.ts';
import { formatProblems, hasErrors } from '../util/problem.ts';
import { readSchemaFile } from '../vschema/files/schema-file.ts';
import type { ServerFlavour, VSchema } from '../vschema/model.ts';
import { exitBadConfiguration } from './exit-codes.ts';

export interface OfflineOptions {
  readonly config: string;
  /** CREATE TABLEs of `keyspace`, in place of the configuration's schema file. */
  readonly schema?: string;
  readonly keyspace?: string;
}

/** Whose dialect is assumed without a server to ask. */
const offlineFlavour: ServerFlavour = { kind: 'mariadb', version: 101106, versionText: '10.11.6-MariaDB' };

/** Ends the process with 78 and one message when the files do not serve. */
export function offlineVSchema(options: OfflineOptions): VSchema {
  const { config, problems } = loadConfig(options.config);
  if (config === null) return fail(formatProblems(problems));
  const read = readKeyspaces(config);
  if (hasErrors(read.problems)) return fail(formatProblems(read.problems));
  const { keyspace } = options;
  if (keyspace !== undefined && !config.keyspaces.has(keyspace)) {
    return fail(
      `no keyspace '${keyspace}': the configuration names ${[...config.keyspaces.keys()].join(', ')}`,
    );
  }
  return snapshot(1, withSchema(read.keyspaces, options), null, offlineFlavour);
}

function withSchema(
  keyspaces: readonly ConfiguredKeyspace[],
  options: OfflineOptions,
): readonly ConfiguredKeyspace[] {
  const file = options.schema;
  if (file === undefined) return keyspaces;
  const named = options.keyspace ?? keyspaces.find(({ definition }) => definition.sharded)?.config.name;
  return keyspaces.map((keyspace) => {
    if (keyspace.config.name !== named) return keyspace;
    const declared = readSchemaFile(textOf(file), file, keyspace.config.name);
    if (hasErrors(declared.problems)) return fail(formatProblems(declared.problems));
    return { ...keyspace, declared };
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(exitBadConfiguration);
}
