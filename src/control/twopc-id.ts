// Names of distributed transactions: they must say by themselves who may end them and which shard decides.
//
//   gtrid  sg1.<owner>.<number>.<thread>.<deciding shard>     at most 64 bytes, as XA has it
//   bqual  <shard>.<thread>
//
// <thread>: the server's id of the connection (base 36), for ending a session whose owner is gone and that the server still
// believes in. <shard>: its id, or a digest where that is long or has other letters.
import { createHash } from 'node:crypto';
import { hexLiteral } from '../text/quote.ts';

/** `SG` in ASCII. With the prefix it tells our ids from an application's own. */
export const formatId = 0x5347;
const prefix = 'sg1';
const tagBytesMax = 27;

export interface TransactionName {
  readonly owner: string;
  readonly threadId: number;
  /** Compare with `shardTag`. */
  readonly decidingTag: string;
}

/** One line of XA RECOVER that is ours. */
export interface PreparedBranch {
  readonly dtid: string;
  readonly bqual: string;
}

/** A shard's name inside ids. */
export function shardTag(shardId: string): string {
  if (shardId.length <= tagBytesMax && /^[A-Za-z0-9_/-]+$/.test(shardId)) return shardId;
  return `~${createHash('sha256').update(shardId).digest('hex').slice(0, 20)}`;
}

export function transactionId(
  owner: string,
  number: number,
  threadId: number,
  decidingShardId: string,
): string {
  return [prefix, owner, number.toString(36), threadId.toString(36), shardTag(decidingShardId)].join('.');
}

export function branchQualifier(shardId: string, threadId: number): string {
  return `${shardTag(shardId)}.${threadId.toString(36)}`;
}

/** SqlText of an XA id: bytes, since a quoted text would be UTF-16 in a session whose literals are. */
export function xidText(dtid: string, bqual: string): string {
  return `${hexLiteral(Buffer.from(dtid))},${hexLiteral(Buffer.from(bqual))},${formatId}`;
}

/** Null for ids that are not ours. */
export function parseTransactionId(dtid: string): TransactionName | null {
  const parts = dtid.split('.');
  const [start, owner = '', , thread = '', decidingTag = ''] = parts;
  if (start !== prefix || parts.length !== 5) return null;
  return { owner, threadId: Number.parseInt(thread, 36), decidingTag };
}

export function parseBranchQualifier(bqual: string): { readonly tag: string; readonly threadId: number } {
  const dot = bqual.lastIndexOf('.');
  return { tag: bqual.slice(0, dot), threadId: Number.parseInt(bqual.slice(dot + 1), 36) };
}

/** A row of XA RECOVER; null when somebody else made it. */
export function preparedBranch(row: Readonly<Record<string, unknown>>): PreparedBranch | null {
  if (Number(row['formatID']) !== formatId) return null;
  const data = row['data'];
  const text = Buffer.isBuffer(data) ? data.toString('latin1') : String(data);
  const length = Number(row['gtrid_length']);
  const dtid = text.slice(0, length);
  const bqual = text.slice(length, length + Number(row['bqual_length']));
  const name = parseTransactionId(dtid);
  return name === null || !/^[A-Za-z0-9_/~.-]+$/.test(dtid + bqual) ? null : { dtid, bqual };
}
