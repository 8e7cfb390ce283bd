// LIKE and WHERE of a SHOW whose rows Shardgate makes: a server filters them, by its own rules.
import type { Show } from '../../sql/ast.ts';
import { hexLiteral, quoteIdentifier } from '../../text/quote.ts';
import { type AnswerRow, answerRows, textColumn } from '../answer.ts';
import type { StatementContext } from '../statement-context.ts';

/** One column of a composed SHOW; `numeric` cells are digits. */
export interface ShowColumn {
  readonly name: string;
  readonly numeric?: boolean;
}

/** Answers with the rows the client's LIKE (on the first column) or WHERE keeps. */
export async function answerFiltered(
  columns: readonly ShowColumn[],
  rows: readonly AnswerRow[],
  show: Show,
  context: StatementContext,
): Promise<void> {
  const kept =
    show.like === null && show.where === null ? rows : await filterOnServer(columns, rows, show, context);
  const first = columns[0]?.name ?? '';
  const names = columns.map((column, index) =>
    index === 0 && show.like !== null ? `${first} (${likeText(show)})` : column.name,
  );
  answerRows(
    context.sink,
    names.map((name) => textColumn(name)),
    kept,
    context.format,
  );
}

function likeText(show: Show): string {
  const spelled = show.like?.text ?? '';
  return Buffer.from(spelled.slice(1, -1), 'latin1').toString('utf8');
}

async function filterOnServer(
  columns: readonly ShowColumn[],
  rows: readonly AnswerRow[],
  show: Show,
  context: StatementContext,
): Promise<readonly AnswerRow[]> {
  if (rows.length === 0) return rows;
  const cell = (value: string | null | undefined, column: ShowColumn): string => {
    if (value === null || value === undefined) return 'NULL';
    return column.numeric === true ? value : `_utf8mb4 ${hexLiteral(Buffer.from(value, 'utf8'))}`;
  };
  const selects = rows.map((row, index) => {
    const cells = columns.map(
      (column, at) => `${cell(row[at], column)}${index === 0 ? ` AS ${quoteIdentifier(column.name)}` : ''}`,
    );
    return `SELECT ${cells.join(', ')}`;
  });
  const first = quoteIdentifier(columns[0]?.name ?? '');
  const text = context.text;
  const condition =
    show.like !== null
      ? `${first} LIKE ${text.slice(show.like.start, show.like.end)}`
      : text.slice(show.where?.start ?? 0, show.where?.end ?? 0);
  const result = await context.query(
    `SELECT * FROM (${selects.join(' UNION ALL ')}) AS shown WHERE ${condition}`,
  );
  return result.rows.map((row) =>
    row.map((value) => (value === null ? null : Buffer.from(value, 'latin1').toString('utf8'))),
  );
}
