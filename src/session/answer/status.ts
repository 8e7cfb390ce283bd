// Server status flags as clients see them: always the session's own, whoever answered.

/** SERVER_STATUS_* bits of OK and EOF packets. */
export const ServerStatus = {
  inTransaction: 0x0001,
  autocommit: 0x0002,
  moreResults: 0x0008,
  noBackslashEscapes: 0x0200,
  inReadOnlyTransaction: 0x2000,
} as const;

/** The part of a session that its status flags tell. */
export interface StatusFacts {
  readonly inTransaction: boolean;
  readonly readOnlyTransaction: boolean;
  readonly autocommit: boolean;
  readonly noBackslashEscapes: boolean;
}

/**
 * Flags for the last packet of an answer. The npm mariadb driver drops a COMMIT when IN_TRANS is missing, so a workspace's
 * or reference shard's own flags must never leak.
 */
export function statusFlags(facts: StatusFacts, moreResults: boolean): number {
  return (
    (facts.inTransaction ? ServerStatus.inTransaction : 0) |
    (facts.autocommit ? ServerStatus.autocommit : 0) |
    (moreResults ? ServerStatus.moreResults : 0) |
    (facts.noBackslashEscapes ? ServerStatus.noBackslashEscapes : 0) |
    (facts.inTransaction && facts.readOnlyTransaction ? ServerStatus.inReadOnlyTransaction : 0)
  );
}
