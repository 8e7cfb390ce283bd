// Which statements of those the session answers a server prepares: clients try others as text, so a yes must be the server's yes.
import { SqlError } from '../../errors/sql-error.ts';
import type { Statement } from '../../sql/ast.ts';
import type { Flavour } from '../../sql/mode.ts';

/** Statements about prepared statements. */
const never: ReadonlySet<string> = new Set(['prepare', 'execute', 'executeImmediate', 'deallocate']);

/** Measured on MySQL 9.7; MariaDB prepares all of these. COMMIT and ROLLBACK it does prepare. */
const notOnMysql: ReadonlySet<string> = new Set([
  'use',
  'begin',
  'savepoint',
  'releaseSavepoint',
  'rollbackTo',
  'xa',
  'lockTables',
  'unlockTables',
]);
const showNotOnMysql: ReadonlySet<string> = new Set(['warnings', 'errors', 'countWarnings', 'countErrors']);

/** Throws ER_UNSUPPORTED_PS for what neither COM_STMT_PREPARE nor PREPARE takes. */
export function checkPreparable(statement: Statement, flavour: Flavour): void {
  if (isPreparable(statement, flavour)) return;
  const message = 'This command is not supported in the prepared statement protocol yet';
  throw new SqlError(1295, 'HY000', message);
}

function isPreparable(statement: Statement, flavour: Flavour): boolean {
  if (never.has(statement.kind)) return false;
  if (flavour === 'mariadb') return true;
  if (statement.kind === 'show') return !showNotOnMysql.has(statement.what);
  return !notOnMysql.has(statement.kind);
}
