// Plans DDL and table administration: every shard of the keyspace gets the statement.
import { shardgateError } from '../../errors/catalog.ts';
import type { EachShardNode, Plan } from '../../plan/nodes.ts';
import type {
  AlterDatabase,
  AlterTable,
  CreateDatabase,
  CreateIndex,
  CreateTable,
  CreateView,
  DropDatabase,
  Node,
  Query,
  Statement,
  TableName,
} from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { Keyspace } from '../../vschema/model.ts';
import type { PlanContext } from '../context.ts';
import { refuse } from '../refusals.ts';
import { statementUnit } from '../statement-unit.ts';
import { planOfWrite } from '../write/plan-of-write.ts';
import { routeNode, wholeText, wholeTextAlways } from '../write/route-node.ts';
import { checkAddedKeys, checkNewTable } from './key-constraints.ts';
import { keyspaceNamed, keyspaceOfTable, knownTable, oneKeyspace } from './place-of-table.ts';
import { checkRoutingColumns } from './routing-columns.ts';

/** What a DDL statement needs besides its keyspace. */
export interface EachShardOptions {
  readonly result?: EachShardNode['result'];
  readonly warning?: string | null;
  readonly destination?: EachShardNode['destination'];
  readonly joins?: Plan['joins'];
  readonly wholeTables?: readonly string[];
  /** Every shard has all rows of its table. */
  readonly everywhere?: boolean;
}

/** The statement on every shard of a sharded keyspace, or relayed to the one server of an unsharded one. */
export function onEveryShard(
  root: Node,
  keyspace: Keyspace,
  context: PlanContext,
  options: EachShardOptions = {},
): Plan {
  checkQualifiers(root, keyspace, context);
  const unit = statementUnit(context.text, root, context.normalized);
  const { result = 'ok', warning = null, destination = { kind: 'all' }, joins, wholeTables } = options;
  const joining = joins === undefined ? {} : { joins };
  // Rows of administration name tables with their database: those are not relayed, so that the name can be changed.
  if (!keyspace.sharded && destination.kind === 'all' && warning === null && result === 'ok') {
    const impossible = refuse(shardgateError('SG6015', { statement: 'DDL', keyspaces: keyspace.name }));
    const route = routeNode(keyspace.name, { kind: 'any' }, wholeText(root, unit, context), impossible);
    const reasons = [`keyspace ${keyspace.name} is unsharded`];
    return { ...planOfWrite('ddl', keyspace.name, route, reasons), ...joining };
  }
  const node: EachShardNode = {
    kind: 'eachShard',
    keyspace: keyspace.name,
    destination,
    template: wholeTextAlways(root, unit, context),
    result,
    ...(wholeTables === undefined ? {} : { wholeTables }),
    ...(options.everywhere === true ? { everywhere: true } : {}),
    warning,
  };
  const reason =
    destination.kind === 'none' ? 'nothing to do' : `every shard of ${keyspace.name} has the same tables`;
  return { ...planOfWrite('ddl', keyspace.name, node, [reason]), ...joining };
}

/** Names of tables may say another keyspace anywhere: REFERENCES, RENAME ... TO, a view's query. */
function checkQualifiers(root: Node, keyspace: Keyspace, { vschema }: PlanContext): void {
  walk(root, (node) => {
    if (node.kind !== 'tableName' || node.schema === null) return;
    const other = vschema.keyspaces.get(node.schema.name);
    if (other === undefined || other === keyspace || !(other.sharded || keyspace.sharded)) return;
    throw shardgateError('SG6015', { statement: 'DDL', keyspaces: `${keyspace.name}, ${other.name}` });
  });
}

export function planCreateTable(node: CreateTable, context: PlanContext): Plan {
  const keyspace = keyspaceNamed(node.table.schema?.name ?? null, context);
  if (!keyspace.sharded) {
    if (node.query !== null) checkQuery(node.query, 'CREATE TABLE ... SELECT', keyspace, context);
    return onEveryShard(node, keyspace, context, temporary(node, context));
  }
  const name = node.table.name.name;
  if (node.temporary) {
    throw shardgateError('SG6016', {
      statement: 'CREATE TEMPORARY TABLE',
      keyspace: keyspace.name,
      why: 'it would live on one connection of one shard',
      remedy: 'use a table of an unsharded keyspace',
    });
  }
  if (node.query !== null) throw shardgateError('SG6014', { keyspace: keyspace.name });
  if (node.like !== null) oneKeyspace([node.table, node.like], 'CREATE TABLE ... LIKE', context);
  const known = keyspace.tables.get(name) ?? null;
  checkNewTable(node, keyspace, context);
  const named = known !== null && known.kind !== 'unknown';
  const warning = `Table ${name} is made on every shard, but the vschema of ${keyspace.name} does not name it: it cannot be used yet`;
  return onEveryShard(node, keyspace, context, {
    warning: named || keyspace.defaultColumnVindex !== null ? null : warning,
  });
}

