// The finish of the general plan: the client's text over workspace tables, a copy of them per reference where MySQL asks for it.
import { shardgateError } from '../../../errors/catalog.ts';
import type { SelectOption } from '../../../sql/ast.ts';
import { walk } from '../../../sql/visitor.ts';
import type { Template } from '../../../text/template.ts';
import type { Block, Cte, QuerySource, TableSource } from '../../bind/model.ts';
import { databaseEdits, nameEdits } from '../../names.ts';
import { type Edit, identifier, join, splice, text } from '../../splice.ts';
import type { BoundStatement } from '../../statement.ts';
import type { TextUnit } from '../../text-unit.ts';
import { isDeterministic, some } from '../traits.ts';

/** A stretch of text that is written once: a unit as it stands, or a CTE's definition written again. */
interface Writing {
  readonly unit: TextUnit;
  readonly start: number;
  readonly end: number;
  /** CTEs defined in it that a reference in it names; MySQL takes no second one. */
  readonly named: Set<Cte>;
}

/**
 * The client's text with every base table replaced by its fragment, and views by their queries.
 *
 * MySQL opens a temporary table once per statement, and a CTE's tables once per reference to it (error 1137). There every
 * reference but the first becomes a derived table that defines the CTE anew, over copies: `x AS b` ->
 * `(WITH x AS (...) SELECT * FROM x) AS b`.
 */
export class FinishText {
  readonly template: Template;
  readonly #statement: BoundStatement;
  readonly #ids = new Map<TableSource, number>();
  readonly #copies = new Map<number, number>();
  readonly #opensOnce: boolean;

  /** Throws a refusal for a CTE that would have to be written twice and need not give the same rows twice. */
  constructor(statement: BoundStatement) {
    this.#statement = statement;
    this.#opensOnce = statement.context.vschema.flavour.kind === 'mysql';
    statement.binding.tables.forEach((source, id) => {
      this.#ids.set(source, id);
    });
    const { node, unit } = statement;
    this.template = this.#written(unit, node.start, node.end);
  }

  /** How many workspace tables the fragment needs. */
  copies(fragment: number): number {
    return this.#copies.get(fragment) ?? 1;
  }

  #written(unit: TextUnit, start: number, end: number): Template {
    return splice(unit, start, end, this.#edits({ unit, start, end, named: new Set() }));
  }

