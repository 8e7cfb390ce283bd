// One statement: planned text to the engine, session statements to their handlers.

import type { ConnectionScope, PreparedRelay, ResultSink } from '../../engine/contract.ts';
import { run } from '../../engine/run.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Plan } from '../../plan/nodes.ts';
import { setsInsertId } from '../../planner/query/traits.ts';
import { Capability } from '../../protocol/capabilities.ts';
import type { Statement } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import type { BindValue } from '../../value/bind-value.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import type { VSchema } from '../../vschema/model.ts';
import { CaptureSink } from '../answer/capture-sink.ts';
import { EndWatcher } from '../answer/end-watcher.ts';
import { runDdl } from '../handlers/ddl.ts';
import { runSessionStatement } from '../handlers/dispatch.ts';
import { intoVariables, runSelectInto } from '../handlers/select-into.ts';
import { fillParams } from '../prepared/fill-params.ts';
import { type GivenInsertId, givenInsertId, InsertIdTeller } from '../rewrite/given-insert-id.ts';
import { withSelectLimit } from '../rewrite/select-limit.ts';
import { assignedVariables, queriesInsertId, shownVariables, substitute } from '../rewrite/substitute.ts';
import type { SessionPort } from '../session-port.ts';
import type { SessionState } from '../state.ts';
import { AssigningScope } from '../transaction/assigning-scope.ts';
import { BesideScope } from '../transaction/beside-scope.ts';
import { runKept } from '../transaction/kept-connection.ts';
import { RememberingScope } from '../transaction/remembering-scope.ts';
import { StatementValues } from './bind-values.ts';
import { type PlannedText, planText } from './plan-text.ts';
import { shardMapsOf } from './shard-maps.ts';
import type { StatementContext } from './statement-context.ts';
import { type ExecutionParts, StatementExecution } from './statement-execution.ts';
import type { SentStatement } from './statement-log.ts';

/** One for all statements: most show none. */
const noVariables: readonly string[] = [];

export interface StatementInput {
  readonly text: SqlText;
  /** The client's own packets when this text is all they hold. */
  readonly packets: Buffer | null;
  readonly params: readonly BindValue[];
  readonly format: 'text' | 'binary';
  readonly prepared: PreparedRelay | null;
}

/**
 * Runs one statement; its answer goes to the session's sink. Returns nothing when the answer's end is all there is to wait
 * for, else a promise. Throws and rejects with SqlError when nothing was answered yet.
 */
export function startStatement(session: SessionPort, input: StatementInput): void | Promise<void> {
  session.state.showVariables(noVariables);
  return runInto(session, limited(input, session.state), session.sink, false);
}

function limited(input: StatementInput, state: SessionState): StatementInput {
  const text = withSelectLimit(input.text, state);
  return text === null ? input : { ...input, text, packets: null, prepared: null };
}

function runInto(
  session: SessionPort,
  input: StatementInput,
  sink: ResultSink,
  substituted: boolean,
  scope: ConnectionScope = session.state.scope,
): void | Promise<void> {
  const { state, deps } = session;
  const vschema = deps.vschema();
  const planned = plannedFor(session, input.text, vschema, substituted);
  const { entry } = planned;
  if (entry.kind !== 'plan' && input.params.length > 0) {
    // What the session answers or rewrites has no server-side handle: its parameters become literals.
    const literals = input.params.map((param) => (param.negative ? `-${param.sql}` : param.sql));
    const text = fillParams(input.text, literals, state.mode, 'mysqld_stmt_execute');
    return runInto(
      session,
      { ...input, text, packets: null, params: [], prepared: null },
      sink,
      substituted,
      scope,
    );
  }
  switch (entry.kind) {
    case 'plan': {
      if (state.scope.readOnly && writeLabels.has(entry.plan.label))
        throw readOnlyTransaction(state.mode.flavour);
      if (entry.plan.root.kind === 'refuse') checkReadOnly(state, input.text);
      if (entry.touchesTables && entry.plan.label !== 'ddl') beginAlone(state, entry.plan);
      const own = entry.touchesTables ? scope : besideOf(state, scope);
      if (entry.plan.insertId !== 'ask')
        return execute(session, input, planned, entry.plan, vschema, sink, own);
      return runAsking(state, own, sink, (at, into) =>
        execute(session, input, planned, entry.plan, vschema, into, at),
      );
    }
    case 'session':
      return runSessionStatement(entry.statement, contextOf(session, input, vschema, sink));
    case 'substitute': {
      const statement = parseStatement(input.text, state.mode);
      const into = intoVariables(statement);
      if (into !== null) return runSelectInto(into, contextOf(session, input, vschema, sink));
      const assigned = assignedVariables(statement);
      const text = substitute(statement, input.text, state, assigned !== null);
      const rewritten = { ...input, text, packets: null, prepared: null };
      // The scope that sets and takes back assigned variables does it for all that the statement names.
      state.showVariables(assigned === null ? shownVariables(statement) : noVariables);
      if (assigned !== null || queriesInsertId(statement)) {
        const scope = new AssigningScope(state, assigned ?? [], queriesInsertId(statement));
        return runAssigning(session, rewritten, sink, scope);
      }
      const given = isOfShards(statement, state, vschema) ? givenInsertId(statement, input.text) : null;
      if (given !== null) return runGiven(session, { ...rewritten, text: given.text }, sink, given);
      if (!setsInsertId(statement)) return runInto(session, rewritten, sink, true);
      // Its OK does not tell LAST_INSERT_ID(0) from none.
      return runAsking(state, scope, sink, (at, into) => runInto(session, rewritten, into, true, at));
    }
  }
}

