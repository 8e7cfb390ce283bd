// The general plan: fragments from the shards into workspace tables, then the finish over them.
import { SqlError } from '../../errors/sql-error.ts';
import type { Fragment, GatherNode } from '../../plan/nodes.ts';
import { limitNumber } from '../../text/render.ts';
import type { Template } from '../../text/template.ts';
import { present } from '../../util/assert.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { cancelReason, untilCancelled } from '../cancel.ts';
import type { Execution } from '../contract.ts';
import { agreedColumns, firstError } from '../merge/scatter.ts';
import type { ShardRead } from '../merge/shard-reads.ts';
import { paramText, strict } from '../param-text.ts';
import { clientNames, renameError, renameFragmentColumns } from '../physical-names.ts';
import { type PinnedTime, pinTime } from '../pinned-time.ts';
import { shardMapOf, shardsOrOne } from '../resolve.ts';
import type { Attempt } from '../retry.ts';
import { type GatherNames, shardText } from '../shard-text.ts';
import { Budget } from './budget.ts';
import { type DeclaredType, declaredTypes } from './declared-types.ts';
import { fillTable } from './fill.ts';
import { type Described, writeFinish } from './finish.ts';
import { FragmentLeases } from './fragment-leases.ts';
import { enterGather } from './gate.ts';
import { dependenciesOf, KeyValues } from './key-values.ts';
import { WorkspaceSession } from './session.ts';
import { expectedShape, type FragmentShape, rememberShape } from './shape-memory.ts';
import { createTableSql } from './table-shape.ts';

/** Everything one run shares between its steps. */
interface Run {
  readonly execution: Execution;
  readonly node: GatherNode;
  /** Whose names the workspace's statements use. */
  readonly home: Shard;
  readonly session: WorkspaceSession;
  readonly budget: Budget;
  readonly keyValues: KeyValues;
  readonly names: GatherNames;
  readonly time: PinnedTime;
  readonly carried: { rows: number; bytes: number };
}

/** Ends the sink's result; rejects with the error that ended it, no connection, table or lock left behind. */
export async function runGather(execution: Execution, node: GatherNode, attempt: Attempt): Promise<void> {
  const leave = await enterGather(execution.limits, execution.signal);
  try {
    await gather(execution, node, attempt);
  } finally {
    leave();
  }
}

async function gather(execution: Execution, node: GatherNode, attempt: Attempt): Promise<void> {
  const shardId = execution.workspaceShard(node.keyspace);
  const map = shardMapOf(execution, node.keyspace);
  const home =
    map.shards.find((shard) => shard.id === shardId) ?? present(map.shards[0], 'a keyspace has a shard');
  const session = await WorkspaceSession.open(execution, shardId);
  const keyValues = new KeyValues(node);
  const run: Run = {
    execution,
    node,
    home,
    session,
    budget: new Budget(execution.limits),
    keyValues,
    names: { workspaceTable, keys: (fragment, column) => keyValues.list(fragment, column) },
    time: pinTime(execution, node.pinTime),
    carried: { rows: 0, bytes: 0 },
  };
  try {
    const describing = describe(run);
    // Heard below; until then a failure must not count as unheard.
    describing.catch(() => {});
    session.beginFill();
    expectTables(run);
    const { described, warnings } = await readFragments(run, describing);
    session.endFill();
    const finishWarnings = await finish(run, described, attempt);
    session.close(finishWarnings, (message) => clientNames(message, node.fragments));
    execution.observer.workspaceRun?.(run.carried.rows, run.carried.bytes);
    execution.sink.end(warnings + finishWarnings);
  } catch (error) {
    session.abandon(execution);
    throw shownError(run, error);
  } finally {
    run.budget.free();
  }
}

function workspaceTable(fragment: number, copy: number): string {
  return `_sg_${fragment}_${copy}`;
}

/** A cancelled statement fails in many ways at once; the client hears the reason. */
function shownError(run: Run, error: unknown): unknown {
  const { signal } = run.execution;
  if (signal.aborted) return cancelReason(signal);
  const first = run.session.failure ?? error;
  if (!(first instanceof SqlError)) return first;
  return renameError(
    renameAliases(renameFragmentColumns(first, run.node.fragments), run.node, run.home),
    run.home,
  );
}

