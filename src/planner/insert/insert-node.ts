// The node of an INSERT: text in front of its rows and behind them, the rows, and what of them decides where they go.
import type { InsertNode, InsertRows } from '../../plan/nodes.ts';
import type { Template } from '../../text/template.ts';
import { lower } from '../bind/columns-of.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import { type Edit, identifier, join, joinWith, splice, text } from '../splice.ts';
import { writesTime } from '../write/own-values.ts';
import { rowLookups } from '../write/row-lookups.ts';
import { showsDigits } from '../write/shown-digits.ts';
import type { InsertPlanning } from './insert-planning.ts';
import { type ReadColumns, type RowFrame, setRow, valuesRows } from './insert-rows.ts';
import { modeOf, upsertOf } from './upsert-keys.ts';

/** What is known of the statement's target. */
export interface InsertShape {
  /** Lower case, in the order of the values. */
  readonly columns: readonly string[];
  readonly key: InsertNode['key'];
  readonly shardingCells: readonly number[];
  readonly guardCell: number | null;
  readonly sequence: InsertNode['sequence'];
  /** Name of the shard of a table that is on one. */
  readonly shard: string | null;
}

/** `rows`: what is inserted when it is not the statement's VALUES; `read`: the values of it that need tables; `describe` as in the node. */
export function insertNode(
  planning: InsertPlanning,
  shape: InsertShape,
  rows: InsertRows | null,
  read: ReadColumns,
  describe?: Template | null,
): InsertNode {
  const { node, context, table } = planning;
  const { columns, key, sequence, shardingCells, guardCell, shard } = shape;
  const qualifiers = qualifierEdits(node, context);
  const edits: Edit[] = [...qualifiers, ...nameEdits(node, qualifiers)];
  const appended = sequence?.append === true;
  if (appended && node.columns !== null) {
    const name = table.autoIncrement?.column ?? '';
    const end = node.columns.end - 1;
    edits.push({ start: end, end, parts: text(`${columns.length === 0 ? '' : ', '}${identifier(name)}`) });
  }
  const filled = sequence === null ? null : lower(table.autoIncrement?.column ?? '');
  const cellOf = (column: string): number => {
    const given = columns.indexOf(column);
    return given < 0 && column === filled && sequence !== null ? sequence.cell : given;
  };
  const lookups = key === null ? [] : rowLookups(table, cellOf);
  for (const { key: used, owned } of lookups) {
    const what = owned ? 'its rows follow' : 'its values must be known';
    planning.reasons.push(`lookup vindex ${used.vindex.name}: ${what}`);
  }
  const upsert = key === null ? null : upsertOf(modeOf(node), table, lookups, cellOf);
  const places = textOf(
    planning,
    edits,
    appended ? [...columns, table.autoIncrement?.column ?? ''] : columns,
  );
  const returning = returningText(planning, qualifiers);
  return {
    kind: 'insert',
    keyspace: table.keyspace,
    table: table.name,
    head: places.head,
    tail: places.tail,
    ...(returning === null ? {} : { returning }),
    rows:
      rows ??
      withTexts(
        ownRows(planning, edits, { width: columns.length, unnamed: node.columns === null, appended }, read),
        planning,
        columns,
        read,
      ),
    key,
    shardingCells,
    sequence,
    guardCell,
    everywhere: key === null && shard === null,
    unchanged: qualifiers.length === 0 && !appended && rows === null && read === null,
    pinTime: writesTime(node, [table]),
    ...(shard === null ? {} : { shard }),
    ...(describe === undefined ? {} : { describe }),
    ...(lookups.length === 0 ? {} : { lookups }),
    ...(upsert === null ? {} : { upsert }),
  };
}

/** Its items keep their names; null: none. */
function returningText({ node, unit }: InsertPlanning, qualifiers: readonly Edit[]): Template | null {
  if (node.returning === null) return null;
  const { start, end } = node.returning;
  return splice(unit, start, end, [...qualifiers, ...nameEdits(node.returning, qualifiers)]);
}

/** `names`: the columns, spelled for the SET form, which has none of its own. */
function textOf(
  { node, unit }: InsertPlanning,
  edits: readonly Edit[],
  names: readonly string[],
): { readonly head: Template; readonly tail: Template } {
  const { source } = node;
  const tail = (from: number) => {
    const end = node.returning === null ? node.end : (node.onDuplicate?.end ?? from);
    return end <= from ? [] : splice(unit, from, end, edits);
  };
  switch (source.kind) {
    case 'insertValues': {
      const first = source.rows[0]?.start ?? source.end;
      const last = source.rows.at(-1)?.end ?? source.end;
      return { head: splice(unit, 0, first, edits), tail: tail(last) };
    }
    case 'insertSet': {
      const list = names.map((name) => text(identifier(name)));
      const columns = join(text('('), joinWith(', ', list), text(') VALUES '));
      return {
        head: join(splice(unit, 0, source.start, edits), columns),
        tail: tail(source.end),
      };
    }
    case 'insertQuery': {
      const { start, end } = source.query;
      return {
        head: join(splice(unit, 0, start, edits), text(' VALUES ')),
        tail: tail(end),
      };
    }
  }
}

/** Which of the columns that are read may not be decimals. */
function withTexts(
  rows: InsertRows,
  { node, table, context }: InsertPlanning,
  columns: readonly string[],
  read: ReadColumns,
): InsertRows {
  const { source } = node;
  if (read === null || rows.kind !== 'cells' || source.kind === 'insertQuery') return rows;
  const lists =
    source.kind === 'insertSet'
      ? [source.assignments.map(({ value }) => value)]
      : source.rows.map(({ items }) => items);
  const asText = lists.flatMap((items) =>
    items.flatMap((item, index) => {
      const at = read.columns.get(item);
      const column = table.columns?.find(({ name }) => lower(name) === columns[index]) ?? null;
      return at !== undefined && showsDigits(item, column, context) ? [at] : [];
    }),
  );
  return asText.length === 0 ? rows : { ...rows, asText };
}

function ownRows(
  { node, unit }: InsertPlanning,
  edits: readonly Edit[],
  frame: RowFrame,
  read: ReadColumns,
): InsertRows {
  const { source } = node;
  switch (source.kind) {
    case 'insertValues':
      return valuesRows(source, unit, edits, frame, read);
    case 'insertSet':
      return setRow(source, unit, edits, read);
    case 'insertQuery':
      throw new Error('assertion failed: the rows of a SELECT are read');
  }
}
