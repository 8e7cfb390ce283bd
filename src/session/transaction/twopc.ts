// Two-phase commit as a session sees it: names for its branches, the record that decides, and somebody who mends what breaks.
//
//   first shard      BEGIN ......... INSERT record ─┐           COMMIT = the decision
//   other shards     XA START ...... END, PREPARE ──┴─ all OK ──┘   └── XA COMMIT
//
// Until the first shard's COMMIT nothing has happened; from then on everything has. Who finds a prepared branch later asks
// the first shard for the record: it is there, or an abort record put in its place makes sure that it never will be.
import type { SqlText } from '../../sql/mode.ts';

export type Decision = 'commit' | 'abort';

export interface TwoPhaseCommit {
  /**
   * A new distributed transaction that the shard with the local transaction decides. `threadId`: the server's id of that
   * connection, so that recovery can end it when its owner is gone and the server does not know yet.
   */
  start(decisionShardId: string, threadId: number): string;
  /** SqlText of the XA id (`'..','..',n`) of a branch; short and free of quotes and backslashes inside. */
  branchId(dtid: string, shardId: string, threadId: number): SqlText;
  /**
   * The shard can hold decisions: its table exists and this process's lease is there. Rejects with SG5020. Costs nothing
   * once it was true.
   */
  ready(shardId: string): Promise<void>;
  isReady(shardId: string): boolean;
  /** The INSERT of the record, to run in the deciding shard's local transaction. 1062: recovery has aborted it. */
  decisionSql(dtid: string, participants: readonly string[]): SqlText;
  /** A query that makes InnoDB take a branch's snapshot now; needs `ready` on that shard. */
  readonly snapshotSql: SqlText;
  /** From now until `end` recovery leaves the transaction's branches to its session. */
  begin(dtid: string): void;
  /**
   * What the deciding shard says, after its connection was lost in COMMIT. Aborts the transaction when there is no record.
   * Null: the shard does not answer in time.
   */
  decided(dtid: string): Promise<Decision | null>;
  /**
   * `done`: every branch is known to have ended as decided; `open`: some connection was lost on the way, recovery looks for
   * its branch at once.
   */
  end(dtid: string, state: 'done' | 'open'): void;
}

/** A phase of a commit that takes longer is given up: the connections that have not answered are closed. */
export const phaseTimeoutMs = 10_000;
