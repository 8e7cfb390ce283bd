// Binds a statement against the vschema: views of sharded keyspaces are looked into, all other tables stand for themselves.
import type { Delete, Query, Update } from '../../sql/ast.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import type { Table } from '../../vschema/model.ts';
import type { PlanContext } from '../context.ts';
import { plainUnit } from '../statement-unit.ts';
import type { TextUnit } from '../text-unit.ts';
import { Binder } from './binder.ts';
import { lookupTable } from './lookup-table.ts';
import type { Binding } from './model.ts';
import type { BindHost } from './place.ts';
import { viewWords } from './view-words.ts';

export function bindStatement(node: Query | Update | Delete, unit: TextUnit, context: PlanContext): Binding {
  const { vschema, database, mode } = context;
  const host: BindHost = {
    database,
    skipsUnusedCtes: vschema.flavour.kind === 'mysql',
    seesLaterCtes: vschema.flavour.kind === 'mariadb',
    flavour: mode.flavour,
    table: (name, defaultSchema) => lookupTable(vschema, name, defaultSchema),
    view(table: Table) {
      if (table.view === null || vschema.keyspaces.get(table.keyspace)?.sharded !== true) return null;
      const text = viewWords(table, table.view, context);
      const query = parseStatement(text, mode);
      if (!isQuery(query)) return null;
      return { query, unit: plainUnit(text, query) };
    },
  };
  return new Binder(host).bind(node, unit);
}

export function isQuery(node: { readonly kind: string }): node is Query {
  return queryKinds.has(node.kind);
}

const queryKinds: ReadonlySet<string> = new Set<Query['kind']>([
  'select',
  'setOperation',
  'parenQuery',
  'valuesQuery',
  'tableQuery',
]);
