// UPDATE and DELETE: one shard relayed, several as one unit with their counts added up.
import type { DmlNode } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { Execution } from '../contract.ts';
import { asPrepared, markedText, runText } from '../param-text.ts';
import { pinTime } from '../pinned-time.ts';
import { sendToShard } from '../relay/route.ts';
import { shardMapOf, shardsFor } from '../resolve.ts';
import { ReturnedRows } from './returned-rows.ts';
import { lowestShardError, type RunOn, runUnit, type ShardWrites, type WriteAnswer } from './unit.ts';
import { countWarnings, sumInfos, toldAnswers } from './write-info.ts';

export function runDml(execution: Execution, node: DmlNode): void | Promise<void> {
  const shards = shardsFor(execution, node.keyspace, node.destination);
  if (shards.length > 1) return runOnSeveral(execution, node);
  const shard =
    shards[0] ?? present(shardMapOf(execution, node.keyspace).shards[0], 'a keyspace has a shard');
  return sendToShard(execution, shard, node.unchanged ? null : node.template);
}

async function runOnSeveral(execution: Execution, node: DmlNode): Promise<void> {
  const shards = shardsFor(execution, node.keyspace, node.destination);
  const writes = shards.map((shard) => writeOf(execution, node, shard));
  if (node.returns) return returnRows(execution, node, writes);
  const terminals = terminalsOf(node, await runAll(execution, node, writes, async () => {}));
  execution.sink.ok({
    affectedRows: terminals.reduce((total, terminal) => total + terminal.affectedRows, 0n),
    lastInsertId: terminals.find((terminal) => terminal.lastInsertId !== 0n)?.lastInsertId ?? 0n,
    warnings: countWarnings(terminals),
    info: sumInfos(terminals.map((terminal) => terminal.info)),
  });
}

/** What pins the time goes around a text, unless it goes into it. */
function writeOf(execution: Execution, node: DmlNode, shard: Shard): ShardWrites {
  const write = { shard, statements: [markedText(execution, shard, node.template)] };
  if (node.pinTime) return write;
  const runOn: RunOn = (connection, text) => runText(connection, asPrepared(execution, text));
  return { ...write, runOn: () => runOn };
}

/** No order is asked for: shard by shard. Of a reference table the first shard speaks for all. */
async function returnRows(
  execution: Execution,
  node: DmlNode,
  writes: readonly ShardWrites[],
): Promise<void> {
  const returned = new ReturnedRows(execution);
  try {
    const asking = writes.map((write, i) =>
      node.everywhere && i > 0 ? write : { ...write, runOn: () => returned.together(write.shard) },
    );
    const answers = await runAll(execution, node, asking, () => returned.finish());
    await returned.tell(countWarnings(terminalsOf(node, answers)), null);
  } finally {
    returned.free();
  }
}

function runAll(
  execution: Execution,
  node: DmlNode,
  writes: readonly ShardWrites[],
  finish: () => Promise<void>,
): Promise<readonly WriteAnswer[]> {
  return runUnit(execution, writes, pinTime(execution, node.pinTime), lowestShardError, finish);
}

function terminalsOf(node: DmlNode, answers: readonly WriteAnswer[]): WriteAnswer['terminals'] {
  return toldAnswers(answers, node.everywhere).flatMap((answer) => answer.terminals);
}
