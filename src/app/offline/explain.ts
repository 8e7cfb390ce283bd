// The decision tree of a statement without running it: `shardgate explain`, POST /api/explain.
import { shardgateError } from '../../errors/catalog.ts';
import { describePlan } from '../../plan/describe.ts';
import type { Plan } from '../../plan/nodes.ts';
import { planStatement } from '../../planner/plan-statement.ts';
import { isSessionStatement, namesSystemSchema } from '../../session/handlers/session-kinds.ts';
import { readsSessionState } from '../../session/rewrite/substitute.ts';
import { directivesOf } from '../../session/statement/directives.ts';
import { defaultMode, type LexMode } from '../../sql/mode.ts';
import { normalize } from '../../sql/normalize/normalize.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import type { VSchema } from '../../vschema/model.ts';
import { type OfflineRun, offlineRun, type SentStatement } from './offline-run.ts';
import { TextValues } from './text-values.ts';

export interface Explanation {
  /** null for statements the session answers (SET, SHOW, transactions). */
  readonly plan: Plan | null;
  readonly tree: object;
  /** Shards it would touch; null when a parameter, a lookup table, an expression or the session's state decides. */
  readonly shards: readonly string[] | null;
  readonly statements: readonly SentStatement[];
  readonly reasons: readonly string[];
  readonly statementKind: string;
}

/** Throws SqlError: 1064, 1146, refusals that are thrown. `sql` is a JS string. */
export function explainStatement(sql: string, keyspace: string | null, vschema: VSchema): Explanation {
  const mode = modeOf(vschema);
  const text = Buffer.from(sql, 'utf8').toString('latin1');
  const statement = parseStatement(text, mode);
  const database = keyspace ?? onlyShardedKeyspace(vschema);
  if (database !== null && !vschema.keyspaces.has(database)) {
    throw shardgateError('SG5011', { keyspace: database, known: [...vschema.keyspaces.keys()].join(', ') });
  }
  if (isSessionStatement(statement) || namesSystemSchema(statement, database)) {
    const reasons = ['answered from session state, or by one server as it stands'];
    const tree = { label: 'session', reasons };
    return { plan: null, tree, shards: [], statements: [], reasons, statementKind: statement.kind };
  }
  const normalized = normalize(text, mode);
  const plan = planStatement(statement, {
    vschema,
    database,
    text,
    normalized,
    mode,
    target: { shards: null, role: 'primary' },
    onlyFullGroupBy: false,
    directives: directivesOf(text, mode),
  });
  const run = offlineRun(plan, text, new TextValues(text, normalized, mode), vschema);
  const bySession = readsSessionState(statement);
  const shards = bySession && plan.label !== 'scatter' ? null : run.shards;
  const reasons = bySession ? [...plan.reasons, sessionReason] : plan.reasons;
  const tree = { ...describePlan(plan), reasons, shards, statements: run.statements.map(sentView) };
  return { plan, tree, shards, statements: run.statements, reasons, statementKind: statement.kind };
}

const sessionReason =
  'values of the session (DATABASE(), @x ...) are put in as literals when it runs: they may narrow it';

function sentView({ shards, role, sql }: OfflineRun['statements'][number]): object {
  return role === 'workspace' ? { on: 'workspace', sql } : { on: shards, sql };
}

export function modeOf(vschema: VSchema): LexMode {
  return defaultMode(vschema.flavour.kind, vschema.flavour.version);
}

/** Statements name no keyspace offline: the one sharded keyspace is meant when there is just one. */
function onlyShardedKeyspace(vschema: VSchema): string | null {
  const sharded = [...vschema.keyspaces.values()].filter((keyspace) => keyspace.sharded);
  const only =
    sharded.length === 1
      ? sharded[0]
      : vschema.keyspaces.size === 1
        ? [...vschema.keyspaces.values()][0]
        : undefined;
  return only?.name ?? null;
}
