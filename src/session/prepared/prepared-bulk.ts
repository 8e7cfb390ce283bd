// COM_STMT_BULK_EXECUTE: an INSERT becomes one statement of many rows, anything else runs row by row.
import type { OkResult } from '../../engine/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { type BulkCell, bulkStatementId, decodeBulk } from '../../protocol/stmt-bulk.ts';
import type { Insert, Statement } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { walk } from '../../sql/visitor.ts';
import type { SessionPort } from '../session-port.ts';
import { runCaptured } from '../statement/statement-run.ts';
import { fillParams } from './fill-params.ts';
import { assertReadsAlike } from './same-reading.ts';

/** As MariaDB: the rows of an INSERT stand or fall together, other statements take effect one after the other. */
export async function runBulk(session: SessionPort, payload: Buffer): Promise<void> {
  const { state, sink } = session;
  const statement = state.prepared.get(bulkStatementId(payload), 'mysqld_stmt_bulk_execute');
  assertReadsAlike(statement.text, statement.mode, state.mode);
  const { types, rows } = decodeBulk(payload, {
    paramCount: statement.paramCount,
    types: statement.paramTypes,
    noBackslashEscapes: state.mode.noBackslashEscapes,
  });
  statement.paramTypes = Buffer.from(types);
  try {
    const total = await runAll(session, textsOf(session, statement.text, rows));
    sink.ok(total);
    session.statementEnded({ error: null, rows: false, rowCount: 0, ...total });
  } catch (error) {
    if (error instanceof SqlError) {
      await state.scope.failed(error.errno);
      session.statementEnded({ ...failed, error });
    }
    throw error;
  }
}

const failed = { rows: false, rowCount: 0, affectedRows: 0n, lastInsertId: 0n, warnings: 0 };

async function runAll(session: SessionPort, texts: readonly SqlText[]): Promise<OkResult> {
  let total: OkResult = { affectedRows: 0n, lastInsertId: 0n, warnings: 0, info: '' };
  for (const text of texts) {
    const { okResult } = await runCaptured(session, text);
    if (okResult === null) {
      throw new SqlError(
        1235,
        '42000',
        'a statement with rows as its answer is not supported in COM_STMT_BULK_EXECUTE',
      );
    }
    total = {
      affectedRows: total.affectedRows + okResult.affectedRows,
      lastInsertId: total.lastInsertId === 0n ? okResult.lastInsertId : total.lastInsertId,
      warnings: total.warnings + okResult.warnings,
      info: texts.length === 1 ? okResult.info : '',
    };
  }
  return total;
}

function textsOf(
  session: SessionPort,
  text: SqlText,
  rows: readonly (readonly BulkCell[])[],
): readonly SqlText[] {
  const { mode } = session.state;
  const insert = rowInsert(parseStatement(text, mode));
  const filled = rows.map((row) => fillParams(text, row.map(literalOf), mode, 'mysqld_stmt_bulk_execute'));
  if (insert === null || filled.length < 2) return filled;
  // Only the row differs: what is in front of it and behind it has no parameters.
  const tail = text.slice(insert.rowEnd);
  const tuples = filled.map((one) => one.slice(insert.rowStart, one.length - tail.length));
  return [text.slice(0, insert.rowStart) + tuples.join(', ') + tail];
}

/** Both markers say the same of a row that is not there yet. */
function literalOf(cell: BulkCell): SqlText {
  if (cell === 'default' || cell === 'ignore') return 'DEFAULT';
  return cell.negative ? `-${cell.sql}` : cell.sql;
}

/** The span of the one row of an INSERT ... VALUES (?, ?) whose parameters all stand in that row; null for anything else. */
function rowInsert(statement: Statement): { readonly rowStart: number; readonly rowEnd: number } | null {
  if (statement.kind !== 'insert' || statement.returning !== null) return null;
  const row = onlyRow(statement);
  if (row === null) return null;
  let outside = false;
  walk(statement, (node) => {
    if (node.kind === 'param' && (node.start < row.start || node.end > row.end)) outside = true;
  });
  return outside ? null : { rowStart: row.start, rowEnd: row.end };
}

function onlyRow({ source }: Insert): { readonly start: number; readonly end: number } | null {
  if (source.kind !== 'insertValues' || source.rows.length !== 1) return null;
  return source.rows[0] ?? null;
}
