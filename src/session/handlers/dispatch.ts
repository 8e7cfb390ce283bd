// Statements the session answers: one line per kind.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Statement, Use } from '../../sql/ast.ts';
import { answerOk } from '../answer/answer.ts';
import { isLockStatement, runLockStatement } from '../locks/lock-functions.ts';
import { runLockTables, runUnlockTables } from '../locks/lock-tables.ts';
import { runDeallocate, runExecute, runExecuteImmediate, runPrepare } from '../prepared/named-statements.ts';
import {
  calculatesFoundRows,
  keepingFoundRows,
  keepsFoundRows,
  runCalculatingFoundRows,
} from '../rewrite/found-rows.ts';
import { runDescribeTable, runShow } from '../show/show-statement.ts';
import { runSystemQuery } from '../show/system/system-query.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { runBegin, runCommit, runRollback, runSavepoint } from '../transaction/transaction-statements.ts';
import { runSet, withSettings } from '../variables/set-statement.ts';
import { runExplain, runVexplain } from './explain-statement.ts';
import { runKill } from './kill-statement.ts';
import { parseTarget } from './use-statement.ts';

/** Answers to the context's sink; throws SqlError when nothing was answered yet. */
export async function runSessionStatement(statement: Statement, context: StatementContext): Promise<void> {
  switch (statement.kind) {
    case 'set':
      return runSet(statement, context);
    case 'setStatementFor': {
      const inner = context.text.slice(statement.statement.start, statement.end);
      return withSettings(statement.items, context, () => context.run(inner, context.params));
    }
    case 'show':
      return keepsFoundRows(statement)
        ? keepingFoundRows(context, () => runShow(statement, context))
        : runShow(statement, context);
    case 'select':
    case 'setOperation':
    case 'parenQuery':
      if (isLockStatement(statement)) return runLockStatement(context);
      return calculatesFoundRows(statement)
        ? runCalculatingFoundRows(statement, context)
        : runSystemQuery(statement, context);
    case 'describeTable':
      return runDescribeTable(statement, context);
    case 'use':
      return use(statement, context);
    case 'begin':
      return runBegin(statement, context);
    case 'commit':
      return runCommit(statement, context);
    case 'rollback':
      return runRollback(statement, context);
    case 'savepoint':
    case 'releaseSavepoint':
    case 'rollbackTo':
      return runSavepoint(statement, context);
    case 'prepare':
      return runPrepare(statement, context);
    case 'execute':
      return runExecute(statement, context);
    case 'executeImmediate':
      return runExecuteImmediate(statement, context);
    case 'deallocate':
      return runDeallocate(statement, context);
    case 'kill':
      return runKill(statement, context);
    case 'explain':
      return runExplain(statement, context);
    case 'vexplain':
      return runVexplain(statement, context);
    case 'do':
      for (const expression of statement.expressions) {
        await context.query(`SELECT ${context.text.slice(expression.start, expression.end)}`);
      }
      return answerOk(context.sink);
    case 'unlockTables':
      return runUnlockTables(context);
    case 'lockTables':
      return runLockTables(statement, context);
    case 'handler':
      throw shardgateError('SG5029');
    case 'xa':
      throw shardgateError('SG5009', { construct: 'XA' });
    case 'empty':
      throw new SqlError(1065, '42000', 'Query was empty');
    default:
      return runSystemQuery(statement, context);
  }
}

function use(statement: Use, { state, vschema, sink }: StatementContext): void {
  const target = parseTarget(statement.target, vschema, state.login);
  state.setTarget(target);
  state.noteChange({ kind: 'schema', name: target.database ?? '' });
  answerOk(sink);
}
