// What would become of a statement: understood, planned, where to, why.

import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { PlanLabel } from '../../plan/nodes.ts';
import { toSqlError } from '../../session/error-of.ts';
import type { Statement } from '../../sql/ast.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import type { VSchema } from '../../vschema/model.ts';
import { explainStatement, modeOf } from './explain.ts';

export type StatementKind =
  | 'select'
  | 'insert'
  | 'replace'
  | 'update'
  | 'delete'
  | 'ddl'
  | 'set'
  | 'show'
  | 'transaction'
  | 'other';

export interface Assessment {
  readonly sql: string;
  /** The grammar reads it. */
  readonly parsed: boolean;
  /** It can be planned. */
  readonly ok: boolean;
  readonly kind: StatementKind;
  readonly plan: PlanLabel | null;
  /** null: depends on a value or a lookup. */
  readonly shards: number | null;
  readonly reasons: readonly string[];
  readonly error: {
    readonly id: string | null;
    readonly errno: number;
    readonly sqlstate: string;
    readonly message: string;
  } | null;
}

/** Never throws for what the text holds. */
export function assess(sql: string, keyspace: string | null, vschema: VSchema): Assessment {
  let statement: Statement;
  try {
    statement = parseStatement(Buffer.from(sql, 'utf8').toString('latin1'), modeOf(vschema));
  } catch (error) {
    return failure(sql, false, 'other', toSqlError(error));
  }
  const kind = kindOf(statement);
  try {
    refuseUnsupported(statement);
    return planned(sql, kind, keyspace, vschema);
  } catch (error) {
    return failure(sql, true, kind, toSqlError(error));
  }
}

function planned(sql: string, kind: StatementKind, keyspace: string | null, vschema: VSchema): Assessment {
  const { plan, shards, reasons } = explainStatement(sql, keyspace, vschema);
  if (plan === null) {
    return { sql, parsed: true, ok: true, kind, plan: 'session', shards: 0, reasons, error: null };
  }
  const { root } = plan;
  if (root.kind === 'refuse') {
    return failure(sql, true, kind, new SqlError(root.errno, root.sqlState, root.message, root.id), reasons);
  }
  return {
    sql,
    parsed: true,
    ok: true,
    kind,
    plan: plan.label,
    shards: shards?.length ?? null,
    reasons,
    error: null,
  };
}

function failure(
  sql: string,
  parsed: boolean,
  kind: StatementKind,
  error: SqlError,
  reasons: readonly string[] = [],
): Assessment {
  const { id, errno, sqlState, message } = error;
  return {
    sql,
    parsed,
    ok: false,
    kind,
    plan: null,
    shards: null,
    reasons,
    error: { id, errno, sqlstate: sqlState, message },
  };
}

function refuseUnsupported(statement: Statement): void {
  if (statement.kind === 'lockTables') throw shardgateError('SG5009', { construct: 'LOCK TABLES' });
  if (statement.kind === 'xa') throw shardgateError('SG5009', { construct: 'XA' });
  if (statement.kind === 'handler') throw shardgateError('SG5029');
}

const kinds: Partial<Record<Statement['kind'], StatementKind>> = {
  select: 'select',
  setOperation: 'select',
  parenQuery: 'select',
  valuesQuery: 'select',
  tableQuery: 'select',
  update: 'update',
  delete: 'delete',
  set: 'set',
  setStatementFor: 'set',
  show: 'show',
  describeTable: 'show',
  begin: 'transaction',
  commit: 'transaction',
  rollback: 'transaction',
  savepoint: 'transaction',
  releaseSavepoint: 'transaction',
  rollbackTo: 'transaction',
  xa: 'transaction',
  createTable: 'ddl',
  alterTable: 'ddl',
  dropTable: 'ddl',
  renameTable: 'ddl',
  truncateTable: 'ddl',
  createIndex: 'ddl',
  dropIndex: 'ddl',
  createView: 'ddl',
  createDatabase: 'ddl',
  dropDatabase: 'ddl',
  alterDatabase: 'ddl',
  objectStatement: 'ddl',
  alterVschema: 'ddl',
};

function kindOf(statement: Statement): StatementKind {
  if (statement.kind === 'insert') return statement.replace ? 'replace' : 'insert';
  return kinds[statement.kind] ?? 'other';
}
