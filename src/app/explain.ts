// The decision tree of a statement without running it: `shardgate explain`, POST /api/explain.
import { shardgateError } from '../errors/catalog.ts';
import { describePlan } from '../plan/describe.ts';
import type { Plan } from '../plan/nodes.ts';
import { planStatement } from '../planner/plan-statement.ts';
import { StatementValues } from '../session/bind-values.ts';
import { directivesOf } from '../session/directives.ts';
import { isSessionStatement, namesSystemSchema } from '../session/session-statements.ts';
import { defaultMode, type LexMode } from '../sql/mode.ts';
import { normalize } from '../sql/normalize.ts';
import { parseStatement } from '../sql/parser/parse.ts';
import type { VSchema } from '../vschema/model.ts';
import { offlineShards } from './offline-shards.ts';

export interface Explanation {
  /** null for statements the session answers (SET, SHOW, transactions). */
  readonly plan: Plan | null;
  readonly tree: object;
  /** Shards it would touch; null when a lookup decides. */
  readonly shards: readonly string[] | null;
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
    const tree = { plan: 'session', reasons: ['answered from session state, or by one server as it stands'] };
    return { plan: null, tree, shards: [], statementKind: statement.kind };
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
  const values = new StatementValues(text, normalized, mode);
  const shards = offlineShards(plan, values, vschema);
  return {
    plan,
    tree: { ...describePlan(plan), shards: shards ?? 'a lookup decides' },
    shards,
    statementKind: statement.kind,
  };
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
