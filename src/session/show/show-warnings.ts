// SHOW WARNINGS, SHOW ERRORS and their counts: of the session's last statement, whichever shards raised them.
import type { LimitClause, Show } from '../../sql/ast.ts';
import { ColumnFlag, FieldType } from '../../value/column-definition.ts';
import { answerRows, numberColumn, textColumn } from '../answer/answer.ts';
import type { Warning } from '../servers/warnings.ts';
import type { StatementContext } from '../statement/statement-context.ts';

export async function showWarnings(show: Show, context: StatementContext): Promise<void> {
  await context.state.warningsReady();
  const wanted = context.state.warnings.filter(
    (warning) => show.what === 'warnings' || warning.level === 'Error',
  );
  const { offset, count } = limitOf(show.limit, context);
  const rows = wanted
    .slice(offset, offset + count)
    .map((warning: Warning) => [warning.level, String(warning.code), warning.message]);
  const code = {
    ...numberColumn('Code', 4),
    type: FieldType.long,
    flags: ColumnFlag.notNull | ColumnFlag.unsigned | ColumnFlag.number,
  };
  const columns = [textColumn('Level', 7), code, textColumn('Message', 512)];
  answerRows(context.sink, columns, rows, context.format);
}

/** The numbers are literals: the grammar allows nothing else here. */
function limitOf(limit: LimitClause | null, context: StatementContext): { offset: number; count: number } {
  const numberAt = (span: { readonly start: number; readonly end: number } | null, none: number): number =>
    span === null ? none : Number(context.text.slice(span.start, span.end));
  return {
    offset: numberAt(limit?.offset ?? null, 0),
    count: numberAt(limit?.count ?? null, Number.POSITIVE_INFINITY),
  };
}

export async function showWarningCount(show: Show, context: StatementContext): Promise<void> {
  await context.state.warningsReady();
  const errors = show.what === 'countErrors';
  const count = context.state.warnings.filter((warning) => !errors || warning.level === 'Error').length;
  const name = errors ? '@@session.error_count' : '@@session.warning_count';
  const column = { ...numberColumn(name), flags: ColumnFlag.unsigned | ColumnFlag.binary };
  answerRows(context.sink, [column], [[String(count)]], context.format);
}
