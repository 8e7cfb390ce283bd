// The table of every error Shardgate words itself; a page of the README is generated from it.
import { SqlError } from './sql-error.ts';

interface CatalogEntry {
  readonly errno: number;
  readonly sqlState: string;
  /** What happened, with `{placeholders}`; one clause, no full stop. */
  readonly what: string;
  readonly why: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

/** Ids: 1xxx protocol, login, limits; 2xxx SQL and planner; 3xxx vindex, vschema; 4xxx backends, engine; 5xxx sessions, transactions; 6xxx writes. */
export const catalog = {
  SG1001: {
    errno: 1105,
    sqlState: 'HY000',
    what: "a server's answer cannot be read",
    why: 'it holds {detail}',
    remedy: 'the connection to that server is closed; a statement that was running may or may not have taken effect',
  },
  SG2001: {
    errno: 1235,
    sqlState: '42000',
    what: '{construct} is not supported here',
    why: '{why}',
    remedy: '{remedy}',
  },
  SG4001: {
    errno: 2003,
    sqlState: '08S01',
    what: 'shard {shard} is down',
    why: '{why}',
    remedy: 'other shards are not affected; try again when its server is back',
  },
  SG4002: {
    errno: 1040,
    sqlState: '08004',
    what: 'pool timeout on shard {shard}',
    why: 'no connection became free within {timeoutMs} ms ({active} in use, {max} allowed){cause}',
    remedy: 'raise pool.maxPerShard, or look for long transactions that hold connections',
  },
  SG4003: {
    errno: 1040,
    sqlState: '08004',
    what: 'too many statements wait for shard {shard}',
    why: '{waiting} are waiting already, pool.waitersMax allows no more',
    remedy: 'try again later, or raise pool.maxPerShard',
  },
  SG4004: {
    errno: 2013,
    sqlState: '08S01',
    what: 'lost connection to shard {shard}',
    why: '{why}',
    remedy: 'a statement that was running may or may not have taken effect',
  },
  SG4005: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'the server of shard {shard} cannot be used',
    why: '{why}',
    remedy: 'use MySQL 8.0 or newer, or MariaDB 10.6 or newer, one flavour per keyspace',
  },
  SG4006: {
    errno: 1317,
    sqlState: '70100',
    what: 'stopped waiting for shard {shard}',
    why: 'the statement was cancelled',
    remedy: 'nothing was sent to this shard',
  },
  SG4007: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'login to the server of shard {shard} failed',
    why: '{why}',
    remedy: "check the server's user and password in the configuration",
  },
  SG4008: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'shard {shard} broke the protocol',
    why: '{why}',
    remedy: 'its connection was closed; try again, and look at what stands between Shardgate and the server',
  },
  SG4009: {
    errno: 1153,
    sqlState: '08S01',
    what: 'a statement of {bytes} bytes is too large for shard {shard}',
    why: 'its server takes at most {bytesMax} (max_allowed_packet)',
    remedy: 'send fewer rows at once or raise max_allowed_packet on the server',
  },
  SG4020: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'shards {first} and {other} disagree on a result: {difference}',
    why: 'their tables are not defined alike, so their rows cannot be put together',
    remedy: 'bring the tables of all shards to the same definition',
  },
  SG4021: {
    errno: 1041,
    sqlState: 'HY000',
    what: 'the query moves too much data: fragment {fragment} has {bytes} bytes so far',
    why: 'limits.queryMemoryBytes allows {bytesMax} for what a query carries to the workspace',
    remedy: 'add a condition that narrows {fragment}, select fewer of its columns, or raise the limit',
  },
  SG4022: {
    errno: 1041,
    sqlState: 'HY000',
    what: 'not enough memory for fragment {fragment} ({bytes} bytes so far)',
    why: 'the queries running now use up limits.processMemoryBytes',
    remedy: 'try again later, narrow the query, or raise the limit',
  },
  SG4023: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'the workspace could not take a row of fragment {fragment}',
    why: '{why}',
    remedy: 'select fewer or other columns of {fragment}, or restrict the statement to one shard',
  },
  SG4024: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'the statement ran on {succeeded} and failed on {failed}',
    why: '{why}',
    remedy: 'repair the failed shards and run it again there',
  },
  SG5001: {
    errno: 1235,
    sqlState: '42000',
    what: 'transaction refused to touch shard {shard}',
    why: "transaction_mode is 'single' and the transaction already runs on another shard",
    remedy: "SET transaction_mode = 'multi' or 'twopc', or keep the transaction to one shard",
  },
  SG5002: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'the transaction was rolled back on all shards',
    why: 'the connection to one of its shards was lost',
    remedy: 'ROLLBACK and start it again',
  },
  SG5003: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'committed on {committed} of {all} shards; not on {failed}',
    why: 'a shard failed between the first COMMIT and the last',
    remedy: "check the rows on those shards; SET transaction_mode = 'twopc' makes such commits atomic",
  },
  SG5004: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'the outcome of COMMIT on {shard} is unknown',
    why: 'the connection was lost before the shard answered',
    remedy: 'read the rows back before repeating the transaction',
  },
  SG5005: {
    errno: 1105,
    sqlState: 'HY000',
    what: 'no server can answer',
    why: 'the configuration names no keyspace with a shard',
    remedy: 'add a keyspace to the configuration',
  },
  SG5006: {
    errno: 1105,
    sqlState: 'HY000',
    what: "no shard '{shard}' in keyspace '{keyspace}'",
    why: 'its shards are {known}',
    remedy: 'USE one of these, or the keyspace alone',
  },
  SG5007: {
    errno: 1235,
    sqlState: '42000',
    what: 'SET {variable} is not supported',
    why: '{why}',
    remedy: 'set it on the servers, or leave it out',
  },
} as const satisfies Record<string, CatalogEntry>;

export type CatalogId = keyof typeof catalog;

/** A Shardgate error: `SG####: what: why; what to do`, placeholders filled from `values`. */
export function shardgateError(id: CatalogId, values: Readonly<Record<string, string | number>> = {}): SqlError {
  const entry: CatalogEntry = catalog[id];
  const text = `${id}: ${entry.what}: ${entry.why}; ${entry.remedy}`;
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return new SqlError(entry.errno, entry.sqlState, filled, id);
}
