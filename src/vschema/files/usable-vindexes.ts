// What Vitess reads out of a table's column vindexes: some of what a file says has no effect there, and has none here.
import type { MapReader } from '../../util/document-reader.ts';
import { didYouMean } from '../../util/nearest.ts';
import type { ColumnVindexDefinition, KeyspaceDefinition, TableDefinition } from './definition.ts';

type Vindexes = Pick<KeyspaceDefinition, 'vindexes' | 'vindexDefinitions' | 'tables'>;

/** The tables without what has no effect, each with a warning. */
export function withUsableVindexes(definition: Vindexes, reader: MapReader): Map<string, TableDefinition> {
  tellOfOwners(definition, reader);
  const tables = new Map<string, TableDefinition>();
  for (const [name, table] of definition.tables) {
    const columnVindexes = table.columnVindexes
      .filter((one, index) => index === 0 || !isOrphaned(one.vindex, definition))
      .map((one) => firstColumnOnly(name, one, definition, reader));
    tables.set(name, { ...table, columnVindexes });
  }
  return tables;
}

/** A vindex that computes ids from one column is given the first of several. */
function firstColumnOnly(
  table: string,
  one: ColumnVindexDefinition,
  { vindexes }: Vindexes,
  reader: MapReader,
): ColumnVindexDefinition {
  const vindex = vindexes.get(one.vindex);
  if (vindex?.kind !== 'functional' || vindex.columnCount !== 1 || one.columns.length < 2) return one;
  const [first = '', ...others] = one.columns;
  reader.warning(
    table,
    `table "${table}": vindex "${one.vindex}" (${vindex.type}) takes 1 column, ${first}; ${others.join(', ')} has no effect`,
  );
  return { ...one, columns: [first] };
}

/** Nobody keeps the rows of a lookup whose owner does not exist, or does not use it: what it says must not be believed. */
function isOrphaned(name: string, { vindexes, vindexDefinitions, tables }: Vindexes): boolean {
  const owner = vindexDefinitions.get(name)?.owner ?? '';
  if (owner === '' || vindexes.get(name)?.kind !== 'lookup') return false;
  return tables.get(owner)?.columnVindexes.some(({ vindex }) => vindex === name) !== true;
}

function tellOfOwners(definition: Vindexes, reader: MapReader): void {
  for (const [name, { owner }] of definition.vindexDefinitions) {
    if (!isOrphaned(name, definition)) continue;
    const hint = didYouMean(owner ?? '', definition.tables.keys());
    const fault = definition.tables.has(owner ?? '') ? 'does not use it' : `does not exist${hint}`;
    const message = `vindex "${name}": its owner, table "${owner}", ${fault}; nobody keeps the vindex, so it is not used`;
    // What decides where rows live cannot be left out.
    const isPrimary = [...definition.tables.values()].some(
      ({ columnVindexes }) => columnVindexes[0]?.vindex === name,
    );
    if (isPrimary) reader.error(null, message);
    else reader.warning(null, message);
  }
}
