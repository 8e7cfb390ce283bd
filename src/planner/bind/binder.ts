// Binds a statement: builds its query blocks and finds the column every name means.
import type {
  Column as ColumnNode,
  Delete,
  Expression,
  Node,
  OrderByClause,
  ParenQuery,
  Query,
  Select,
  SelectList,
  SetOperation,
  TableQuery,
  Update,
  With,
} from '../../sql/ast.ts';
import { forEachChild } from '../../sql/visitor.ts';
import type { TextUnit } from '../text-unit.ts';
import { countsRowsOnly } from './clauses.ts';
import { allColumns, lower, starColumns } from './columns-of.ts';
import { FromBinder } from './from-binder.ts';
import { itemName, referredName } from './item-name.ts';
import type {
  Binding,
  Block,
  BoundQuery,
  ColumnId,
  Cte,
  FromTree,
  OutputColumn,
  Source,
  SubqueryUse,
  TableSource,
} from './model.ts';
import { type BinderPort, type BindHost, type CteScope, depthMax, type Place } from './place.ts';
import { isSameColumn, resolveColumn, shownColumn } from './resolve-column.ts';
import { usedCtes } from './unused-ctes.ts';

/** State of binding one statement; used once. */
export class Binder implements BinderPort {
  readonly host: BindHost;
  readonly columns = new Map<ColumnNode, ColumnId>();
  readonly tables: TableSource[] = [];
  readonly keyspaces = new Set<string>();
  readonly blocks: Block[] = [];
  readonly doubts: string[] = [];
  readonly systemTables: string[] = [];
  readonly aliasClashes: string[] = [];
  openCtes = new Set<Cte>();
  readonly #unboundCtes = new Map<Cte, Place>();
  /** Select lists of which only the number of rows counts. */
  readonly #unseen = new Set<SelectList>();
  #from: FromBinder;
  #nextBlock = 0;
  #nextSource = 0;

  constructor(host: BindHost) {
    this.host = host;
    this.#from = new FromBinder(this);
  }

  bind(node: Query | Update | Delete, unit: TextUnit): Binding {
    const place: Place = { unit, scope: null, outer: null, database: this.host.database, depth: 0 };
    const root =
      node.kind === 'update' || node.kind === 'delete'
        ? this.#dmlBlock(node, place)
        : this.query(node, place);
    const { columns, tables, blocks, doubts, systemTables, aliasClashes } = this;
    const keyspaces = [...this.keyspaces];
    return { root, columns, tables, keyspaces, blocks, doubts, systemTables, aliasClashes };
  }

  nextSource(): number {
    return this.#nextSource++;
  }

  query(node: Query, place: Place): BoundQuery {
    switch (node.kind) {
      case 'select':
        return this.#select(node, place);
      case 'tableQuery':
        return this.#tableQuery(node, place);
      case 'setOperation':
        return this.#setOperation(node, place);
      case 'parenQuery':
        return this.#paren(node, place);
      case 'valuesQuery':
        this.#expressions(node, null, place, null);
        return { kind: 'values', node, unit: place.unit, columns: node.rows[0]?.items.length ?? 0 };
    }
  }