function plannedFor(
  { state, deps }: SessionPort,
  text: SqlText,
  vschema: VSchema,
  substituted: boolean,
): PlannedText {
  try {
    return planText(text, vschema, state, deps, substituted);
  } catch (error) {
    if (error instanceof SqlError) checkReadOnly(state, text);
    throw error;
  }
}

/** A server refuses a write in a READ ONLY transaction before it looks for tables and columns, though not before it reads it. */
export function checkReadOnly({ scope, mode }: SessionState, text: SqlText): void {
  if (!scope.onlyReads) return;
  const kind = kindOf(text, mode);
  if (kind === 'insert' || kind === 'update' || kind === 'delete') throw readOnlyTransaction(mode.flavour);
}

function kindOf(text: SqlText, mode: SessionState['mode']): Statement['kind'] | null {
  try {
    return parseStatement(text, mode).kind;
  } catch {
    return null;
  }
}

/** One server remembers by itself. */
function isOfShards(statement: Statement, { target }: SessionState, { keyspaces }: VSchema): boolean {
  const named = statement.kind === 'insert' ? statement.table.schema?.name : null;
  return keyspaces.get(named ?? target.database ?? '')?.sharded === true;
}

/** The session remembers the number of a call of LAST_INSERT_ID(x) that the shards never see. */
async function runGiven(
  session: SessionPort,
  input: StatementInput,
  sink: ResultSink,
  given: GivenInsertId,
): Promise<void> {
  const teller = new InsertIdTeller(sink, given);
  await runInto(session, input, teller, false);
  await teller.ended;
  if (teller.succeeded) session.state.lastInsertId = given.id;
}

/** Where a statement without tables runs: it begins no transaction and makes none larger. */
function besideOf(state: SessionState, scope: ConnectionScope): ConnectionScope {
  if (scope instanceof AssigningScope) return scope.beside();
  return scope === state.scope && BesideScope.isNeeded(state.scope) ? new BesideScope(state.scope) : scope;
}

/** SET TRANSACTION is for the next transaction, also when that is one statement with autocommit on. */
function beginAlone(state: SessionState, { label }: Plan): void {
  const { scope } = state;
  if (scope.inTransaction) return;
  // Such a write is no transaction: the next statement is still meant.
  if (scope.onlyReads && writeLabels.has(label)) throw readOnlyTransaction(state.mode.flavour);
  const isolation = scope.takeNext();
  if (isolation !== null) state.isolateOnce(isolation);
}

const writeLabels: ReadonlySet<string> = new Set(['insert', 'update', 'delete']);

/** ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: a server says so before it looks at what is to be written. */
function readOnlyTransaction(flavour: 'mariadb' | 'mysql'): SqlError {
  const text = 'Cannot execute statement in a READ ONLY transaction';
  return new SqlError(1792, '25006', flavour === 'mysql' ? `${text}.` : text);
}

/** Columns of the answer to a text that the session answers itself. Rejects with that answer's error. */
export async function columnsOf(session: SessionPort, text: SqlText): Promise<readonly ColumnDefinition[]> {
  const capture = await runCaptured(session, text);
  return (await capture.result()).columns;
}

/** Runs a text and keeps its answer. Rejects with that answer's error. */
export async function runCaptured(session: SessionPort, text: SqlText): Promise<CaptureSink> {
  const capture = new CaptureSink();
  const input: StatementInput = { text, packets: null, params: [], format: 'text', prepared: null };
  session.state.showVariables(noVariables);
  await runInto(session, input, capture, false);
  await capture.result();
  return capture;
}

