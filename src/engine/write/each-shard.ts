// DDL and administration: the statement on every shard at once; which shards failed is said by name.
import type { Terminal } from '../../backend/contract.ts';
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { EachShardNode } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { runStatement } from '../backend-call.ts';
import { cancelReason, killOrClose } from '../cancel.ts';
import type { Execution, ScopedLease } from '../contract.ts';
import { acquireAll } from '../leases.ts';
import { ClientWriter } from '../merge/client-writer.ts';
import { agreedColumns, firstError } from '../merge/scatter.ts';
import { type ShardRead, ShardReads } from '../merge/shard-reads.ts';
import { paramText } from '../param-text.ts';
import { renameCells, renameError } from '../physical-names.ts';
import { pinTime } from '../pinned-time.ts';
import { shardsOrOne } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import { TableReports } from '../table-reports.ts';
import { insertCounts, printInsertInfo, toldAnswers } from './write-info.ts';

export async function runEachShard(execution: Execution, node: EachShardNode): Promise<void> {
  // Left undone: no server may see it.
  if (node.destination.kind === 'none') {
    const warnings = node.warning === null ? 0 : 1;
    execution.sink.ok({ affectedRows: 0n, lastInsertId: 0n, warnings, info: '' });
    return;
  }
  const shards = shardsOrOne(execution, node.keyspace, node.destination);
  if (node.result === 'ok') return runForOk(execution, node, shards);
  return runForRows(execution, node, shards);
}

type Answer = { readonly shard: Shard } & ({ readonly terminal: Terminal } | { readonly error: SqlError });

async function runForOk(execution: Execution, node: EachShardNode, shards: readonly Shard[]): Promise<void> {
  const leases = await acquireAll(execution, shards, { writes: true });
  const answers = await Promise.all(
    shards.map((shard, i) => runOn(execution, node, shard, present(leases[i], 'one lease per shard'))),
  );
  const failed = answers.flatMap((answer) => ('error' in answer ? [answer] : []));
  if (execution.signal.aborted && failed.length === answers.length) throw cancelReason(execution.signal);
  const first = failed[0];
  if (first !== undefined)
    throw failed.length === answers.length ? first.error : partly(answers, first.error);
  const terminals = answers.flatMap((answer) => ('terminal' in answer ? [answer.terminal] : []));
  // Rows that ALTER copied are on one shard each, those of a reference table on all.
  const told = toldAnswers(terminals, node.everywhere === true);
  execution.sink.ok({
    affectedRows: told.reduce((sum, { affectedRows }) => sum + affectedRows, 0n),
    lastInsertId: 0n,
    warnings: Math.max(...terminals.map((terminal) => terminal.warnings)) + (node.warning === null ? 0 : 1),
    info: copiedInfo(told.map(({ info }) => info)),
  });
}

/** What is copied adds up; every shard warns of the same. */
function copiedInfo(infos: readonly string[]): string {
  const counts = infos.flatMap((info) => insertCounts(info) ?? []);
  if (counts.length !== 3 * infos.length) return infos[0] ?? '';
  const of = (label: number): readonly number[] => counts.filter((_, i) => i % 3 === label);
  const sum = (label: number): number => of(label).reduce((total, count) => total + count, 0);
  return printInsertInfo(sum(0), sum(1), Math.max(...of(2)));
}

async function runOn(
  execution: Execution,
  node: EachShardNode,
  shard: Shard,
  lease: ScopedLease,
): Promise<Answer> {
  const sql = shardText(execution, shard, node.template);
  execution.observer.shardQuery(shard.id, sql);
  const { signal } = execution;
  const onAbort = () => {
    killOrClose(execution, lease.connection);
  };
  signal.addEventListener('abort', onAbort);
  try {
    const terminal = await runStatement(lease.connection, sql);
    execution.observer.shardRows(shard.id, 0, 0);
    lease.done(signal.aborted, terminal.warnings);
    return { shard, terminal };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    lease.done(signal.aborted || !lease.connection.alive);
    return { shard, error: renameError(error, shard) };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** DDL cannot be undone: the client learns where it happened and where not. */
function partly(answers: readonly Answer[], error: SqlError): SqlError {
  const names = (wanted: 'error' | 'terminal') =>
    answers.filter((answer) => wanted in answer).map((answer) => answer.shard.id);
  return shardgateError('SG4024', {
    succeeded: names('terminal').join(', '),
    failed: names('error').join(', '),
    why: `${error.errno} ${error.message}`,
  });
}

/** Rows of all shards, or of the first (the statement still runs everywhere). */
async function runForRows(
  execution: Execution,
  node: EachShardNode,
  shards: readonly Shard[],
): Promise<void> {
  const open = await ShardReads.open(execution, shards, {
    format: isReport(node) ? 'text' : execution.statement.format,
    time: pinTime(execution, false),
    locks: true,
    textFor: (shard) => paramText(execution, shard, node.template),
  });
  let failure: unknown = null;
  try {
    if (isReport(node)) await writeReports(execution, node, open.reads);
    else await writeRows(execution, node, open.reads);
  } catch (error) {
    failure = firstError(open.reads, error);
  }
  const warnings = await open.close();
  if (failure !== null) throw failure;
  // Every shard warns of the same tables.
  execution.sink.end(isReport(node) ? Math.ceil(warnings / shards.length) : warnings);
}

function isReport({ result }: EachShardNode): boolean {
  return result === 'reports' || result === 'checksums';
}

async function writeReports(
  execution: Execution,
  node: EachShardNode,
  reads: readonly ShardRead[],
): Promise<void> {
  const columns = await agreedColumns(reads);
  const reports = new TableReports(node, columns);
  for (const { stream, shard } of reads) {
    for (let batch = await stream.next(); batch !== null; batch = await stream.next())
      for (const row of batch) reports.add(row, shard);
  }
  execution.sink.columns(columns);
  const waiting = new ClientWriter(execution).write(reports.encoded(execution.statement.format));
  if (waiting !== null) await waiting;
}

async function writeRows(
  execution: Execution,
  node: EachShardNode,
  reads: readonly ShardRead[],
): Promise<void> {
  const { format } = execution.statement;
  const columns = await agreedColumns(reads);
  const first = present(reads[0], 'a statement runs on a shard');
  execution.sink.columns(columns);
  const writer = new ClientWriter(execution);
  for (const read of reads) {
    const shown = node.result === 'concat' || read === first;
    const rename = format === 'text' ? renameCells(columns.length, read.shard) : (row: Buffer) => row;
    for (let batch = await read.stream.next(); batch !== null; batch = await read.stream.next()) {
      const waiting = shown ? writer.write(batch.map(rename)) : null;
      if (waiting !== null) await waiting;
    }
  }
}