  #block(node: Block['node'], place: Place, ctes: readonly Cte[]): Block {
    const block: Block = {
      kind: 'block',
      id: this.#nextBlock++,
      unit: place.unit,
      node,
      outer: place.outer,
      sources: [],
      from: [],
      output: null,
      subqueries: [],
      with: ctes,
    };
    this.blocks.push(block);
    return block;
  }

  #select(node: Select, outside: Place): Block {
    const ctes = this.#with(node, outside);
    const place = { ...outside, scope: scopeWith(ctes, outside.scope) };
    const block = this.#block(node, place, ctes);
    for (const tree of node.from?.tables ?? []) block.from.push(this.#from.reference(tree, block, place));
    this.#joinConditions(block, place);
    block.output = this.#output(node, block);
    for (const { expression } of node.list.items) {
      const isUnseen = expression.kind === 'star' && this.#unseen.has(node.list);
      if (!isUnseen) this.#expressions(expression, block, place, null);
    }
    if (node.where !== null) this.#where(node.where.expression, block, place);
    const aliases = aliasesOf(node);
    this.#windowClashes(node.list, aliases);
    if (node.groupBy !== null)
      this.#expressions(node.groupBy, block, place, null, { ...aliases, columnFirst: true });
    if (node.having !== null)
      this.#expressions(node.having, block, place, null, { ...aliases, shown: this.#groupColumns(node) });
    for (const clause of [node.window, node.orderBy]) {
      if (clause !== null) this.#expressions(clause, block, place, null, aliases);
    }
    return block;
  }

  #tableQuery(node: TableQuery, outside: Place): Block {
    const ctes = this.#with(node, outside);
    const place = { ...outside, scope: scopeWith(ctes, outside.scope) };
    const block = this.#block(node, place, ctes);
    const leaf = this.#from.tableOfQuery(node, block, place);
    block.from.push(leaf);
    this.star(leaf.source);
    block.output = starColumns(leaf);
    if (node.orderBy !== null) this.#expressions(node.orderBy, block, place, null);
    return block;
  }

  #dmlBlock(node: Update | Delete, outside: Place): Block {
    const ctes = this.#with(node, outside);
    const place = { ...outside, scope: scopeWith(ctes, outside.scope) };
    const block = this.#block(node, place, ctes);
    const references = node.kind === 'update' ? node.tables : node.from.tables;
    for (const tree of references) block.from.push(this.#from.reference(tree, block, place));
    this.#joinConditions(block, place);
    block.output = [];
    if (node.kind === 'update') this.#expressions(node.set, block, place, null);
    if (node.where !== null) this.#where(node.where.expression, block, place);
    if (node.orderBy !== null) this.#expressions(node.orderBy, block, place, null);
    for (const item of node.returning?.items ?? []) this.#expressions(item.expression, block, place, null);
    return block;
  }

  #setOperation(node: SetOperation, outside: Place): BoundQuery {
    const ctes = this.#with(node, outside);
    const place = { ...outside, scope: scopeWith(ctes, outside.scope) };
    const left = this.query(node.left, place);
    const right = this.query(node.right, place);
    this.#subqueriesOfTail(node.orderBy, place);
    const { operator, all } = node;
    return {
      kind: 'set',
      node,
      unit: place.unit,
      operator,
      all,
      left,
      right,
      limited: node.limit !== null,
      with: ctes,
    };
  }

  #paren(node: ParenQuery, outside: Place): BoundQuery {
    const ctes = this.#with(node, outside);
    const place = { ...outside, scope: scopeWith(ctes, outside.scope) };
    const query = this.query(node.query, place);
    this.#subqueriesOfTail(node.orderBy, place);
    return { kind: 'paren', node, unit: place.unit, query, limited: node.limit !== null, with: ctes };
  }

  /** ORDER BY of a set operation names result columns; a subquery in it is a rarity we do not follow. */
  #subqueriesOfTail(orderBy: OrderByClause | null, place: Place): void {
    if (orderBy !== null && containsQuery(orderBy)) {
      this.doubts.push('a subquery in the ORDER BY of a set operation');
    }
    if (place.depth > depthMax) this.doubts.push('queries nested too deeply');
  }

  #with(around: Node & { readonly with: With | null }, place: Place): readonly Cte[] {
    const node = around.with;
    if (node === null) return [];
    const used = this.host.skipsUnusedCtes ? usedCtes(around, node) : null;
    const all = node.expressions
      .filter((expression) => used?.has(expression) !== false)
      .map((expression): Cte => {
        const columns = expression.columns.map((column) => column.name);
        const { name } = expression.name;
        const { unit } = place;
        return { name, columns, recursive: false, query: null, references: 0, unit, node: expression };
      });
    for (const [index, cte] of all.entries()) {
      const earlier = all.slice(0, index).reverse();
      const later = this.host.seesLaterCtes ? all.slice(index + 1) : [];
      const visible = node.recursive ? [cte, ...earlier, ...later] : earlier;
      const inner = { ...place, scope: scopeWith(visible, place.scope), depth: place.depth + 1 };
      this.#unboundCtes.set(cte, inner);
    }
    for (const cte of all) this.#bindCte(cte);
    return all.reverse();
  }

  #bindCte(cte: Cte): void {
    const place = this.#unboundCtes.get(cte);
    if (place === undefined) return;
    this.#unboundCtes.delete(cte);
    this.openCtes.add(cte);
    cte.query = this.query(cte.node.query, place);
    this.openCtes.delete(cte);
  }

  /** One that names the CTE which is being bound would recurse by a way around: its name means nothing in it. */
  bindLaterCte(cte: Cte): boolean {
    if (!this.#unboundCtes.has(cte)) return false;
    const open = this.openCtes;
    this.openCtes = new Set();
    this.#bindCte(cte);
    this.openCtes = open;
    return true;
  }

  #joinConditions(block: Block, place: Place): void {
    const visit = (tree: FromTree): void => {
      if (tree.kind === 'leaf') return;
      visit(tree.preserved);
      visit(tree.other);
      if (tree.on !== null) this.#expressions(tree.on, block, place, tree);
    };
    for (const tree of block.from) visit(tree);
  }

  /** WHERE, with `x IN (subquery)` among its AND-operands told apart. */
  #where(expression: Expression, block: Block, place: Place): void {
    if (expression.kind === 'paren') {
      this.#where(expression.expression, block, place);
      return;
    }
    if (expression.kind === 'logical' && expression.operator === 'and') {
      for (const operand of expression.operands) this.#where(operand, block, place);
      return;
    }
    if (expression.kind === 'inSubquery' && !expression.negated) {
      this.#expressions(expression.operand, block, place, null);
      this.#subquery(expression.subquery.query, block, place, { on: null, semiJoin: expression.operand });
      return;
    }
    this.#expressions(expression, block, place, null);
  }

  #subquery(query: Query, block: Block, place: Place, use: Omit<SubqueryUse, 'query'>): void {
    const inner = { ...place, outer: block, depth: place.depth + 1 };
    block.subqueries.push({ query: this.query(query, inner), ...use });
  }

  expressions(node: Node, block: Block, place: Place): void {
    this.#expressions(node, block, place, null);
  }

  /** Binds every column below `node`. `block` null: nothing may be named (VALUES). */
  #expressions(
    node: Node,
    block: Block | null,
    place: Place,
    on: FromTree | null,
    aliases: Aliases | null = null,
  ): void {
    if (node.kind === 'column') {
      this.#column(node, block ?? place.outer, block === null ? null : on, aliases);
    } else if (node.kind === 'subquery') {
      if (block !== null) this.#subquery(node.query, block, place, { on, semiJoin: null });
      else this.doubts.push('a subquery in VALUES');
    } else if (node.kind === 'exists' && countsRowsOnly(node.subquery.query)) {
      this.#unseen.add(node.subquery.query.list);
      this.#expressions(node.subquery, block, place, on);
    } else if (node.kind === 'star') {
      if (block !== null) this.#markStar(node.table?.name ?? null, block);
    } else {
      forEachChild(node, (child) => this.#expressions(child, block, place, on, aliases));
    }
  }

  #column(node: ColumnNode, block: Block | null, on: FromTree | null, aliases: Aliases | null): void {
    const isAlias = node.table === null && aliases?.items.has(lower(node.name.name)) === true;
    const found = block === null ? `unknown column ${node.name.name}` : resolveColumn(node, block, on);
    if (typeof found === 'string') {
      const shown = block === null || aliases === null ? null : this.#shown(node, block, aliases);
      if (shown !== null) this.columns.set(node, shown);
      else if (!isAlias) this.doubts.push(found);
      return;
    }
    this.use(found.column);
    for (const merged of found.merged) this.use(merged);
    if (!isAlias || aliases?.columnFirst === true) {
      this.columns.set(node, found.column);
      return;
    }
    const shown = aliases?.items.get(lower(node.name.name)) ?? null;
    const bare = shown?.kind === 'column' ? this.columns.get(shown) : undefined;
    if (bare === undefined || !isSameColumn(bare, found.column)) {
      if (aliases?.direct.has(node) !== true) this.aliasClashes.push(node.name.name);
    } else this.columns.set(node, found.column);
  }

  /** Items of GROUP BY that are columns and nothing else. */
  #groupColumns(node: Select): readonly ColumnId[] {
    return (node.groupBy?.items ?? []).flatMap(({ expression }) => {
      const column = expression.kind === 'column' ? this.columns.get(expression) : undefined;
      return column === undefined ? [] : [column];
    });
  }

  /** A name that several tables have means, where the select list shows one of them, that one. */
  #shown(node: ColumnNode, block: Block, { shown, direct }: Aliases): ColumnId | null {
    if (shown === 'direct') return direct.has(node) ? shownColumn(node, block, []) : null;
    return shownColumn(node, block, shown);
  }

  /** ORDER BY of a window takes an alias before a column, as that of the query does. */
  #windowClashes(node: Node, aliases: Aliases, inside = false): void {
    if (node.kind === 'subquery') return;
    if (inside && node.kind === 'column' && node.table === null) {
      const shown = aliases.items.get(lower(node.name.name));
      const column = this.columns.get(node);
      const bare = shown?.kind === 'column' ? this.columns.get(shown) : undefined;
      const same = bare !== undefined && column !== undefined && isSameColumn(bare, column);
      if (shown !== undefined && !same) this.aliasClashes.push(node.name.name);
    }
    forEachChild(node, (child) => this.#windowClashes(child, aliases, inside || child.kind === 'windowSpec'));
  }

  use(column: ColumnId): void {
    if (column.source.kind === 'table') column.source.used.add(column.name);
  }

  /** All visible columns of a source are needed. */
  star(source: Source): void {
    if (source.kind !== 'table') return;
    source.star = true;
    for (const column of source.table.columns ?? [])
      if (!column.invisible) source.used.add(lower(column.name));
  }

  #markStar(table: string | null, block: Block): void {
    for (const source of block.sources) if (table === null || source.alias === table) this.star(source);
  }

  #output(node: Select, block: Block): readonly OutputColumn[] | null {
    const output: OutputColumn[] = [];
    for (const item of node.list.items) {
      const { expression } = item;
      if (expression.kind === 'star') {
        const shown = this.#starOutput(expression.table?.name ?? null, block);
        if (shown === null) return null;
        output.push(...shown);
        continue;
      }
      const found = expression.kind === 'column' ? resolveColumn(expression, block) : null;
      const column = found === null || typeof found === 'string' ? null : found.column;
      output.push({ name: itemName(item), column, expression });
    }
    return output;
  }

  #starOutput(table: string | null, block: Block): readonly OutputColumn[] | null {
    const shown: OutputColumn[] = [];
    const trees: FromTree[] =
      table === null
        ? block.from
        : block.sources
            .filter((source) => source.alias === table)
            .map((source) => ({ kind: 'leaf', source }));
    for (const tree of trees) {
      const columns = starColumns(tree);
      if (columns === null) return null;
      shown.push(...columns);
    }
    return shown;
  }

  /** Pairs that USING or NATURAL makes equal. */
  commonColumns(
    left: readonly Source[],
    right: readonly Source[],
    names: readonly string[] | null,
  ): (readonly [ColumnId, ColumnId])[] {
    const pairs: (readonly [ColumnId, ColumnId])[] = [];
    const wanted = names ?? sharedNames(left, right);
    if (wanted === null) {
      this.doubts.push('NATURAL JOIN over columns that are not known');
      return [];
    }
    for (const name of wanted.map(lower)) {
      const a = left.find((source) => has(source, name));
      const b = right.find((source) => has(source, name));
      if (a === undefined || b === undefined) this.doubts.push(`unknown column ${name} in USING`);
      else
        pairs.push([
          { source: a, name },
          { source: b, name },
        ]);
    }
    for (const pair of pairs) for (const column of pair) this.use(column);
    return pairs;
  }
}

