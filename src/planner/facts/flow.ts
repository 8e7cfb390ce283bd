// Which facts hold for the rows of each source that can matter to the statement's answer.

import { groupExpressions, hasWindow, limitOf, whereOf } from '../bind/clauses.ts';
import { lower, outputOf } from '../bind/columns-of.ts';
import type {
  Binding,
  Block,
  BoundQuery,
  FromTree,
  QuerySource,
  Source,
  SubqueryUse,
} from '../bind/model.ts';
import { sourcesIn } from '../bind/resolve-column.ts';
import { equalClass, includesColumn } from './equal-class.ts';
import { type Fact, rejectsNullsOf } from './fact.ts';
import type { Conjunct, Flow, Held } from './held.ts';
import { columnOf, conjuncts, readFacts } from './read-facts.ts';
import { exportedFacts, restate } from './through-query.ts';

/*
 * The rule throughout: a row of source T is dropped by a fact only if no combination containing it, nor the absence of it,
 * changes the answer.
 *  - WHERE holds for every row that survives, so it restricts all sources. It is null-rejecting (see fact.ts): an outer
 *    join whose null-supplied side it mentions is an inner join.
 *  - ON of an inner join restricts both sides. ON of an outer join restricts only the null-supplied side: a row there
 *    that fails it matches nothing. What holds for all rows of the preserved side restricts the other side as well.
 *  - A subquery is evaluated per row of the block around it: that block's facts hold, except inside ON, where only the
 *    facts of that join do.
 *  - A derived table hears a fact about its result column when filtering its result equals filtering its input.
 */

class FlowReader {
  readonly held = new Map<number, Held>();
  readonly preserved = new Set<number>();
  readonly #binding: Binding;
  readonly #ctesDone = new Set<BoundQuery>();

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  query(query: BoundQuery, inherited: readonly Fact[]): void {
    for (const cte of query.kind === 'values' ? [] : query.with) {
      const single = cte.references === 1 && !cte.recursive;
      if (cte.query !== null && !single && !this.#ctesDone.has(cte.query)) {
        this.#ctesDone.add(cte.query);
        this.query(cte.query, []);
      }
    }
    if (query.kind === 'block') this.#block(query, inherited);
    else if (query.kind === 'paren') this.query(query.query, inherited);
    else if (query.kind === 'set') {
      this.query(query.left, inherited);
      this.query(query.right, inherited);
    }
  }