/** 'shop_0.c.name' of a table `c` that stands for one of another keyspace. */
function renameAliases(error: SqlError, node: GatherNode, home: Shard): SqlError {
  let { message } = error;
  for (const { origin } of node.fragments.flatMap((fragment) => fragment.columns)) {
    if (origin === null || origin.keyspace === node.keyspace) continue;
    message = message.replaceAll(
      `'${home.database}.${origin.alias}.`,
      `'${origin.keyspace}.${origin.alias}.`,
    );
  }
  return message === error.message ? error : new SqlError(error.errno, error.sqlState, message, error.id);
}

/** The client's columns as one server would announce them; its errors (unknown column ...) come before any work. */
async function describe(run: Run): Promise<Described | null> {
  const { node, execution, home, session } = run;
  if (node.describe === null) return null;
  const { spelled, asked } = paramText(execution, home, node.describe, run.names);
  const literal = session.describe(spelled);
  const withParams =
    asked === null || asked.sql === spelled ? null : session.describe(asked.sql).catch(() => null);
  // Literals may be errors where parameters are none.
  const ready = Promise.allSettled([literal, withParams]).then(async () => {
    const own = await withParams;
    return { asked: own, columns: own === null ? await literal : await literal.catch(() => own) };
  });
  return untilCancelled(ready, execution.signal);
}

/**
 * All destinations are known beforehand, so all connections are taken at once, in the order of shards. The server's word on
 * the client's own statement comes first, whatever the fragments say; answers it and how often the fragments warned.
 */
async function readFragments<T>(
  run: Run,
  describing: Promise<T>,
): Promise<{ readonly described: T; readonly warnings: number }> {
  const { execution, node } = run;
  const shardsOf = new Map(
    node.fragments.map((fragment) => [
      fragment.id,
      shardsOrOne(execution, fragment.keyspace, fragment.destination),
    ]),
  );
  const leases = await FragmentLeases.open(execution, inGlobalOrder([...shardsOf.values()].flat()));
  const filling = inDependencyOrder(node.fragments, run.keyValues, (fragment) =>
    fillFragment(run, fragment, shardsOf.get(fragment.id) ?? [], leases),
  );
  filling.catch(() => {});
  try {
    const described = await describing;
    await filling;
    return { described, warnings: leases.warnings };
  } catch (error) {
    leases.cancel(error instanceof SqlError ? error : cancelReason(execution.signal));
    throw error;
  } finally {
    await filling.catch(() => {});
    await leases.close();
  }
}

/** By keyspace, then key range: the same for every statement. */
function inGlobalOrder(shards: readonly Shard[]): readonly Shard[] {
  const unique = new Map(shards.map((shard) => [shard.id, shard]));
  return [...unique.values()].sort((a, b) =>
    a.keyspace === b.keyspace ? a.index - b.index : a.keyspace < b.keyspace ? -1 : 1,
  );
}

/** Starts each fragment as soon as those whose keys it needs are complete, or have too many of them. */
async function inDependencyOrder(
  fragments: readonly Fragment[],
  keyValues: KeyValues,
  start: (fragment: Fragment) => Promise<void>,
): Promise<void> {
  const started = new Map<number, Promise<void>>();
  const begin = (fragment: Fragment): Promise<void> => {
    const begun = started.get(fragment.id);
    if (begun !== undefined) return begun;
    const needed = fragments.filter((other) => dependenciesOf(fragment).includes(other.id));
    const known = needed.map((other) => Promise.race([begin(other), keyValues.overflow(fragment, other.id)]));
    const running = known.length === 0 ? start(fragment) : Promise.all(known).then(() => start(fragment));
    started.set(fragment.id, running);
    return running;
  };
  await Promise.all(fragments.map(begin));
}

