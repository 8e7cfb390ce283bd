// UPDATE and DELETE by rows: read and locked first, then written by their keys, lookup rows and moves to other shards included.
import type { Terminal } from '../../backend/contract.ts';
import type { RowWritesNode } from '../../plan/nodes.ts';
import type { RowTarget } from '../../plan/row-target.ts';
import type { Template } from '../../text/template.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { Execution } from '../contract.ts';
import { chunks } from '../lookup/lookup-reads.ts';
import { anyTuple, tupleEquals } from '../lookup/lookup-text.ts';
import { LookupWriter } from '../lookup/lookup-writes.ts';
import { markedText } from '../param-text.ts';
import { pinTime } from '../pinned-time.ts';
import { partExecution, partFormat, type RunPlan } from '../read-scope.ts';
import { askServer } from '../refuse.ts';
import { shardMapOf } from '../resolve.ts';
import { type KeptRows, RowsSink } from '../rows-sink.ts';
import { shardText } from '../shard-text.ts';
import { refuseWarned, tellWarned } from './read-warnings.ts';
import { ReturnedRows } from './returned-rows.ts';
import { followRows } from './row-moves.ts';
import { isImpossible, refuseWithoutKey } from './server-plan.ts';
import { lookupEntry, shardsInOrder, type TargetRow, targetRows } from './target-rows.ts';
import { inUnit, lowestShardError, type ShardWrites, type WriteUnit } from './unit.ts';
import { unitReads } from './unit-scope.ts';
import { countWarnings, sumInfos, withWarnings } from './write-info.ts';

const rowsPerStatement = 500;

export async function runRowWrites(execution: Execution, node: RowWritesNode, run: RunPlan): Promise<void> {
  if (node.asksFirst === true && node.describe !== null)
    await askServer(execution, { keyspace: node.keyspace, template: node.describe });
  const { returning } = node;
  if (returning !== undefined) return deleteReturning(execution, node, returning, run);
  const { terminals, info, before } = await readAndWrite(execution, node, run, async (unit, read) => {
    const written = await writeTargets(unit, node, read, null);
    const figures = await infoOf(unit, node, written);
    return { terminals: written, info: withWarnings(figures, read.warnings), before: read.warnings };
  });
  execution.sink.ok({
    affectedRows: terminals.reduce((total, terminal) => total + terminal.affectedRows, 0n),
    lastInsertId: terminals.find((terminal) => terminal.lastInsertId !== 0n)?.lastInsertId ?? 0n,
    warnings: countWarnings(terminals, before),
    info,
  });
}

/** Rows are told in the order in which they were read. */
async function deleteReturning(
  execution: Execution,
  node: RowWritesNode,
  returning: Template,
  run: RunPlan,
): Promise<void> {
  const returned = new ReturnedRows(execution);
  try {
    const warnings = await readAndWrite(execution, node, run, async (unit, read) => {
      const written = await writeTargets(unit, node, read, returned);
      const home = shardMapOf(execution, node.keyspace).shards[0];
      const [target] = node.targets;
      if (
        written.length === 0 &&
        home !== undefined &&
        target !== undefined &&
        !(await isImpossible(unit, node))
      )
        await returned.describe(unit, home, target.table, returning);
      await returned.finish();
      return countWarnings(written, read.warnings);
    });
    await returned.tell(warnings, null);
  } finally {
    returned.free();
  }
}

function readAndWrite<T>(
  execution: Execution,
  node: RowWritesNode,
  run: RunPlan,
  write: (unit: WriteUnit, read: KeptRows) => Promise<T>,
): Promise<T> {
  const time = pinTime(execution, node.pinTime);
  return inUnit(execution, [], time, async (unit) => {
    await refuseWithoutKey(unit, node);
    const format = partFormat(execution);
    const sink = new RowsSink(execution.limits, 'the rows to write', format);
    try {
      const scope = unitReads(unit);
      await run(partExecution(execution, node.read, sink, scope, time.instant));
      const read = await sink.result;
      if (node.strict) await refuseWarned(execution, node.keyspace, scope, read.warnings);
      const warnings = isComputedTwice(node) ? 0 : await tellWarned(execution, scope, read.warnings);
      return await write(unit, { ...read, warnings });
    } finally {
      sink.free();
    }
  });
}

/** Values that name the row once it is changed are read, and computed again where the row is. */
function isComputedTwice({ targets }: RowWritesNode): boolean {
  return targets.some(({ after }) => after?.identity.some((cell) => cell !== null) === true);
}

