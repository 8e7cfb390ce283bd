// sql_select_limit: a LIMIT for queries without one of their own. Shards never see the variable: each would cut its own rows.
import type { Statement } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import type { SessionState } from '../state.ts';
import { applyEdits } from './text-edits.ts';

/** The text with the limit; null: as it is. Where no limit is set this looks at one field. */
export function withSelectLimit(text: SqlText, state: SessionState): SqlText | null {
  if (state.selectLimit === null) return null;
  const at = limitPlace(parseStatement(text, state.mode));
  return at === null
    ? null
    : applyEdits(text, [{ start: at, end: at, text: ` LIMIT ${state.selectLimit} ` }]);
}

/** Where a LIMIT may stand; null when there is one, or no result set for it. */
function limitPlace(statement: Statement): number | null {
  switch (statement.kind) {
    case 'select':
    case 'setOperation':
    case 'parenQuery':
    case 'valuesQuery':
    case 'tableQuery':
      if (statement.limit !== null || statement.into !== null) return null;
      return statement.locking[0]?.start ?? statement.end;
    default:
      return null;
  }
}
