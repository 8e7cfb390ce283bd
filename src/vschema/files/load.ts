// Reads a keyspace's vschema: Vitess's VSchema JSON, every fault at once, with table and vindex named.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DocumentNode, describeNode, readDocument } from '../../util/document.ts';
import { MapReader } from '../../util/document-reader.ts';
import { didYouMean } from '../../util/nearest.ts';
import { errorAt, hasErrors, inLineOrder, type Problem } from '../../util/problem.ts';
import type { VindexContext, VindexDefinition } from '../../vindex/definition.ts';
import { createVindex } from '../../vindex/registry.ts';
import type { Vindex } from '../../vindex/vindex.ts';
import { checkDefinition, checkReferences } from './check-definition.ts';
import type { KeyspaceDefinition, TableDefinition } from './definition.ts';
import { loadTable } from './load-table.ts';
import { withUsableVindexes } from './usable-vindexes.ts';

export interface LoadOptions {
  /** Name of the file in messages. */
  readonly file: string | null;
  /** Keyspaces of the configuration: sequences and sources must be in one of them. */
  readonly keyspaces?: ReadonlySet<string>;
  /** Text of files that vindex parameters name; as a rule relative to the folder of `file`. */
  readonly readFile?: VindexContext['readFile'];
}

/** `definition` is null exactly when there is an error among the problems. */
export interface LoadedKeyspace {
  readonly definition: KeyspaceDefinition | null;
  readonly problems: readonly Problem[];
}

const keyspaceKeys = ['sharded', 'require_explicit_routing', 'vindexes', 'tables'];
/** Keys of Vitess that steer what is not here; accepted so that files need no editing. */
const ignoredKeys = ['foreign_key_mode', 'multi_tenant_spec', 'keyspace', 'draft'];

/** The name under which `tables` gives a default. */
const defaultTable = '*';

export function loadKeyspace(text: string, options: LoadOptions): LoadedKeyspace {
  const document = readDocument(text, options.file);
  if (document.root === null) return { definition: null, problems: document.problems };
  const problems: Problem[] = [...document.problems];
  const report = (problem: Problem): void => {
    problems.push({ ...problem, file: options.file });
  };
  const definition = readKeyspace(document.root, options, report);
  return { definition: hasErrors(problems) ? null : definition, problems: inLineOrder(problems) };
}

function readKeyspace(
  root: DocumentNode,
  options: LoadOptions,
  report: (problem: Problem) => void,
): KeyspaceDefinition | null {
  if (root.kind !== 'map') {
    report({ ...errorAt('', `found ${describeNode(root)}; allowed: a JSON object`), line: root.line });
    return null;
  }
  const keyspace = new MapReader(root, '', report);
  if (keyspace.has('keyspaces')) {
    keyspace.error('keyspaces', 'found a whole cluster; allowed: one keyspace, as given to ApplyVSchema');
    return null;
  }
  keyspace.allowKeys([...keyspaceKeys, ...ignoredKeys]);
  const { vindexes, definitions } = readVindexes(keyspace, options);
  const tables = new Map<string, TableDefinition>();
  let byDefault: KeyspaceDefinition['defaultColumnVindex'] = null;
  const tableMap = keyspace.map('tables');
  for (const name of tableMap?.keys ?? []) {
    const reader = tableMap?.map(name);
    if (reader === null || reader === undefined) continue;
    if (name === defaultTable) byDefault = readDefaultTable(reader);
    else tables.set(name, loadTable(name, reader));
  }
  const read = { vindexes, vindexDefinitions: definitions, tables };
  const definition: KeyspaceDefinition = {
    sharded: keyspace.boolean('sharded', false),
    requireExplicitRouting: keyspace.boolean('require_explicit_routing', false),
    ...read,
    tables: tableMap === null ? tables : withUsableVindexes(read, tableMap),
    defaultColumnVindex: byDefault,
  };
  if (tableMap !== null) {
    checkDefinition(definition, tableMap);
    checkReferences(definition, tableMap, options.keyspaces ?? null);
  }
  checkDefault(definition, tableMap);
  return definition;
}

function besideFile(file: string | null): VindexContext['readFile'] {
  return (path) => readFileSync(resolve(dirname(file ?? '.'), path), 'utf8');
}

function readVindexes(keyspace: MapReader, options: LoadOptions) {
  const readFile = options.readFile ?? besideFile(options.file);
  const vindexes = new Map<string, Vindex>();
  const definitions = new Map<string, VindexDefinition>();
  const all = keyspace.map('vindexes');
  for (const name of all?.keys ?? []) {
    const reader = all?.map(name);
    if (reader === null || reader === undefined) continue;
    reader.allowKeys(['type', 'params', 'owner']);
    const type = reader.string('type');
    if (type === null) {
      if (!reader.has('type')) reader.error(null, 'missing type');
      continue;
    }
    const definition = { type, params: readParams(reader), owner: reader.string('owner') };
    const { vindex, problems } = createVindex(name, definition, readFile);
    for (const problem of problems) {
      const key = problem.path.split('.')[0] ?? '';
      const place = reader.has(key) ? key : null;
      if (problem.severity === 'warning') reader.warning(place, problem.message);
      else reader.error(place, problem.message);
    }
    if (vindex !== null) vindexes.set(name, vindex);
    definitions.set(name, definition);
  }
  return { vindexes, definitions };
}

function readParams(vindex: MapReader): ReadonlyMap<string, string> {
  const reader = vindex.map('params');
  const params = new Map<string, string>();
  for (const key of reader?.keys ?? []) {
    const value = reader?.string(key) ?? null;
    if (value !== null) params.set(key, value);
  }
  return params;
}

/** `"*": {"column_vindexes": [{"name": "hash"}]}`, with or without the column. */
function readDefaultTable(reader: MapReader): KeyspaceDefinition['defaultColumnVindex'] {
  reader.allowKeys(['column_vindexes']);
  const all = reader.maps('column_vindexes');
  const first = all[0];
  if (first === undefined || all.length > 1) {
    reader.error('column_vindexes', `found ${all.length} vindexes; the default table needs exactly one`);
    return null;
  }
  first.allowKeys(['column', 'columns', 'name']);
  const vindex = first.string('name');
  const columns = first.strings('columns') ?? [];
  const column = first.string('column') ?? columns[0] ?? null;
  if (columns.length > 1) first.error('columns', 'the default vindex takes one column');
  if (vindex === null) first.error(null, 'missing name of a vindex');
  return vindex === null ? null : { vindex, column };
}

function checkDefault(definition: KeyspaceDefinition, tables: MapReader | null): void {
  const byDefault = definition.defaultColumnVindex;
  if (byDefault === null || tables === null) return;
  const vindex = definition.vindexes.get(byDefault.vindex);
  if (vindex === undefined) {
    if (!definition.vindexDefinitions.has(byDefault.vindex)) {
      const hint = didYouMean(byDefault.vindex, definition.vindexDefinitions.keys());
      tables.error(
        defaultTable,
        `table "*" uses the vindex "${byDefault.vindex}", which does not exist${hint}`,
      );
    }
    return;
  }
  if (vindex.kind !== 'functional' || !vindex.unique || vindex.columnCount !== 1) {
    tables.error(
      defaultTable,
      `table "*": vindex "${vindex.name}" is no unique vindex of one column that computes ids`,
    );
  }
  if (!definition.sharded)
    tables.warning(defaultTable, 'a default vindex has no effect in an unsharded keyspace');
}