/** `@x := ...`: waits until the session has the new values. */
async function runAssigning(
  session: SessionPort,
  input: StatementInput,
  sink: ResultSink,
  scope: AssigningScope,
): Promise<void> {
  await waitFor(sink, (target) => runInto(session, input, target, true, scope));
  await scope.finished();
}

/** Waits until the session knows what the server says of LAST_INSERT_ID(). */
async function runAsking(
  state: SessionState,
  inner: ConnectionScope,
  sink: ResultSink,
  run: (scope: ConnectionScope, sink: ResultSink) => void | Promise<void>,
): Promise<void> {
  const scope = new RememberingScope(state, inner, { variables: [], insertId: true });
  await waitFor(sink, (target) => run(scope, target));
  await scope.finished();
}

function execute(
  session: SessionPort,
  input: StatementInput,
  planned: PlannedText,
  plan: Plan,
  vschema: VSchema,
  sink: ResultSink,
  scope: ConnectionScope,
): void | Promise<void> {
  const { state, deps } = session;
  session.describeRunning(planned.normalized.key);
  state.beginStatement(planned.entry.kind === 'plan' && planned.entry.keepsWarnings);
  state.insertIdRule = plan.insertId ?? null;
  state.returns = plan.returns === true;
  state.sameOnAllShards = plan.label === 'ddl';
  if (plan.label === 'ddl' && plan.joins !== 'plainly') {
    const context = contextOf(session, input, vschema, sink);
    return plan.joins === undefined
      ? runDdl(plan, context, executeInto)
      : runKept(plan, context, executeInto);
  }
  return executeInto(sink);

  function executeInto(target: ResultSink): void | Promise<void> {
    session.log.begin(plan, planned.normalized.key, state.target.role === 'replica');
    const execution = new StatementExecution(
      {
        plan,
        statement: {
          packets: input.packets,
          text: input.text,
          prepared: input.prepared,
          format: input.format,
        },
        binds: new StatementValues(input.text, planned.normalized, state.mode, input.params),
        sink: target,
        ownTimestamp: state.settings.get('timestamp') !== null,
        safeUpdates: (state.settings.get('sql_safe_updates') ?? '0') !== '0',
        warnings: state,
        ...(plan.root.kind === 'load' ? fileOf(session) : {}),
      },
      shardMapsOf(vschema),
      scope,
      state.mode.charset.startsWith('utf8') ? 'utf8' : 'other',
      session.cancellation,
      session.log,
      deps,
    );
    return run(execution);
  }
}

/** Clients say at login whether they send files. */
function fileOf({ state, sink, cancellation }: SessionPort): Pick<ExecutionParts, 'localFile'> {
  if ((state.login.capabilities & Capability.localFiles) === 0) return {};
  return { localFile: (name) => sink.requestFile(name, cancellation.signal) };
}

function contextOf(
  session: SessionPort,
  input: StatementInput,
  vschema: VSchema,
  sink: ResultSink,
): StatementContext {
  const { state, deps } = session;
  return {
    state,
    deps,
    vschema,
    sink,
    text: input.text,
    format: input.format,
    params: input.params,
    signal: session.cancellation.signal,
    async run(text, params, by) {
      const plain: StatementInput = { text, packets: null, params, format: input.format, prepared: null };
      const own = by === undefined ? limited(plain, state) : plain;
      await waitFor(by ?? sink, (target) => runInto(session, own, target, false));
    },
    async runFilled(text, by) {
      await waitFor(by, (target) =>
        runInto(session, { ...input, text, packets: null, prepared: null }, target, true),
      );
    },
    async trace(body) {
      const sent: SentStatement[] = [];
      session.log.trace = sent;
      try {
        await body();
      } finally {
        session.log.trace = null;
      }
      return sent;
    },
    async query(text) {
      const capture = new CaptureSink();
      const result = capture.result();
      const parts = { text, packets: null, params: input.params, format: 'text', prepared: null } as const;
      try {
        await runInto(session, parts, capture, false);
      } catch (error) {
        capture.fail(error instanceof SqlError ? error : new SqlError(1105, 'HY000', String(error)));
      }
      return result;
    },
  };
}

/** Waits for the answer's end also where the engine makes no promise of it. */
async function waitFor(sink: ResultSink, body: (target: ResultSink) => void | Promise<void>): Promise<void> {
  const watched = new EndWatcher(sink);
  await body(watched);
  await watched.ended;
}
