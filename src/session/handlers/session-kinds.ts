// Which statements the session answers itself, and by what.
import type { Node, Statement } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import { systemSchemas } from './use-statement.ts';

const sessionKinds = new Set<Statement['kind']>([
  'set',
  'setStatementFor',
  'show',
  'use',
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'releaseSavepoint',
  'rollbackTo',
  'xa',
  'prepare',
  'execute',
  'executeImmediate',
  'deallocate',
  'lockTables',
  'unlockTables',
  'kill',
  'handler',
  'do',
  'explain',
  'describeTable',
  'vexplain',
  'empty',
]);

export function isSessionStatement(statement: Statement): boolean {
  return sessionKinds.has(statement.kind);
}

/** A query over information_schema and its kin: servers know physical names, clients keyspaces. */
export function namesSystemSchema(root: Node, database: string | null): boolean {
  const inSystem = database !== null && systemSchemas.has(database.toLowerCase());
  let found = false;
  walk(root, (node) => {
    if (node.kind !== 'tableName') return;
    const schema = node.schema?.name.toLowerCase() ?? null;
    if (schema === null ? inSystem : systemSchemas.has(schema)) found = true;
  });
  return found;
}
