// Collects the columns a fragment brings to the workspace: each once, bare where possible so that its exact type survives.
import type { FragmentColumn } from '../../../plan/nodes.ts';
import type { Flavour } from '../../../sql/mode.ts';
import { checkedDocumentText, documentText } from '../../../text/json-text.ts';
import type { Template } from '../../../text/template.ts';
import { groupExpressions, hasWindow, limitOf, selectOf } from '../../bind/clauses.ts';
import { lower } from '../../bind/columns-of.ts';
import type { BoundQuery, ColumnId } from '../../bind/model.ts';
import { originOf as shownColumn, typeOf } from '../../facts/column-type.ts';
import { sameColumn } from '../../facts/fact.ts';
import { identifier, join, joinWith, text } from '../../splice.ts';

interface Entry {
  readonly column: ColumnId | null;
  readonly role: string;
  readonly item: Template;
  readonly made: FragmentColumn;
}

export class FragmentColumns {
  readonly #entries: Entry[] = [];
  readonly #indexed: (column: ColumnId) => boolean;
  readonly #flavour: Flavour;

  /** `indexed` tells columns worth an index on the workspace. */
  constructor(flavour: Flavour, indexed: (column: ColumnId) => boolean) {
    this.#flavour = flavour;
    this.#indexed = indexed;
  }

  get columns(): readonly FragmentColumn[] {
    return this.#entries.map((entry) => entry.made);
  }

  /**
   * Why some column loses what it holds on its way: UNIX_TIMESTAMP() of a base column reads the instant, of a derived table's
   * column it reads local text, which is no instant in the hour that DST repeats and none for the zero date.
   */
  get obstacle(): string | null {
    const lossy = this.#entries.find(
      ({ column, made }) => made.carry === 'unixTime' && column !== null && column.source.kind !== 'table',
    );
    return lossy === undefined ? null : `${lossy.column?.name ?? ''} is a TIMESTAMP of a derived table`;
  }

  /** The fragment's select list. */
  get items(): Template {
    return joinWith(
      ', ',
      this.#entries.map((entry) => entry.item),
    );
  }

  /** A column as it is; returns its name on the workspace. */
  bare(column: ColumnId, name?: string): string {
    const known = this.#entries.find((entry) => entry.role === 'bare' && isColumn(entry, column));
    if (known !== undefined) return known.made.name;
    const type = typeOf(column);
    const sql = columnText(column);
    const kind = type === 'computed' ? 'computed' : 'bare';
    const carry = carryOf(column, this.#flavour);
    return this.#add(column, 'bare', carried(column, carry), kind, name ?? this.#nextName(), sql, carry);
  }

  /** Its name on the workspace when it is there as it is, else null. */
  bareName(column: ColumnId): string | null {
    const known = this.#entries.find((entry) => entry.role === 'bare' && isColumn(entry, column));
    return known?.made.name ?? null;
  }

  /** MIN or MAX of a column: any value of the column's own type. */
  extreme(operation: 'MIN' | 'MAX', column: ColumnId): string {
    const known = this.#entries.find((entry) => entry.role === operation && isColumn(entry, column));
    if (known !== undefined) return known.made.name;
    const sql = columnText(column);
    const carry = carryOf(column, this.#flavour);
    const item = join(text(`${operation}(`), carried(column, carry), text(')'));
    return this.#add(column, operation, item, 'bare', this.#nextName(), sql, carry);
  }

  /**
   * A JSON column that the finish only shows: its text under its name. Null where text is what it is, or it is no JSON.
   */
  shownJson(column: ColumnId, name: string): boolean {
    if (carryOf(column, this.#flavour) !== 'json') return false;
    const sql = text(documentText(columnName(column)));
    this.#add(column, 'shown', sql, 'computed', name, sql);
    return true;
  }

  /** An expression; the engine gives it the widest type of its result. */
  computed(sql: Template): string {
    return this.#add(null, 'computed', sql, 'computed', this.#nextName(), sql);
  }

  /** No name of the client's: one of theirs without a table would mean this column too. */
  #nextName(): string {
    return `_sg_c${this.#entries.length}`;
  }

  #add(
    column: ColumnId | null,
    role: string,
    item: Template,
    kind: FragmentColumn['kind'],
    name: string,
    sql: Template,
    carry: FragmentColumn['carry'] = undefined,
  ): string {
    const indexed = column !== null && role === 'bare' && this.#indexed(column);
    const origin = kind === 'bare' ? originOf(column) : null;
    const made: FragmentColumn = {
      name,
      kind,
      sql,
      origin,
      indexed,
      ...(carry === undefined ? {} : { carry }),
      ...(role === 'bare' && origin !== null && isCheckedJson(column) ? { checkedJson: true } : {}),
    };
    this.#entries.push({ column, role, item, made });
    return name;
  }
}

/**
 * FLOAT prints six digits, the local text of a TIMESTAMP is ambiguous in one hour of the year, MySQL's documents hold decimals,
 * dates and bytes that their text does not tell from doubles and strings (trap 7).
 */
function carryOf(column: ColumnId, flavour: Flavour): FragmentColumn['carry'] {
  const type = typeOf(column);
  if (typeof type === 'string') return undefined;
  if (type.dataType === 'json') return flavour === 'mysql' ? 'json' : undefined;
  if (type.dataType === 'float') return 'double';
  return type.dataType === 'timestamp' ? 'unixTime' : undefined;
}

function isCheckedJson(column: ColumnId | null): boolean {
  const type = column === null ? 'unknown' : typeOf(column);
  return typeof type !== 'string' && type.checkedJson === true;
}

function carried(column: ColumnId, carry: FragmentColumn['carry']): Template {
  const sql = columnText(column);
  if (carry === 'double') return join(sql, text('+0e0'));
  if (carry === 'json') return text(checkedDocumentText(columnName(column)));
  return carry === 'unixTime' ? join(text('UNIX_TIMESTAMP('), sql, text(')')) : sql;
}

function isColumn(entry: Entry, column: ColumnId): boolean {
  return entry.column !== null && sameColumn(entry.column, column);
}

/** `alias`.`column`, with the column's own spelling. */
export function columnText(column: ColumnId): Template {
  return text(columnName(column));
}

function columnName(column: ColumnId): string {
  return `${identifier(column.source.alias)}.${identifier(spelling(column))}`;
}

export function spelling(column: ColumnId): string {
  const { source, name } = column;
  if (source.kind !== 'table') return name;
  return source.table.columns?.find((one) => lower(one.name) === name)?.name ?? name;
}

/** Through derived tables that a server merges into the query around them: it shows the base table behind those. */
function originOf(column: ColumnId | null): FragmentColumn['origin'] {
  if (column === null || column.source.kind === 'function') return null;
  const { source } = column;
  if (source.kind === 'table') {
    const { table, alias } = source;
    return { keyspace: table.keyspace, table: table.name, alias, column: spelling(column) };
  }
  if (!isMerged(source.query)) return null;
  const origin = originOf(shownColumn(column));
  return origin === null ? null : { ...origin, alias: source.alias };
}

/** Whether a server merges the derived table into the query around it, so that nothing of it is ever stored. */
export function isMerged(query: BoundQuery): boolean {
  if (query.kind !== 'block') return false;
  const isDistinct = selectOf(query)?.distinct !== false;
  return !isDistinct && groupExpressions(query) === null && limitOf(query) === null && !hasWindow(query);
}