  #block(block: Block, inherited: readonly Fact[]): void {
    const { columns } = this.#binding;
    const where = whereOf(block);
    const parts: Conjunct[] = (where === null ? [] : conjuncts(where)).map((expression) => ({
      expression,
      block,
      clause: 'where',
      facts: readFacts(expression, block.unit, columns),
    }));
    const context: Held = { facts: [...inherited, ...parts.flatMap((part) => part.facts)], conjuncts: parts };
    const guaranteed = block.from.map((tree) => this.#guaranteed(tree, block));
    block.from.forEach((tree, index) => {
      const others = guaranteed.filter((_, other) => other !== index);
      this.#assign(tree, merge(context, ...others), block, inherited, true);
    });
    const all = merge(context, ...guaranteed);
    for (const use of block.subqueries) this.query(use.query, this.#subqueryFacts(use, all));
  }

  #subqueryFacts(use: SubqueryUse, all: Held): readonly Fact[] {
    if (use.on !== null && use.on.kind === 'join') {
      const side = sourcesIn(use.on.other)[0];
      return (side === undefined ? null : this.held.get(side.id)?.facts) ?? [];
    }
    const operand = use.semiJoin === null ? null : columnOf(use.semiJoin, this.#binding.columns);
    const output = operand === null ? null : semiJoinColumn(use.query);
    if (operand === null || output === null) return all.facts;
    return [...all.facts, { kind: 'same', left: operand, right: output }];
  }

  /** Facts true of every row a tree yields, before WHERE. */
  #guaranteed(tree: FromTree, block: Block): Held {
    if (tree.kind === 'leaf') {
      const facts = tree.source.kind === 'query' ? exportedFacts(tree.source, this.#binding.columns) : [];
      return { facts, conjuncts: [] };
    }
    const preserved = this.#guaranteed(tree.preserved, block);
    if (tree.outer) return preserved;
    return merge(preserved, this.#guaranteed(tree.other, block), this.#own(tree, block));
  }

  #own(tree: Extract<FromTree, { kind: 'join' }>, block: Block): Held {
    const parts: Conjunct[] = (tree.on === null ? [] : conjuncts(tree.on)).map((expression) => ({
      expression,
      block,
      clause: 'on',
      facts: readFacts(expression, block.unit, this.#binding.columns),
    }));
    const using = tree.using.map(([left, right]): Fact => ({ kind: 'same', left, right }));
    return { facts: [...parts.flatMap((part) => part.facts), ...using], conjuncts: parts };
  }

  #assign(tree: FromTree, context: Held, block: Block, inherited: readonly Fact[], preserved: boolean): void {
    if (tree.kind === 'leaf') {
      this.#leaf(tree.source, context, inherited, preserved);
      return;
    }
    const own = this.#own(tree, block);
    const left = this.#guaranteed(tree.preserved, block);
    if (tree.outer && !rejectsNulls(context.facts, sourcesIn(tree.other))) {
      this.#assign(tree.preserved, context, block, inherited, preserved);
      this.#assign(tree.other, merge(fromAbove(context), own, left), block, inherited, false);
      return;
    }
    const right = this.#guaranteed(tree.other, block);
    this.#assign(tree.preserved, merge(context, own, right), block, inherited, preserved);
    this.#assign(tree.other, merge(context, own, left), block, inherited, preserved);
  }

  #leaf(source: Source, context: Held, inherited: readonly Fact[], preserved: boolean): void {
    this.held.set(source.id, context);
    if (preserved) this.preserved.add(source.id);
    if (source.kind !== 'query') return;
    if (source.cte !== null && (source.cte.references > 1 || source.cte.recursive)) return;
    const outside = source.lateral ? context.facts : inherited;
    this.query(source.query, [...outside, ...this.#pushed(source, context.facts)]);
  }

  /** Facts about a derived table's columns, said of the columns they show; only where that filters the same rows. */
  #pushed(source: QuerySource, facts: readonly Fact[]): readonly Fact[] {
    const output = outputOf(source.query);
    if (output === null) return [];
    const names = source.columns.length > 0 ? source.columns : output.map((column) => column.name);
    return names.flatMap((name, index) => {
      const inner = pushTargets(source.query, index, this.#binding.columns);
      if (inner.length === 0) return [];
      const group = equalClass({ source, name: lower(name) }, facts);
      return inner.flatMap((target) => restate(facts, group, target));
    });
  }
}

/**
 * What holds above an outer join, seen from the side it fills with NULLs: facts reject NULLs, but a predicate such as IS NULL
 * may be true of the filled row, so it restricts no row of the source. It stands like one of WHERE.
 */
function fromAbove(context: Held): Held {
  return { ...context, conjuncts: context.conjuncts.map((part) => ({ ...part, clause: 'where' as const })) };
}

function merge(...parts: readonly Held[]): Held {
  return { facts: parts.flatMap((part) => part.facts), conjuncts: parts.flatMap((part) => part.conjuncts) };
}

function rejectsNulls(facts: readonly Fact[], sources: readonly Source[]): boolean {
  const ids = new Set(sources.map((source) => source.id));
  return facts.some((fact) => [...rejectsNullsOf(fact)].some((id) => ids.has(id)));
}

/** The columns behind result column `index` of every branch; empty where a filter may not pass (LIMIT, windows, groups). */
function pushTargets(query: BoundQuery, index: number, columns: Binding['columns']): readonly ColumnTarget[] {
  if (query.kind === 'paren') return query.limited ? [] : pushTargets(query.query, index, columns);
  if (query.kind === 'set') {
    if (query.limited) return [];
    return [...pushTargets(query.left, index, columns), ...pushTargets(query.right, index, columns)];
  }
  if (query.kind !== 'block') return [];
  const column = query.output?.[index]?.column ?? null;
  if (column === null || limitOf(query) !== null || hasWindow(query)) return [];
  const groups = groupExpressions(query);
  if (groups === null) return [column];
  const keys = groups.map((group) => columnOf(group, columns)).filter((key) => key !== null);
  return includesColumn(keys, column) ? [column] : [];
}

type ColumnTarget = NonNullable<ReturnType<typeof columnOf>>;

/** The column a semi-join compares with: the only one of a plain subquery that neither groups nor limits. */
function semiJoinColumn(query: BoundQuery): ColumnTarget | null {
  if (query.kind === 'paren') return query.limited ? null : semiJoinColumn(query.query);
  if (query.kind !== 'block' || limitOf(query) !== null || hasWindow(query)) return null;
  if (groupExpressions(query) !== null || query.output?.length !== 1) return null;
  return query.output[0]?.column ?? null;
}

/** Reads the facts of a whole statement. */
export function readFlow(binding: Binding): Flow {
  const reader = new FlowReader(binding);
  reader.query(binding.root, []);
  return { held: reader.held, preserved: reader.preserved };
}