/** A temporary table is its connection's. Its name must not mean another keyspace's table once it is gone from sight. */
function temporary(node: CreateTable, context: PlanContext): EachShardOptions {
  if (!node.temporary) return {};
  const elsewhere = node.table.schema === null ? knownTable(node.table, context) : null;
  if (elsewhere !== null && elsewhere.keyspace !== context.database) {
    throw shardgateError('SG2001', {
      construct: `a temporary table named ${node.table.name.name}`,
      why: `without a database, the name means the table of keyspace ${elsewhere.keyspace}`,
      remedy: 'give it another name',
    });
  }
  return { joins: 'kept' };
}

export function planAlterTable(node: AlterTable, context: PlanContext): Plan {
  const keyspace = keyspaceOfTable(node.table, context);
  let warning: string | null = null;
  let everywhere = false;
  if (keyspace.sharded) {
    const table = knownTable(node.table, context);
    everywhere = table?.kind === 'reference';
    warning = checkRoutingColumns(node, table, context);
    for (const action of node.actions) {
      const keys = action.kind === 'alterAddKey' ? [action.key] : [];
      const columns =
        action.kind === 'alterAddColumn' || action.kind === 'alterChangeColumn' ? [action.column] : [];
      checkAddedKeys(table, keyspace, keys, columns, context);
    }
  }
  return onEveryShard(node, keyspace, context, { warning, everywhere });
}

export function planCreateIndex(node: CreateIndex, context: PlanContext): Plan {
  const keyspace = keyspaceOfTable(node.table, context);
  if (keyspace.sharded) checkAddedKeys(knownTable(node.table, context), keyspace, [node.key], [], context);
  return onEveryShard(node, keyspace, context);
}

export function planCreateView(node: CreateView, context: PlanContext): Plan {
  const keyspace = keyspaceNamed(node.name.schema?.name ?? null, context);
  checkQuery(node.query, 'CREATE VIEW', keyspace, context);
  return onEveryShard(node, keyspace, context);
}

/** Throws when the query reads a table that is elsewhere. */
function checkQuery(query: Query, statement: string, keyspace: Keyspace, context: PlanContext): void {
  const named: TableName[] = [];
  walk(query, (inner) => {
    if (inner.kind === 'table') named.push(inner.name);
  });
  const other = named
    .map((name) => knownTable(name, context))
    .find((table) => (table?.keyspace ?? keyspace.name) !== keyspace.name);
  if (other !== undefined && other !== null) {
    const keyspaces = `${keyspace.name}, ${other.keyspace}`;
    throw shardgateError('SG6015', { statement, keyspaces });
  }
}

/** Keyspaces come from the configuration: CREATE and DROP DATABASE are refused, unless IF [NOT] EXISTS makes them no-ops. */
export function planDatabase(
  node: CreateDatabase | DropDatabase | AlterDatabase,
  context: PlanContext,
): Plan {
  const words = {
    createDatabase: 'CREATE DATABASE',
    dropDatabase: 'DROP DATABASE',
    alterDatabase: 'ALTER DATABASE',
  };
  const statement = words[node.kind];
  const keyspace = node.name === null ? undefined : context.vschema.keyspaces.get(node.name.name);
  const allowed =
    (node.kind === 'createDatabase' && node.ifNotExists) || (node.kind === 'dropDatabase' && node.ifExists);
  if (keyspace === undefined || !allowed) throw shardgateError('SG6012', { statement });
  const warning = `${statement} is left undone: keyspace ${keyspace.name} belongs to the configuration`;
  return onEveryShard(node, keyspace, context, { warning, destination: { kind: 'none' } });
}

/** Statements that only name tables: DROP, RENAME, TRUNCATE, indexes. */
export function planNamedTables(
  node: Statement & Node,
  names: readonly TableName[],
  statement: string,
  context: PlanContext,
): Plan {
  const keyspace = oneKeyspace(names, statement, context);
  const temporaries = node.kind === 'dropTable' && node.temporary && !keyspace.sharded;
  return onEveryShard(node, keyspace, context, temporaries ? { joins: 'plainly' } : {});
}
