// From text to a cached plan: lex, look up; on a miss parse and plan.

import { planStatement } from '../../planner/plan-statement.ts';
import { isBuiltinFunction } from '../../planner/query/builtin-functions.ts';
import type { Statement } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { normalize } from '../../sql/normalize/normalize.ts';
import type { Normalized } from '../../sql/normalize/slot.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { walk } from '../../sql/visitor.ts';
import type { VSchema } from '../../vschema/model.ts';
import type { SessionDependencies } from '../dependencies.ts';
import { isSessionStatement, namesSystemSchema } from '../handlers/session-kinds.ts';
import { isLockStatement } from '../locks/lock-functions.ts';
import { calculatesFoundRows } from '../rewrite/found-rows.ts';
import { readsSessionState } from '../rewrite/substitute.ts';
import type { SessionState } from '../state.ts';
import { connectionCollation } from '../variables/connection-collation.ts';
import { directivesOf } from './directives.ts';
import type { CachedStatement } from './plan-cache.ts';

export interface PlannedText {
  readonly normalized: Normalized;
  readonly entry: CachedStatement;
}

/** Throws SqlError: 1064 and what the planner throws. */
export function planText(
  text: SqlText,
  vschema: VSchema,
  state: SessionState,
  deps: SessionDependencies,
  substituted: boolean,
): PlannedText {
  const normalized = normalize(text, state.mode);
  const context = state.contextKey(vschema.version);
  const found = deps.planCache.get(context, normalized.key);
  if (found !== null && (found.kind === 'plan' || !substituted)) return { normalized, entry: found };
  const statement = parseStatement(text, state.mode);
  const entry = entryFor(statement, text, normalized, vschema, state, substituted);
  // A text that still asks the session for something must come to the substitution again, every time.
  const isLasting = entry.kind === 'plan' && !readsSessionState(statement);
  // A tree serves another text only when that is the very same: its spans and literals are of this one.
  const isOfKey = entry.kind !== 'session' || normalized.key === text;
  if ((!substituted || isLasting) && isOfKey) deps.planCache.put(context, normalized.key, entry);
  return { normalized, entry };
}

function entryFor(
  statement: Statement,
  text: SqlText,
  normalized: Normalized,
  vschema: VSchema,
  state: SessionState,
  substituted: boolean,
): CachedStatement {
  // The session has looked at it, and found that a server is to explain it.
  const explained = substituted && statement.kind === 'explain';
  if (!explained && (isSessionStatement(statement) || isLockStatement(statement)))
    return { kind: 'session', statement };
  if (calculatesFoundRows(statement)) return { kind: 'session', statement };
  if (!substituted && readsSessionState(statement)) return { kind: 'substitute' };
  if (namesSystemSchema(statement, state.target.database)) return { kind: 'session', statement };
  const plan = planStatement(statement, {
    vschema,
    database: state.target.database,
    text,
    normalized,
    mode: state.mode,
    target: { shards: state.target.shards, role: state.target.role },
    onlyFullGroupBy: isFullGroupByOnly(state),
    connectionCollation: connectionCollation(state.settings, state.mode),
    directives: directivesOf(text, state.mode),
    keepsDatabaseCalls: substituted,
  });
  const touches = plan.joins !== undefined || touchesTables(statement);
  const keepsWarnings = !touches && state.mode.flavour === 'mariadb' && !hasDerived(statement);
  return { kind: 'plan', plan, touchesTables: touches, keepsWarnings };
}

function touchesTables(statement: Statement): boolean {
  let found = false;
  walk(statement, (node) => {
    if (node.kind === 'tableName') found = true;
    if (node.kind === 'call' && (node.schema !== null || !isBuiltinFunction(node.name))) found = true;
    return !found;
  });
  return found;
}

/** A derived table is a table, whatever is in it. */
function hasDerived(statement: Statement): boolean {
  let found = false;
  walk(statement, (node) => {
    found ||= node.kind === 'derived' || node.kind === 'jsonTable';
    return !found;
  });
  return found;
}

/** As far as the session has not set it, sql_mode is the servers': MySQL's own default has ONLY_FULL_GROUP_BY. */
function isFullGroupByOnly(state: SessionState): boolean {
  const set = state.settings.get('sql_mode');
  return set === null ? state.mode.flavour === 'mysql' : set.includes('ONLY_FULL_GROUP_BY');
}