/** MariaDB counts nothing where it sees beforehand that no row can match; only it can tell when that is. */
async function infoOf(unit: WriteUnit, node: RowWritesNode, terminals: readonly Terminal[]): Promise<string> {
  if (node.verb === 'delete') return '';
  const counts = terminals.length > 0 || unit.execution.flavour !== 'mariadb';
  if (!counts && (await isImpossible(unit, node))) return '';
  return sumInfos(terminals.map((terminal) => terminal.info));
}

async function writeTargets(
  unit: WriteUnit,
  node: RowWritesNode,
  read: KeptRows,
  returned: ReturnedRows | null,
): Promise<readonly Terminal[]> {
  const terminals: Terminal[] = [];
  // All targets are placed before any changes: lookup rows that one of them removes may place another.
  const placed: (readonly TargetRow[])[] = [];
  for (const target of node.targets) placed.push(await targetRows(unit, target, read));
  for (const [i, target] of node.targets.entries()) {
    const rows = placed[i] ?? [];
    if (rows.length === 0 && target.takesMissingDefault === true) await askForDefaults(unit, target);
    const writes = writesOf(
      unit.execution,
      target,
      rows,
      returned === null ? null : (node.returning ?? null),
    );
    const asking = returned === null ? writes : writes.map((write) => answering(target, write, returned));
    const answers = await unit.writeAll(asking, lowestShardError);
    const counted = target.place.kind === 'everywhere' ? answers.slice(0, 1) : answers;
    terminals.push(...counted.flatMap((answer) => answer.terminals));
    if (node.verb === 'delete') await removeLookups(unit, target, rows);
    else if (target.after !== null) await followRows(unit, target, target.after, rows);
  }
  return terminals;
}

/** The UPDATE of no row: rejects when a column has no DEFAULT to take. */
async function askForDefaults(unit: WriteUnit, target: RowTarget): Promise<void> {
  const shard = shardMapOf(unit.execution, target.keyspace).shards[0];
  if (shard === undefined) return;
  const sql = `${markedText(unit.execution, shard, target.head)} WHERE FALSE`;
  await unit.writeAll([{ shard, statements: [sql] }], lowestShardError);
}

/** Of a reference table every shard answers the same rows. */
function answering(target: RowTarget, write: ShardWrites, returned: ReturnedRows): ShardWrites {
  if (target.place.kind === 'everywhere' && write.shard.index > 0) return write;
  return { ...write, runOn: () => returned.marked(write.shard) };
}

function writesOf(
  execution: Execution,
  target: RowTarget,
  rows: readonly TargetRow[],
  items: Template | null,
): readonly ShardWrites[] {
  const map = shardMapOf(execution, target.keyspace);
  return shardsInOrder(map, rows).map(([shard, members]) => ({
    shard,
    statements: statementsOf(execution, target, shard, members, items),
  }));
}

/** Rows that get the same computed values share a statement. */
function statementsOf(
  execution: Execution,
  target: RowTarget,
  shard: Shard,
  rows: readonly TargetRow[],
  items: Template | null,
): readonly string[] {
  const head = markedText(execution, shard, target.head);
  const tail = markedText(execution, shard, target.tail);
  const columns = target.identity.map(({ column }) => column);
  const groups = new Map<string, TargetRow[]>();
  for (const row of rows) {
    const text = assignmentText(target, row);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [row]);
    else group.push(row);
  }
  return [...groups].flatMap(([assignments, members]) =>
    chunks(members, rowsPerStatement).map((part) => {
      const where = anyTuple(
        columns,
        part.map(({ identity }) => identity),
      );
      const answer = items === null ? '' : ` ${shardText(execution, shard, items)}, ${markOf(columns, part)}`;
      return `${head}${assignments} WHERE ${where}${tail}${answer}`;
    }),
  );
}

/** Which of the rows it is, whatever a client's character set makes of their keys. */
function markOf(columns: readonly RoutingColumn[], rows: readonly TargetRow[]): string {
  const cases = rows.map(({ identity, row }) => `WHEN ${tupleEquals(columns, identity)} THEN ${row}`);
  return `CASE ${cases.join(' ')} END`;
}

function assignmentText(target: RowTarget, row: TargetRow): string {
  const assignments = target.values.map(({ column }, i) => `${column} = ${row.values[i]}`).join(', ');
  return target.assigns && assignments !== '' ? `, ${assignments}` : assignments;
}

async function removeLookups(unit: WriteUnit, target: RowTarget, rows: readonly TargetRow[]): Promise<void> {
  const { place, keyspace, table } = target;
  if (place.kind !== 'key' || rows.length === 0) return;
  for (const [i, use] of target.lookups.entries()) {
    const writer = new LookupWriter(unit, { keyspace, table, key: place.key }, use);
    await writer.remove(rows.map((row) => lookupEntry(row, i)));
  }
}
