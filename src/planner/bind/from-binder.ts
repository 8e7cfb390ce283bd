// Binds FROM: table references become sources, joins become a tree that tells preserved from null-supplied sides.
import { SqlError } from '../../errors/sql-error.ts';
import type {
  CommonTableExpression,
  Derived,
  Join,
  JsonTable,
  TableFunction,
  TableName,
  Table as TableNode,
  TableQuery,
  TableReference,
} from '../../sql/ast.ts';
import { lower } from './columns-of.ts';
import { itemName } from './item-name.ts';
import type { Block, Cte, FromTree, Source } from './model.ts';
import { type BinderPort, type CteScope, depthMax, type Place } from './place.ts';
import { sourcesIn } from './resolve-column.ts';

type Leaf = Extract<FromTree, { kind: 'leaf' }>;

/** What servers join at most. Whatever compares sources with one another may rely on it. */
const sourcesMax = 61;

export class FromBinder {
  readonly #binder: BinderPort;

  constructor(binder: BinderPort) {
    this.#binder = binder;
  }

  reference(node: TableReference, block: Block, place: Place): FromTree {
    switch (node.kind) {
      case 'table':
        return this.#table(node, block, place);
      case 'derived':
        return this.#derived(node, block, place);
      case 'join':
        return this.#join(node, block, place);
      case 'tableList':
        return this.#list(node.tables, node, block, place);
      case 'odbcJoin':
        return this.reference(node.table, block, place);
      case 'jsonTable':
      case 'tableFunction':
        return this.#function(node, block, place);
    }
  }

  /** The one source of TABLE t. */
  tableOfQuery(node: TableQuery, block: Block, place: Place): Leaf {
    return this.#named(node, node.table, node.table.name.name, block, place);
  }

  #leaf(source: Source, block: Block): Leaf {
    if (block.sources.length >= sourcesMax) {
      const server = this.#binder.host.flavour === 'mariadb' ? 'MariaDB' : 'MySQL';
      const message = `Too many tables; ${server} can only use ${sourcesMax} tables in a join`;
      throw new SqlError(1116, 'HY000', message);
    }
    block.sources.push(source);
    return { kind: 'leaf', source };
  }

  #table(node: TableNode, block: Block, place: Place): Leaf {
    return this.#named(node, node.name, node.alias?.name ?? node.name.name.name, block, place);
  }

  #named(node: TableNode | TableQuery, name: TableName, alias: string, block: Block, place: Place): Leaf {
    const cte = name.schema === null ? findCte(place.scope, name.name.name) : null;
    if (cte !== null && node.kind === 'table') return this.#leaf(this.#cte(node, cte, alias, block), block);
    const table = this.#binder.host.table(name, place.database);
    const id = this.#binder.nextSource();
    if (table === null) {
      this.#binder.systemTables.push(name.name.name);
      return this.#leaf({ kind: 'function', id, block, alias, node, columns: null }, block);
    }
    this.#binder.keyspaces.add(table.keyspace);
    const view = node.kind === 'table' && place.depth < depthMax ? this.#binder.host.view(table) : null;
    if (view !== null && node.kind === 'table') {
      const inner: Place = {
        unit: view.unit,
        scope: null,
        outer: null,
        database: table.keyspace,
        depth: place.depth + 1,
      };
      const query = this.#binder.query(view.query, inner);
      const source = {
        kind: 'query',
        id,
        block,
        alias,
        node,
        query,
        origin: 'view',
        lateral: false,
        columns: [],
      } as const;
      return this.#leaf({ ...source, cte: null }, block);
    }
    const source = {
      kind: 'table',
      id,
      block,
      alias,
      node,
      table,
      used: new Set<string>(),
      star: false,
    } as const;
    this.#binder.tables.push(source);
    return this.#leaf(source, block);
  }

  #cte(node: TableNode, cte: Cte, alias: string, block: Block): Source {
    const id = this.#binder.nextSource();
    cte.references++;
    if (cte.query === null && !this.#binder.openCtes.has(cte) && !this.#binder.bindLaterCte(cte))
      this.#binder.doubts.push(`${cte.name}, a CTE that recurs by way of another`);
    if (cte.query === null) {
      cte.recursive = true;
      const columns = cte.columns.length > 0 ? cte.columns.map(lower) : firstBranchColumns(cte.node);
      return { kind: 'function', id, block, alias, node, columns };
    }
    const { query, columns } = cte;
    return { kind: 'query', id, block, alias, node, query, origin: 'cte', lateral: false, columns, cte };
  }

  #derived(node: Derived, block: Block, place: Place): Leaf {
    const inner = { ...place, outer: node.lateral ? block : place.outer, depth: place.depth + 1 };
    const query = this.#binder.query(node.subquery.query, inner);
    const id = this.#binder.nextSource();
    const columns = node.columns.map((column) => column.name);
    const { lateral } = node;
    const alias = node.alias?.name ?? '';
    return this.#leaf(
      { kind: 'query', id, block, alias, node, query, origin: 'derived', lateral, columns, cte: null },
      block,
    );
  }

  #function(node: JsonTable | TableFunction, block: Block, place: Place): Leaf {
    const id = this.#binder.nextSource();
    const columns = node.kind === 'jsonTable' ? node.columnNames.map((column) => lower(column.name)) : null;
    const alias = node.alias?.name ?? '';
    this.#binder.expressions(node.kind === 'jsonTable' ? node.document : node.call, block, place);
    return this.#leaf({ kind: 'function', id, block, alias, node, columns }, block);
  }

  #join(node: Join, block: Block, place: Place): FromTree {
    const left = this.reference(node.left, block, place);
    const right = this.reference(node.right, block, place);
    const names = node.using?.columns.map((column) => column.name) ?? null;
    const merges = node.natural || node.using !== null;
    if (node.natural)
      for (const source of [...sourcesIn(left), ...sourcesIn(right)]) this.#binder.star(source);
    const using = merges ? this.#binder.commonColumns(sourcesIn(left), sourcesIn(right), names) : [];
    const turned = node.type === 'right';
    return {
      kind: 'join',
      node,
      outer: node.type === 'left' || node.type === 'right',
      preserved: turned ? right : left,
      other: turned ? left : right,
      on: node.on?.expression ?? null,
      using,
    };
  }

  #list(nodes: readonly TableReference[], node: TableReference, block: Block, place: Place): FromTree {
    let tree: FromTree | null = null;
    for (const item of nodes) {
      const next = this.reference(item, block, place);
      tree =
        tree === null
          ? next
          : { kind: 'join', node, outer: false, preserved: tree, other: next, on: null, using: [] };
    }
    if (tree === null) throw new Error('an empty list of table references');
    return tree;
  }
}

function findCte(scope: CteScope | null, name: string): Cte | null {
  for (let at = scope; at !== null; at = at.outer) {
    const found = at.ctes.find((cte) => cte.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
  }
  return null;
}

/** Column names of a recursive CTE without a column list: its first branch's, as far as they are plain. */
function firstBranchColumns(node: CommonTableExpression): readonly string[] | null {
  let query = node.query;
  while (query.kind === 'setOperation' || query.kind === 'parenQuery') {
    query = query.kind === 'setOperation' ? query.left : query.query;
  }
  if (query.kind !== 'select') return null;
  const names = query.list.items.map((item) => {
    if (item.expression.kind === 'star') return null;
    return lower(itemName(item));
  });
  return names.every((name) => name !== null) ? names.filter((name) => name !== null) : null;
}
