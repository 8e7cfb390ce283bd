// Plans what is neither query, write nor table DDL: stored programs, administration, EXPLAIN, DO.
import { shardgateError } from '../../errors/catalog.ts';
import type { Plan, PlanNode } from '../../plan/nodes.ts';
import type {
  Admin,
  CallProcedure,
  Do,
  Explain,
  LoadData,
  ObjectStatement,
  TableName,
} from '../../sql/ast.ts';
import { readProgram } from '../../sql/program.ts';
import type { Keyspace, Trigger } from '../../vschema/model.ts';
import { triggerFromAst } from '../../vschema/trigger-from-ast.ts';
import { calledKeyspace } from '../called-functions.ts';
import type { PlanContext } from '../context.ts';
import { hasSubquery } from '../query/traits.ts';
import { refuse } from '../refusals.ts';
import { statementUnit } from '../statement-unit.ts';
import { isPureBody } from '../stored-functions.ts';
import { type PlanPart, readPart, tablesOf } from '../triggers/part.ts';
import { triggerProblem, triggerRefusal } from '../triggers/verdict.ts';
import { routeNode, wholeText } from '../write/route-node.ts';
import { keyspaceNamed, keyspaceOfTable, knownTable, oneKeyspace } from './place-of-table.ts';
import { type EachShardOptions, onEveryShard } from './plan-ddl.ts';

function refused(statement: string, keyspace: Keyspace, why: string, remedy: string): never {
  throw shardgateError('SG6016', { statement, keyspace: keyspace.name, why, remedy });
}

/**
 * Stored programs see one shard's rows: made on unsharded keyspaces only, dropped everywhere. A trigger may be made where all it
 * does stays on the shard of its row.
 */
export function planObject(node: ObjectStatement, context: PlanContext, planPart: PlanPart): Plan {
  const [table] = node.tables;
  const keyspace =
    table === undefined ? keyspaceNamed(node.schema?.name ?? null, context) : keyspaceOfTable(table, context);
  const trigger = triggerFromAst(node, context.mode);
  if (trigger !== null && table !== undefined) {
    checkNewTrigger(trigger, table, context, planPart);
  } else if (keyspace.sharded && node.verb !== 'drop' && !computesOnly(node)) {
    const why = 'it would see and change the rows of one shard only';
    refused(`${node.verb.toUpperCase()} ${node.what}`, keyspace, why, 'do its work in the application');
  }
  return onEveryShard(node, keyspace, context);
}

/** Of a table that does not exist a server says so. */
function checkNewTrigger(trigger: Trigger, name: TableName, context: PlanContext, planPart: PlanPart): void {
  const table = knownTable(name, context);
  if (table === null) return;
  const why = triggerProblem(trigger, table, context, planPart) ?? qualifiedProblem(trigger, context);
  if (why !== null) throw triggerRefusal(trigger, table, why);
}

/** A body is sent as it is, and databases have other names on the shards. */
function qualifiedProblem({ body }: Trigger, { mode, vschema }: PlanContext): string | null {
  const program = readProgram(body, mode);
  if ('unread' in program) return null;
  for (const text of program.parts) {
    const names = tablesOf(readPart(text, program.locals, mode));
    const named = names.find(({ schema }) => schema !== null && vschema.keyspaces.has(schema.name));
    if (named !== undefined)
      return `it names ${named.schema?.name ?? ''}.${named.name.name} with its database, which has another name on each shard`;
  }
  return null;
}

/** A function that looks at no rows is the same on every shard. */
function computesOnly({ verb, what, name, start, text }: ObjectStatement): boolean {
  return (
    verb === 'create' && what === 'FUNCTION' && name !== null && isPureBody(text.slice(name.end - start))
  );
}

const tableVerbs = new Set([
  'ANALYZE TABLE',
  'CHECK TABLE',
  'OPTIMIZE TABLE',
  'REPAIR TABLE',
  'CHECKSUM TABLE',
]);

export function planAdmin(node: Admin, context: PlanContext): Plan {
  if (node.tables.length > 0 && tableVerbs.has(node.verb)) {
    const keyspace = oneKeyspace(node.tables, node.verb, context);
    const options =
      node.verb === 'CHECKSUM TABLE' ? checksums(node, context) : { result: 'reports' as const };
    return onEveryShard(node, keyspace, context, { ...options, ...joining(node) });
  }
  // Its values would go to variables of a connection that is not the session's.
  if (node.verb === 'GET') {
    const why = 'what it tells is of the session, and it assigns variables of a server';
    throw shardgateError('SG2001', { construct: 'GET DIAGNOSTICS', why, remedy: 'use SHOW WARNINGS' });
  }
  const keyspace =
    node.tables.length > 0 ? oneKeyspace(node.tables, node.verb, context) : keyspaceNamed(null, context);
  if (keyspace.sharded && !node.verb.startsWith('FLUSH')) {
    refused(node.verb, keyspace, 'it concerns servers, not a keyspace', 'run it on the servers themselves');
  }
  return onEveryShard(node, keyspace, context, joining(node));
}

