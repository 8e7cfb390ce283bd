// In which order the statements of one unit go out on a shard that is just being joined.
import { expect, test } from 'vitest';
import type { BackendConnection, ResponseReceiver, Terminal } from '../../../src/backend/contract.ts';
import type { AtomicUnit, Execution, ScopedLease } from '../../../src/engine/contract.ts';
import type { PinnedTime } from '../../../src/engine/pinned-time.ts';
import { WriteUnit } from '../../../src/engine/write/unit.ts';
import type { Shard } from '../../../src/vindex/shard-map.ts';

const shard = { id: 'shop/-', keyspace: 'shop', name: '-', database: 'shop' } as unknown as Shard;
const ok: Terminal = {
  kind: 'ok',
  affectedRows: 0n,
  lastInsertId: 0n,
  warnings: 0,
  status: 2,
  info: '',
  error: null,
};

/** A connection that answers OK to everything and keeps the statements. */
function recorder(): { connection: BackendConnection; sent: string[] } {
  const sent: string[] = [];
  const send = (payload: Buffer, receiver: ResponseReceiver): void => {
    sent.push(payload.toString('latin1', 1));
    queueMicrotask(() => receiver.end(Buffer.alloc(0), 0, ok));
  };
  return { sent, connection: { alive: true, send } as unknown as BackendConnection };
}

test('statements keep their order, whichever of their questions for a connection is answered first', async () => {
  const { connection, sent } = recorder();
  const lease: ScopedLease = { connection, done: () => {} };
  let joins = 0;
  const unit: AtomicUnit = {
    // As a pool that opens a connection for the first who asks while one comes back for the second.
    join: async () => {
      for (let turns = 20 - 5 * joins++; turns > 0; turns--) await Promise.resolve();
      return lease;
    },
    commit: async () => {},
    rollback: async () => {},
  };
  const execution = {
    signal: new AbortController().signal,
    observer: { shardQuery: () => {} },
    statement: {},
  } as unknown as Execution;
  const time = {
    instant: null,
    before: () => {},
    after: () => {},
    wrap: (sql: string) => sql,
  } as unknown as PinnedTime;
  const writing = new WriteUnit(execution, unit, time);
  await Promise.all([
    writing.setting(shard, 'SET ours'),
    writing.run(shard, 'INSERT row'),
    writing.setting(shard, 'SET theirs'),
  ]);
  expect(sent).toEqual(['SET ours', 'INSERT row', 'SET theirs']);
});
