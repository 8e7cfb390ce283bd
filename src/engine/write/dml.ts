// UPDATE and DELETE: one shard relayed, several as one unit with their counts added up.
import type { DmlNode } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import type { Execution } from '../contract.ts';
import { pinTime } from '../pinned-time.ts';
import { sendToShard } from '../relay/route.ts';
import { shardMapOf, shardsFor } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import { lowestShardError, runUnit } from './unit.ts';
import { sumInfos } from './write-info.ts';

export function runDml(execution: Execution, node: DmlNode): void | Promise<void> {
  const shards = shardsFor(execution, node.keyspace, node.destination);
  if (shards.length > 1) return runOnSeveral(execution, node);
  const shard =
    shards[0] ?? present(shardMapOf(execution, node.keyspace).shards[0], 'a keyspace has a shard');
  return sendToShard(execution, shard, node.unchanged ? null : node.template);
}

async function runOnSeveral(execution: Execution, node: DmlNode): Promise<void> {
  const shards = shardsFor(execution, node.keyspace, node.destination);
  const writes = shards.map((shard) => ({ shard, statements: [shardText(execution, shard, node.template)] }));
  const answers = await runUnit(execution, writes, pinTime(execution, node.pinTime), lowestShardError);
  const terminals = answers.flatMap((answer) => answer.terminals);
  const counted = node.everywhere ? terminals.slice(0, 1) : terminals;
  execution.sink.ok({
    affectedRows: counted.reduce((total, terminal) => total + terminal.affectedRows, 0n),
    lastInsertId: counted.find((terminal) => terminal.lastInsertId !== 0n)?.lastInsertId ?? 0n,
    warnings: counted.reduce((total, terminal) => total + terminal.warnings, 0),
    info: sumInfos(counted.map((terminal) => terminal.info)),
  });
}