async function fillFragment(
  run: Run,
  fragment: Fragment,
  shards: readonly Shard[],
  leases: FragmentLeases,
): Promise<void> {
  const { execution, session, names } = run;
  const template = templateOf(run, fragment);
  const reads: ShardRead[] = [];
  for (const shard of shards) {
    reads.push(leases.read(shard, paramText(execution, shard, template, names), run.time));
    // Locking statements over the same shards wait for each other on the lowest.
    if (execution.plan.locks && reads.length === 1 && shards.length > 1) await reads[0]?.stream.filled();
  }
  try {
    const columns = await agreedColumns(reads);
    const declared = await typesFromElsewhere(run, fragment, shards, leases);
    const shape: FragmentShape = { metadata: columns, declared };
    let asExpected = true;
    for (const [name, sql] of createStatements(run, fragment, shape))
      asExpected = session.create(name, sql, fragment.shapeByClient === true) && asExpected;
    rememberShape(fragment, shape, asExpected);
    const table = workspaceTable(fragment.id, 0);
    const { budget, keyValues } = run;
    const label = labelOf(fragment);
    await fillTable({ session, table, fragment, columns, budget, keyValues, label }, reads);
    for (const { stream } of reads) {
      run.carried.rows += stream.rowsTotal;
      run.carried.bytes += stream.bytesTotal;
    }
    for (let copy = 1; copy < fragment.copies; copy++)
      await session.copy(table, workspaceTable(fragment.id, copy));
  } catch (error) {
    throw firstError(reads, error);
  }
}

/** The fragment's text; without rows when nobody wants one. */
function templateOf({ node, execution }: Run, { template }: Fragment): Template {
  const { noRowsAtZero } = node;
  if (noRowsAtZero === undefined || limitNumber(noRowsAtZero, execution.binds) !== 0n) return template;
  const isLimited = template.some((part) => part.kind === 'limit');
  return isLimited ? template : [...template, { kind: 'text', text: ' LIMIT 0' }];
}

/** Workspace tables as they were last time are made while the shards read. */
function expectTables(run: Run): void {
  for (const fragment of run.node.fragments) {
    const shape = expectedShape(fragment);
    if (shape === null) continue;
    for (const [table, sql] of createStatements(run, fragment, shape)) run.session.expect(table, sql);
  }
}

/** By the names of the tables, one per copy. */
function createStatements(run: Run, fragment: Fragment, shape: FragmentShape): ReadonlyMap<string, string> {
  const { execution, home, names } = run;
  const render = (template: Fragment['template']) => shardText(execution, home, template, names);
  const statements = new Map<string, string>();
  for (let copy = 0; copy < fragment.copies; copy++) {
    const table = workspaceTable(fragment.id, copy);
    statements.set(table, createTableSql({ table, fragment, ...shape, flavour: execution.flavour, render }));
  }
  return statements;
}

/** null: the base table is on the workspace's server and shapes the columns there. */
async function typesFromElsewhere(
  run: Run,
  fragment: Fragment,
  shards: readonly Shard[],
  leases: FragmentLeases,
): Promise<ReadonlyMap<string, DeclaredType> | null> {
  if (fragment.keyspace === run.node.keyspace || fragment.shape === null) return null;
  return declaredTypes(leases, present(shards[0], 'a fragment runs on a shard'), fragment, run.time);
}

/** Names a fragment by its tables for people. */
function labelOf(fragment: Fragment): string {
  const tables = new Set<string>();
  for (const { origin } of fragment.columns)
    if (origin !== null) tables.add(`${origin.keyspace}.${origin.table}`);
  return tables.size === 0 ? `${fragment.id}` : [...tables].join(', ');
}

async function finish(run: Run, described: Described | null, attempt: Attempt): Promise<number> {
  const { execution, session, node, home } = run;
  const text = paramText(execution, home, node.finish, run.names);
  const wrap = (sql: string): string => run.time.wrap(sql, node.finishSetting);
  execution.observer.shardQuery(home.id, wrap(text.spelled));
  run.time.before(session.connection);
  const { format } = execution.statement;
  // Without a description the finish is the client's own text: what a server says of that is the answer.
  const finishing = session.finish(node.describe === null ? strict(text) : text, wrap, format);
  const stream = await untilCancelled(finishing, execution.signal);
  run.time.after(session.connection);
  return writeFinish(execution, node, home, stream, described, attempt, () => run.session.filled());
}
