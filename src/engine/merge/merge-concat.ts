// Rows of several shards in any order: each stream flows to the client as its rows come.

import type { Execution } from '../contract.ts';
import { ClientWriter } from './client-writer.ts';
import type { RowWindow } from './row-window.ts';
import type { ShardRead } from './shard-reads.ts';

/** Ends when all rows are written or the window is full; `shape` turns a shard's batch into what the client sees. */
export async function mergeConcat(
  execution: Execution,
  reads: readonly ShardRead[],
  window: RowWindow,
  shape: (rows: Buffer[]) => readonly Uint8Array[],
): Promise<void> {
  if (window.full) return;
  const writer = new ClientWriter(execution);
  // The shards that are not needed any more must not keep the statement waiting.
  let enough = () => {};
  const full = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const pump = async (read: ShardRead) => {
    for (;;) {
      const batch = await read.stream.next();
      if (batch === null || window.full) return;
      const waiting = writer.write(shape([...window.takeBatch(batch)]));
      if (window.full) enough();
      if (waiting !== null) await waiting;
    }
  };
  await Promise.race([Promise.all(reads.map(pump)), full]);
}
