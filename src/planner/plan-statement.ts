// The planner's one entry: a parsed statement and what it depends on, to a plan.
import { shardgateError } from '../errors/catalog.ts';
import type { Plan } from '../plan/nodes.ts';
import type { Delete, Insert, LoadData, Statement, Update } from '../sql/ast.ts';
import type { PlanContext } from './context.ts';
import {
  planAlterTable,
  planCreateIndex,
  planCreateTable,
  planCreateView,
  planDatabase,
  planNamedTables,
} from './ddl/plan-ddl.ts';
import { planAdmin, planCall, planDo, planExplain, planLoadData, planObject } from './ddl/plan-other.ts';
import { planInsert } from './insert/plan-insert.ts';
import { planLoad } from './insert/plan-load.ts';
import { withLookupDestinations } from './lookup-destinations.ts';
import { planQuery } from './query/plan-query.ts';
import { namedShards, planTargeted } from './targeted.ts';
import { withTriggers } from './triggers/fired.ts';
import { askingServer } from './write/ask-server.ts';
import { planDml } from './write/plan-dml.ts';
import { checkCascades } from './write/written-by.ts';

/**
 * Plans one statement. Pure and synchronous.
 *
 * Takes queries, INSERT/REPLACE/UPDATE/DELETE, DDL, table administration (`ANALYZE TABLE` ...), CALL, DO, EXPLAIN.
 * Session statements (SET, SHOW, USE, transactions, PREPARE ...) are the session's business and refused here; so are
 * statements over information_schema and its kin, which here go to any server.
 * Throws SqlError: a server's own error it can word exactly (1046, 1049, 1146), or a catalogue error naming the construct.
 */
export function planStatement(statement: Statement, context: PlanContext): Plan {
  const plan = planPlaced(statement, context);
  const timeout = context.directives.get('QUERY_TIMEOUT_MS');
  return timeout === undefined || !/^\d{1,9}$/.test(timeout) ? plan : { ...plan, timeoutMs: Number(timeout) };
}

function planPlaced(statement: Statement, context: PlanContext): Plan {
  const named = namedShards(context);
  if (named !== null && !databases.has(statement.kind)) return planTargeted(statement, named, context);
  return withLookupDestinations(byVschema(statement, context));
}

/** The configuration's, whichever shard is named. */
const databases: ReadonlySet<Statement['kind']> = new Set([
  'createDatabase',
  'dropDatabase',
  'alterDatabase',
]);

function byVschema(statement: Statement, context: PlanContext): Plan {
  switch (statement.kind) {
    case 'select':
    case 'setOperation':
    case 'parenQuery':
    case 'valuesQuery':
    case 'tableQuery':
      return planQuery(statement, context);
    case 'insert':
      return askingServer(statement, context, () =>
        fitting(statement, context, planInsert(statement, context)),
      );
    case 'update':
    case 'delete':
      return askingServer(statement, context, () => fitting(statement, context, planDml(statement, context)));
    case 'setStatementFor':
      return planStatement(statement.statement, context);
    case 'explain': {
      if (statement.statement === null) throw shardgateError('SG2020', { kind: 'EXPLAIN FOR CONNECTION' });
      return planExplain(statement, planStatement(statement.statement, context), context);
    }
    default:
      return ddl(statement, context);
  }
}

function fitting(node: Insert | Update | Delete | LoadData, context: PlanContext, plan: Plan): Plan {
  if (plan.root.kind === 'refuse') return plan;
  checkCascades(node, context);
  return withTriggers(node, context, plan, planStatement);
}

function ddl(statement: Statement, context: PlanContext): Plan {
  switch (statement.kind) {
    case 'createTable':
      return planCreateTable(statement, context);
    case 'alterTable':
      return planAlterTable(statement, context);
    case 'createView':
      return planCreateView(statement, context);
    case 'dropTable':
      return planNamedTables(statement, statement.tables, 'DROP', context);
    case 'truncateTable':
      return planNamedTables(statement, [statement.table], 'TRUNCATE', context);
    case 'createIndex':
      return planCreateIndex(statement, context);
    case 'dropIndex':
      return planNamedTables(statement, [statement.table], 'DROP INDEX', context);
    case 'renameTable': {
      const names = statement.pairs.flatMap((pair) => [pair.from]);
      return planNamedTables(statement, names, 'RENAME TABLE', context);
    }
    case 'createDatabase':
    case 'dropDatabase':
    case 'alterDatabase':
      return planDatabase(statement, context);
    case 'objectStatement':
      return planObject(statement, context, planStatement);
    case 'admin':
      return planAdmin(statement, context);
    case 'callProcedure':
      return planCall(statement, context);
    case 'loadData':
      return statement.local && !statement.xml
        ? fitting(statement, context, planLoad(statement, context))
        : planLoadData(statement, context);
    case 'do':
      return planDo(statement, context);
    default:
      throw shardgateError('SG2020', { kind: statement.kind });
  }
}
