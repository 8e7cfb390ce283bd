// LIKE and WHERE of a SHOW whose rows Shardgate puts together: a server filters them, by its own rules.
import type { Show } from '../../sql/ast.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import type { SmallResult } from '../servers/backend-read.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { literalOf } from '../variables/variable-literal.ts';
import { answerResult } from './server-show.ts';

/** Answers with the rows the client's LIKE (on the first column) or WHERE keeps. The first head tells the LIKE, as for most servers' SHOWs. */
export async function answerFiltered(
  result: SmallResult,
  show: Show,
  context: StatementContext,
  options: { readonly headTellsLike: boolean } = { headTellsLike: true },
): Promise<void> {
  const rows = show.like === null && show.where === null ? result.rows : await filter(result, show, context);
  const heads = show.like !== null && options.headTellsLike;
  const columns = heads ? result.columns.map((column, i) => headed(column, i, show)) : result.columns;
  answerResult({ columns, rows }, context);
}

function headed(column: ColumnDefinition, index: number, show: Show): ColumnDefinition {
  if (index > 0) return column;
  const pattern = Buffer.from((show.like?.text ?? '').slice(1, -1), 'latin1').toString('utf8');
  return { ...column, name: `${column.name} (${pattern})` };
}

async function filter(
  { columns, rows }: SmallResult,
  show: Show,
  context: StatementContext,
): Promise<SmallResult['rows']> {
  if (rows.length === 0) return rows;
  const selects = rows.map((row, at) => {
    const cells = columns.map((column, i) => {
      const literal = comparable(literalOf(column, row[i] ?? null));
      return at === 0 ? `${literal} AS ${quoteIdentifier(column.name)}` : literal;
    });
    return `SELECT ${cells.join(', ')}, ${at}${at === 0 ? ' AS `row number`' : ''}`;
  });
  const { text } = context;
  const first = quoteIdentifier(columns[0]?.name ?? '');
  const condition =
    show.like !== null
      ? `${first} LIKE ${text.slice(show.like.start, show.like.end)}`
      : text.slice(show.where?.start ?? 0, show.where?.end ?? 0);
  const kept = await context.query(
    `SELECT \`row number\` FROM (${selects.join(' UNION ALL ')}) AS shown WHERE ${condition} ORDER BY \`row number\``,
  );
  return kept.rows.map(([number]) => rows[Number(number)] ?? []);
}

/** Servers' own SHOWs compare by a column's collation, which wins over that of the client's literals. */
function comparable(literal: string): string {
  return literal.startsWith('_') ? `CONVERT(${literal} USING utf8mb4) COLLATE utf8mb4_general_ci` : literal;
}
