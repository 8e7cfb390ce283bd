// UPDATE and DELETE by rows: read and locked first, then written by their keys, lookup rows and moves to other shards included.
import type { Terminal } from '../../backend/contract.ts';
import type { RowTarget, RowWritesNode } from '../../plan/nodes.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { Execution } from '../contract.ts';
import { chunks } from '../lookup/lookup-reads.ts';
import { anyTuple } from '../lookup/lookup-text.ts';
import { LookupWriter } from '../lookup/lookup-writes.ts';
import { pinTime } from '../pinned-time.ts';
import { partExecution, type RunPlan } from '../read-scope.ts';
import { shardMapOf } from '../resolve.ts';
import { type KeptRows, RowsSink } from '../rows-sink.ts';
import { shardText } from '../shard-text.ts';
import { followRows } from './row-moves.ts';
import { lookupEntry, shardsInOrder, type TargetRow, targetRows } from './target-rows.ts';
import { inUnit, lowestShardError, type ShardWrites, type WriteUnit } from './unit.ts';
import { unitReads } from './unit-scope.ts';
import { sumInfos } from './write-info.ts';

const rowsPerStatement = 500;

export async function runRowWrites(execution: Execution, node: RowWritesNode, run: RunPlan): Promise<void> {
  const time = pinTime(execution, node.pinTime);
  const { terminals, info } = await inUnit(execution, [], time, async (unit) => {
    const sink = new RowsSink(execution.limits, 'the rows to write');
    try {
      await run(partExecution(execution, node.read, sink, unitReads(unit), time.instant));
      const read = await sink.result;
      const written = await writeTargets(unit, node, read);
      return { terminals: written, info: await infoOf(unit, node, written) };
    } finally {
      sink.free();
    }
  });
  execution.sink.ok({
    affectedRows: terminals.reduce((total, terminal) => total + terminal.affectedRows, 0n),
    lastInsertId: terminals.find((terminal) => terminal.lastInsertId !== 0n)?.lastInsertId ?? 0n,
    warnings: terminals.reduce((total, terminal) => total + terminal.warnings, 0),
    info,
  });
}

/** MariaDB counts nothing where it sees beforehand that no row can match; only it can tell when that is. */
async function infoOf(unit: WriteUnit, node: RowWritesNode, terminals: readonly Terminal[]): Promise<string> {
  if (node.verb === 'delete') return '';
  const { execution } = unit;
  const shard = shardMapOf(execution, node.keyspace).shards[0];
  const counts = terminals.length > 0 || execution.flavour !== 'mariadb' || !node.singleTable;
  if (!counts && node.describe !== null && shard !== undefined) {
    const { rows } = await unit.rows(shard, `EXPLAIN ${shardText(execution, shard, node.describe)}`);
    if (rows[0]?.at(-1)?.startsWith('Impossible WHERE') === true) return '';
  }
  return sumInfos(terminals.map((terminal) => terminal.info));
}

async function writeTargets(
  unit: WriteUnit,
  node: RowWritesNode,
  read: KeptRows,
): Promise<readonly Terminal[]> {
  const terminals: Terminal[] = [];
  // All targets are placed before any changes: lookup rows that one of them removes may place another.
  const placed: (readonly TargetRow[])[] = [];
  for (const target of node.targets) placed.push(await targetRows(unit, target, read));
  for (const [i, target] of node.targets.entries()) {
    const rows = placed[i] ?? [];
    const answers = await unit.writeAll(writesOf(unit.execution, target, rows), lowestShardError);
    const counted = target.place.kind === 'everywhere' ? answers.slice(0, 1) : answers;
    terminals.push(...counted.flatMap((answer) => answer.terminals));
    if (node.verb === 'delete') await removeLookups(unit, target, rows);
    else if (target.after !== null) await followRows(unit, target, target.after, rows);
  }
  return terminals;
}

function writesOf(
  execution: Execution,
  target: RowTarget,
  rows: readonly TargetRow[],
): readonly ShardWrites[] {
  const map = shardMapOf(execution, target.keyspace);
  return shardsInOrder(map, rows).map(([shard, members]) => ({
    shard,
    statements: statementsOf(execution, target, shard, members),
  }));
}

/** Rows that get the same computed values share a statement. */
function statementsOf(
  execution: Execution,
  target: RowTarget,
  shard: Shard,
  rows: readonly TargetRow[],
): readonly string[] {
  const head = shardText(execution, shard, target.head);
  const tail = shardText(execution, shard, target.tail);
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
      return `${head}${assignments} WHERE ${where}${tail}`;
    }),
  );
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
