// The record that decides a distributed transaction, and the small table that holds it on the deciding shard.
import { hexLiteral } from '../text/quote.ts';
import { ownTablePrefix } from '../vschema/own-tables.ts';

const table = `${ownTablePrefix}transactions`;

/**
 * A row exists from a decision until all shards have followed it. `commit` is written in the deciding shard's own transaction, so
 * it becomes true together with that shard's rows; `abort` by recovery, under the same key: whoever comes second fails.
 */
export const createTableSql = `CREATE TABLE IF NOT EXISTS ${table} (
  dtid VARBINARY(64) NOT NULL PRIMARY KEY COMMENT 'name of a distributed transaction',
  state ENUM('commit','abort') NOT NULL,
  owner VARBINARY(16) NOT NULL COMMENT 'the Shardgate process that ran it',
  participants TEXT CHARACTER SET utf8mb4 NOT NULL COMMENT 'shards that follow the decision',
  created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE=InnoDB COMMENT='Shardgate: decisions of two-phase commits; rows go away by themselves'`;

/** Fails where the table cannot be read and written. */
export const probeSql = `SELECT COUNT(*) FROM ${table} WHERE dtid = ''`;

/** Reads InnoDB, so that a transaction's snapshot is taken. */
export const snapshotSql = `SELECT state FROM ${table} WHERE dtid = ''`;

export const readSql = `SELECT CAST(state AS CHAR) AS state FROM ${table} WHERE dtid = ?`;

/** Waits for a deciding transaction that is about to commit; leaves what is there. */
export const abortSql = `INSERT INTO ${table} (dtid, state, owner, participants) VALUES (?, 'abort', ?, '') ON DUPLICATE KEY UPDATE dtid = dtid`;

/** Rows that nobody may need any more, of others as well; `abort` stays for long: a process that was frozen may wake up. */
export const oldRowsSql = `SELECT CAST(dtid AS CHAR) AS dtid, CAST(owner AS CHAR) AS owner, participants FROM ${table}
  WHERE (state = 'commit' AND created < NOW() - INTERVAL 60 SECOND) OR created < NOW() - INTERVAL 1 DAY LIMIT 500`;

export function deleteSql(count: number): string {
  return `DELETE FROM ${table} WHERE dtid IN (${Array.from({ length: count }, () => '?').join(', ')})`;
}

/** Shard names that every character set of a client writes alike, and no sql_mode reads otherwise. */
const plainNames = /^[\w/,.:-]*$/;

/** SqlText; ids as `twopc-id` makes them, shard names as configurations allow them. */
export function decisionSql(dtid: string, owner: string, participants: readonly string[]): string {
  const names = participants.join(',');
  const list = plainNames.test(names)
    ? `_utf8mb4'${names}'`
    : `CONVERT(${hexLiteral(Buffer.from(names))} USING utf8mb4)`;
  // Without the introducer a connection that speaks UTF-16 would store other bytes than recovery looks for.
  return `INSERT INTO ${table} (dtid, state, owner, participants) VALUES (_binary'${dtid}', 'commit', _binary'${owner}', ${list})`;
}