  #edits(writing: Writing): readonly Edit[] {
    const edits: Edit[] = [];
    const blocks = this.#statement.binding.blocks.filter(
      ({ unit, node }) => unit === writing.unit && node.start >= writing.start && node.end <= writing.end,
    );
    for (const block of blocks) {
      for (const source of block.sources) {
        if (source.kind === 'table') edits.push(this.#tableEdit(source));
        if (source.kind === 'query' && source.origin === 'view') edits.push(this.#viewEdit(source));
        if (source.kind === 'query' && source.cte !== null) {
          edits.push(...this.#cteEdit(source, source.cte, writing));
        }
      }
      edits.push(...cleared(block.node));
      if (block.unit !== this.#statement.unit) edits.push(...withoutTopOptions(block));
      for (const edit of databaseEdits(block.node, this.#statement.context)) edits.push(edit);
    }
    // A block's items are among those of the blocks around it.
    const named = new Set<number>();
    for (const edit of blocks.flatMap((block) => nameEdits(block.node, edits))) {
      if (!named.has(edit.start)) edits.push(edit);
      named.add(edit.start);
    }
    for (const block of blocks)
      if (this.#losesView(block)) edits.push(behind(block, ' FROM DUAL WHERE TRUE'));
    return edits;
  }

  /**
   * MariaDB 10.11 takes `(SELECT f(v.x))` for f(v.x) alone, and then does not find the column of a derived table when the statement
   * is prepared (1109), where it finds a view's. A subquery with a WHERE stays one.
   */
  #losesView({ node, outer, sources }: Block): boolean {
    if (this.#opensOnce || outer === null || sources.length > 0 || node.kind !== 'select') return false;
    // An aggregate in it may be one of the block around it.
    if (node.end !== node.list.end || some(node, (one) => one.kind === 'aggregate')) return false;
    return some(node, (one) => {
      const source = one.kind === 'column' ? this.#statement.binding.columns.get(one)?.source : undefined;
      return source?.kind === 'query' && source.origin === 'view';
    });
  }

  #tableEdit(source: TableSource): Edit {
    const { node, alias } = source;
    const fragment = this.#ids.get(source) ?? 0;
    const copy = this.#opensOnce ? (this.#copies.get(fragment) ?? 0) : 0;
    this.#copies.set(fragment, copy + 1);
    const workspace: Template = [{ kind: 'workspace', fragment, copy }];
    if (node.kind === 'tableQuery') return { start: node.table.start, end: node.table.end, parts: workspace };
    return { start: node.start, end: node.end, parts: join(workspace, text(` AS ${identifier(alias)}`)) };
  }

  #viewEdit(source: QuerySource): Edit {
    const { node, alias, query } = source;
    const inner = query.kind === 'values' ? query.node : query.node;
    const body = this.#written(query.unit, inner.start, inner.end);
    return {
      start: node.start,
      end: node.end,
      parts: join(text('('), body, text(`) AS ${identifier(alias)}`)),
    };
  }

  #cteEdit(source: QuerySource, cte: Cte, writing: Writing): readonly Edit[] {
    const { start, end } = cte.node;
    const isDefinedHere = cte.unit === writing.unit && start >= writing.start && end <= writing.end;
    if (!this.#opensOnce || !this.#hasTables(cte)) return [];
    if (isDefinedHere && !writing.named.has(cte)) {
      writing.named.add(cte);
      return [];
    }
    if (!isDeterministic(cte.node)) {
      throw shardgateError('SG2001', {
        construct: `the CTE ${cte.name}, named twice, with a function that gives another value at each call`,
        why: 'each reference is computed by itself, and all of them must see the same rows',
        remedy: 'name it once, or store its rows in a table first',
      });
    }
    const definition = this.#written(cte.unit, start, end);
    const head = text(`(WITH ${cte.recursive ? 'RECURSIVE ' : ''}`);
    const tail = text(` SELECT * FROM ${identifier(cte.name)}) AS ${identifier(source.alias)}`);
    return [{ start: source.node.start, end: source.node.end, parts: join(head, definition, tail) }];
  }

  /** Whether the definition, or one it names, reads a base table. */
  #hasTables({ unit, node }: Cte): boolean {
    return this.#statement.binding.blocks.some(
      (block) =>
        block.unit === unit &&
        block.node.start >= node.start &&
        block.node.end <= node.end &&
        block.sources.some(
          (source) =>
            source.kind === 'table' ||
            (source.kind === 'query' && source.origin === 'view') ||
            (source.kind === 'query' && source.cte !== null && this.#hasTables(source.cte)),
        ),
    );
  }
}

function behind({ node }: Block, words: string): Edit {
  return { start: node.end, end: node.end, parts: text(words) };
}

/** Options that a server takes in a view, but not in a derived table. */
function withoutTopOptions({ node, unit }: Block): readonly Edit[] {
  if (node.kind !== 'select' || node.hints !== null || !node.options.some((one) => topOptions.has(one)))
    return [];
  const word = 'select';
  if (unit.text.slice(node.start, node.start + word.length).toLowerCase() !== word) return [];
  const kept = text(node.distinct ? ' DISTINCT ' : ' ');
  return [{ start: node.start + word.length, end: node.list.start, parts: kept }];
}

const topOptions: ReadonlySet<SelectOption> = new Set([
  'highPriority',
  'sqlBufferResult',
  'sqlCache',
  'sqlNoCache',
]);

/** Locks and hints have done their work in the fragments; keyspace qualifiers mean nothing on the workspace. */
function cleared(root: BoundStatement['node']): readonly Edit[] {
  const edits: Edit[] = [];
  walk(root, (node) => {
    if (node.kind === 'locking' || node.kind === 'hints') {
      edits.push({ start: node.start, end: node.end, parts: [] });
    } else if (
      (node.kind === 'column' || node.kind === 'star') &&
      node.schema !== null &&
      node.table !== null
    ) {
      edits.push({ start: node.schema.start, end: node.table.start, parts: [] });
    }
  });
  return edits;
}
