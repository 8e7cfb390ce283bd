// Keyspaces of the configuration with their vschema and schema files read.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config, KeyspaceConfig } from '../config/model.ts';
import { errorAt, hasErrors, type Problem } from '../util/problem.ts';
import { type KeyspaceDefinition, unshardedDefinition } from '../vschema/files/definition.ts';
import { loadKeyspace } from '../vschema/files/load.ts';
import { readSchemaFile, type SchemaFile } from '../vschema/files/schema-file.ts';

/** Larger files are mistakes, and reading them would stop everything else for seconds. */
const fileBytesMax = 16 * 1024 * 1024;

export interface ConfiguredKeyspace {
  readonly config: KeyspaceConfig;
  readonly definition: KeyspaceDefinition;
  /** What the schema file holds; null without one. */
  readonly declared: SchemaFile | null;
}

/** All problems of all files; `keyspaces` is complete only when there is no error among them. */
export function readKeyspaces(config: Config): {
  readonly keyspaces: readonly ConfiguredKeyspace[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const keyspaces: ConfiguredKeyspace[] = [];
  for (const keyspace of config.keyspaces.values()) {
    const definition = readDefinition(keyspace, problems);
    const declared = readDeclared(keyspace, problems);
    if (definition !== null) keyspaces.push({ config: keyspace, definition, declared });
  }
  return { keyspaces: hasErrors(problems) ? [] : keyspaces, problems };
}

function readDefinition(keyspace: KeyspaceConfig, problems: Problem[]): KeyspaceDefinition | null {
  const file = keyspace.vschemaFile;
  if (file === null) return unshardedDefinition;
  const text = readText(file, `keyspaces.${keyspace.name}.vschema`, problems);
  if (text === null) return null;
  const folder = dirname(file);
  const loaded = loadKeyspace(text, {
    file,
    readFile: (name) => readFileSync(resolve(folder, name), 'utf8'),
  });
  problems.push(...loaded.problems);
  return loaded.definition;
}

function readDeclared(keyspace: KeyspaceConfig, problems: Problem[]): SchemaFile | null {
  const file = keyspace.schemaFile;
  if (file === null) return null;
  const text = readText(file, `keyspaces.${keyspace.name}.schema`, problems);
  if (text === null) return null;
  const read = readSchemaFile(text, file, keyspace.name);
  problems.push(...read.problems);
  return read;
}

function readText(file: string, path: string, problems: Problem[]): string | null {
  try {
    const { size } = statSync(file);
    if (size <= fileBytesMax) return readFileSync(file, 'utf8');
    problems.push({ ...errorAt(path, `found ${size} bytes; allowed: ${fileBytesMax}`), file });
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push({ ...errorAt(path, `cannot be read: ${reason}`), file });
    return null;
  }
}
