// One shard as recovery deals with it: its record table, its prepared branches, over a connection of its own.
import { addressOf, type ShardTargets } from '../backend/options.ts';
import { ControlConnection, type ControlRows } from './control-connection.ts';
import { type PreparedBranch, parseBranchQualifier, preparedBranch, shardTag, xidText } from './twopc-id.ts';
import { ownerLives } from './twopc-lease.ts';
import { abortSql, createTableSql, deleteSql, oldRowsSql, probeSql, readSql } from './twopc-record.ts';

const answerWithinMs = 5_000;
/** Below `answerWithinMs`: the server's own time-out tells more than ours. */
const lockWaitSeconds = 3;
const retryPauseMs = 50;
const attemptsMax = 5;

const noSuchTable = 1146;
const unknownXid = 1397;
const lockWaitTimeout = 1205;

export type Decision = 'commit' | 'abort';

export interface OldRecord {
  readonly dtid: string;
  readonly owner: string;
  readonly participants: readonly string[];
}

export class TwoPhaseShard {
  readonly targets: ShardTargets;
  /** As ids name it. */
  readonly tag: string;
  /** Shards of one address and account share a server: XA RECOVER lists the same branches on each. */
  readonly address: string;
  readonly #connection: ControlConnection;

  constructor(targets: ShardTargets) {
    this.targets = targets;
    this.tag = shardTag(targets.id);
    this.address = addressOf(targets.primary);
    this.#connection = new ControlConnection(targets.primary);
  }

  close(): void {
    this.#connection.close();
  }

  /** Makes the table where it is missing. Rejects with the server's error. */
  async makeTable(): Promise<void> {
    try {
      await this.#query(probeSql, []);
    } catch (error) {
      if (errnoOf(error) !== noSuchTable) throw error;
      await this.#query(createTableSql, []);
      await this.#query(probeSql, []);
    }
  }

  async preparedBranches(): Promise<readonly PreparedBranch[]> {
    const rows = await this.#query('XA RECOVER', []);
    return rows.flatMap((row) => preparedBranch(row) ?? []);
  }

  ownerLives(owner: string): Promise<boolean> {
    return ownerLives(this.#connection, owner);
  }

  /**
   * Makes sure that the transaction has a decision: abort, unless it is committed already. Waits for a COMMIT under way;
   * when `threadId` is given, ends that session should it keep everybody waiting. Rejects when the server does not answer.
   */
  async decide(dtid: string, by: string, threadId: number | null): Promise<Decision> {
    await this.#query(`SET SESSION autocommit = 1, innodb_lock_wait_timeout = ${lockWaitSeconds}`, []);
    try {
      await this.#query(abortSql, [dtid, by]);
    } catch (error) {
      if (errnoOf(error) === noSuchTable) await this.makeTable();
      else if (errnoOf(error) === lockWaitTimeout && threadId !== null) await this.#kill(threadId);
      else throw error;
      await this.#query(abortSql, [dtid, by]);
    }
    const [row] = await this.#query(readSql, [dtid]);
    return String(row?.['state']) === 'commit' ? 'commit' : 'abort';
  }

  /** Whether the record says commit now; decides nothing. */
  async isCommitted(dtid: string): Promise<boolean> {
    const [row] = await this.#query(readSql, [dtid]);
    return String(row?.['state']) === 'commit';
  }

  /**
   * Ends a prepared branch. MariaDB knows no such branch while the session that prepared it lives: that session is ended
   * then. Resolves when XA RECOVER lists it no longer; rejects when that does not come about.
   */
  async end(branch: PreparedBranch, decision: Decision): Promise<void> {
    const verb = decision === 'commit' ? 'COMMIT' : 'ROLLBACK';
    const sql = `XA ${verb} ${xidText(branch.dtid, branch.bqual)}`;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#query(sql, []);
        return;
      } catch (error) {
        if (errnoOf(error) === null || attempt >= attemptsMax) throw error;
        if (!(await this.#lists(branch))) return;
        if (errnoOf(error) !== unknownXid) throw error;
      }
      await this.#kill(parseBranchQualifier(branch.bqual).threadId);
      await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
    }
  }

  async #lists(branch: PreparedBranch): Promise<boolean> {
    const listed = await this.preparedBranches();
    return listed.some(({ dtid, bqual }) => dtid === branch.dtid && bqual === branch.bqual);
  }

  /** The session may have ended meanwhile. */
  async #kill(threadId: number): Promise<void> {
    await this.#query(`KILL ${threadId}`, []).catch(() => {});
  }

  /** Nothing where there is no table. */
  async oldRecords(): Promise<readonly OldRecord[]> {
    try {
      const rows = await this.#query(oldRowsSql, []);
      return rows.map((row) => ({
        dtid: String(row['dtid']),
        owner: String(row['owner']),
        participants: String(row['participants'])
          .split(',')
          .filter((name) => name !== ''),
      }));
    } catch (error) {
      if (errnoOf(error) === noSuchTable) return [];
      throw error;
    }
  }

  async forget(dtids: readonly string[]): Promise<void> {
    if (dtids.length > 0) await this.#query(deleteSql(dtids.length), dtids);
  }

  #query(sql: string, values: readonly string[]): Promise<ControlRows> {
    return this.#connection.query(sql, values, answerWithinMs);
  }
}

/** MySQL refuses XA RECOVER to accounts without XA_RECOVER_ADMIN. */
export function isAccessDenied(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 1401 || errno === 1227;
}

/** A server's error number; null for losses and time-outs. */
function errnoOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return null;
  return typeof error.errno === 'number' ? error.errno : null;
}