/** Names that GROUP BY, HAVING and ORDER BY may mean besides columns. */
interface Aliases {
  readonly items: ReadonlyMap<string, Expression>;
  /** Items of ORDER BY and GROUP BY that are a name and nothing else: in ORDER BY an alias goes before a column there. */
  readonly direct: ReadonlySet<Node>;
  /** Where a name that several tables have means the one shown: as a direct item; in HAVING, or the one of GROUP BY. */
  readonly shown: 'direct' | readonly ColumnId[];
  /** GROUP BY: a column goes before an alias. */
  readonly columnFirst: boolean;
}

function aliasesOf(node: Select): Aliases {
  const items = new Map<string, Expression>();
  for (const item of node.list.items) {
    const name = referredName(item);
    if (name !== null) items.set(name, item.expression);
  }
  const clauses = [node.groupBy, node.orderBy];
  const direct = new Set<Node>(
    clauses.flatMap((clause) => clause?.items ?? []).map((item) => item.expression),
  );
  return { items, direct, shown: 'direct', columnFirst: false };
}

function has(source: Source, name: string): boolean {
  const columns = allColumns(source);
  return columns === null || columns.includes(name);
}

function sharedNames(left: readonly Source[], right: readonly Source[]): string[] | null {
  const names: string[] = [];
  const others = new Set<string>();
  for (const source of right) {
    const columns = allColumns(source);
    if (columns === null) return null;
    for (const column of columns) others.add(column);
  }
  for (const source of left) {
    const columns = allColumns(source);
    if (columns === null) return null;
    for (const column of columns) if (others.has(column) && !names.includes(column)) names.push(column);
  }
  return names;
}

function scopeWith(ctes: readonly Cte[], outer: CteScope | null): CteScope | null {
  return ctes.length === 0 ? outer : { ctes, outer };
}

function containsQuery(node: Node): boolean {
  let found = false;
  forEachChild(node, (child) => {
    found ||= child.kind === 'subquery' || containsQuery(child);
  });
  return found;
}