/** Administration that ends no transaction. */
const joiningVerbs: ReadonlyMap<string, 'plainly' | 'call'> = new Map([
  ...['CHECKSUM TABLE', 'HELP', 'SIGNAL', 'RESIGNAL', 'DELETE HISTORY'].map(
    (verb) => [verb, 'plainly'] as const,
  ),
  ...['BEGIN NOT ATOMIC', 'IF', 'CASE', 'LOOP', 'WHILE', 'REPEAT', 'FOR'].map(
    (verb) => [verb, 'call'] as const,
  ),
]);

export function joinsOf(verb: string): Plan['joins'] {
  return joiningVerbs.get(verb);
}

function joining({ verb }: Admin): EachShardOptions {
  const joins = joinsOf(verb);
  return joins === undefined ? {} : { joins };
}

function checksums({ tables }: Admin, context: PlanContext): EachShardOptions {
  const known = tables.flatMap((name) => knownTable(name, context) ?? []);
  const whole = known.filter(({ kind }) => kind === 'reference');
  return { result: 'checksums', wholeTables: whole.map(({ keyspace, name }) => `${keyspace}.${name}`) };
}

export function planCall(node: CallProcedure, context: PlanContext): Plan {
  const keyspace = keyspaceNamed(node.schema?.name ?? null, context);
  if (keyspace.sharded) {
    refused('CALL', keyspace, 'a procedure would see the rows of one shard only', 'name a shard with USE');
  }
  return onEveryShard(node, keyspace, context, { joins: 'call' });
}

export function planLoadData(node: LoadData, context: PlanContext): Plan {
  const keyspace = keyspaceOfTable(node.table, context);
  if (keyspace.sharded) {
    refused('LOAD DATA', keyspace, 'its rows belong to several shards', 'use LOAD DATA LOCAL');
  }
  return onEveryShard(node, keyspace, context, { joins: 'plainly' });
}

export function planDo(node: Do, context: PlanContext): Plan {
  if (hasSubquery(node))
    throw shardgateError('SG2001', {
      construct: 'DO with a subquery',
      why: 'nobody sees its rows',
      remedy: 'use SELECT',
    });
  const { database, vschema } = context;
  const name = calledKeyspace(node, context) ?? database;
  const keyspace = name === null ? [...vschema.keyspaces.values()][0] : vschema.keyspaces.get(name);
  if (keyspace === undefined) return onEveryShard(node, keyspaceNamed(database, context), context);
  return onAnyServer(node, keyspace, context, ['no table: any server does it']);
}

function onAnyServer(
  node: Do | Explain,
  keyspace: Keyspace,
  context: PlanContext,
  reasons: readonly string[],
): Plan {
  const unit = statementUnit(context.text, node, context.normalized);
  const impossible = refuse(shardgateError('SG2020', { kind: node.kind }));
  const root = routeNode(keyspace.name, { kind: 'any' }, wholeText(node, unit, context), impossible);
  const label = keyspace.sharded ? 'reference' : 'unsharded';
  return { label, keyspace: keyspace.name, reasons, root, readOnly: true, locks: false };
}

/**
 * EXPLAIN goes where the statement would go when that is one shard; for several shards the first one's plan stands for all,
 * as they have the same tables and indexes. What runs the statement (ANALYZE) must be for one shard.
 */
export function planExplain(node: Explain, inner: Plan, context: PlanContext): Plan {
  const keyspace = keyspaceNamed(inner.keyspace, context);
  const { root } = inner;
  if (root.kind === 'route') {
    const unit = statementUnit(context.text, node, context.normalized);
    const several =
      root.several.kind === 'refuse' ? root.several : refuse(shardgateError('SG2020', { kind: 'EXPLAIN' }));
    const template = wholeText(node, unit, context);
    const destination = node.analyze ? root.destination : someShard(root);
    const made = routeNode(keyspace.name, destination, template, several);
    return { ...inner, reasons: [...inner.reasons, 'EXPLAIN of one shard'], root: made };
  }
  if (root.kind === 'refuse') return inner;
  if (node.analyze) throw shardgateError('SG2020', { kind: 'ANALYZE' });
  return {
    ...onAnyServer(node, keyspace, context, [...inner.reasons, 'EXPLAIN: one shard stands for all']),
    label: inner.label,
  };
}

function someShard(root: Extract<PlanNode, { kind: 'route' }>): typeof root.destination {
  const { kind } = root.destination;
  return kind === 'equal' || kind === 'shard' || kind === 'any' ? root.destination : { kind: 'any' };
}
