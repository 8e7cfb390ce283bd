// Capability and status flags of the client/server protocol, and which of them Shardgate offers.

/** Capability flags (lower 32 bits, and one of MariaDB's upper ones). */
export const Capability = {
  /** CLIENT_LONG_PASSWORD; MariaDB reads it as CLIENT_MYSQL: "no MariaDB extended capabilities follow". */
  longPassword: 1,
  foundRows: 1 << 1,
  longFlag: 1 << 2,
  connectWithDb: 1 << 3,
  noSchema: 1 << 4,
  compress: 1 << 5,
  odbc: 1 << 6,
  localFiles: 1 << 7,
  ignoreSpace: 1 << 8,
  protocol41: 1 << 9,
  interactive: 1 << 10,
  ssl: 1 << 11,
  ignoreSigpipe: 1 << 12,
  transactions: 1 << 13,
  secureConnection: 1 << 15,
  multiStatements: 1 << 16,
  multiResults: 1 << 17,
  psMultiResults: 1 << 18,
  pluginAuth: 1 << 19,
  connectAttrs: 1 << 20,
  pluginAuthLenencData: 1 << 21,
  expiredPasswords: 1 << 22,
  sessionTrack: 1 << 23,
  deprecateEof: 1 << 24,
  optionalMetadata: 1 << 25,
  queryAttributes: 1 << 27,
  /**
   * MARIADB_CLIENT_EXTENDED_METADATA: column definitions tell of JSON, UUID, INET6. It is bit 35; here it has the place of bit
   * 30, which only clients use and never send. `handshake.ts` moves it.
   */
  extendedMetadata: 1 << 30,
} as const;

/** SERVER_STATUS_* flags. */
export const ServerStatus = {
  inTransaction: 1,
  autocommit: 2,
  moreResults: 8,
  noGoodIndexUsed: 16,
  noIndexUsed: 32,
  cursorExists: 64,
  lastRowSent: 128,
  databaseDropped: 256,
  noBackslashEscapes: 512,
  metadataChanged: 1024,
  queryWasSlow: 2048,
  psOutParams: 4096,
  inReadOnlyTransaction: 8192,
  sessionStateChanged: 16384,
} as const;

/**
 * What clients are offered. Not DEPRECATE_EOF, QUERY_ATTRIBUTES, optional metadata or compression: both sides of a relay must
 * speak the same bytes, and backends are asked for the same. Of MariaDB's extended capabilities extended metadata is offered
 * (`mariadbCapabilities`), since without it MariaDB's drivers return JSON as text, and bulk execution.
 * SESSION_TRACK needs no likeness: what it tells of (USE, SET) Shardgate answers itself.
 */
export const clientCapabilities =
  Capability.longPassword |
  Capability.foundRows |
  Capability.longFlag |
  Capability.connectWithDb |
  Capability.odbc |
  Capability.localFiles |
  Capability.ignoreSpace |
  Capability.protocol41 |
  Capability.interactive |
  Capability.transactions |
  Capability.secureConnection |
  Capability.multiStatements |
  Capability.multiResults |
  Capability.psMultiResults |
  Capability.pluginAuth |
  Capability.connectAttrs |
  Capability.pluginAuthLenencData |
  Capability.sessionTrack;

/** Offered in addition where the servers are MariaDB. */
export const mariadbCapabilities = Capability.extendedMetadata;

/** What backends are asked for; FOUND_ROWS, IGNORE_SPACE, CONNECT_WITH_DB, SSL and LOCAL_FILES are added as needed. */
export const backendCapabilities =
  Capability.longPassword |
  Capability.longFlag |
  Capability.protocol41 |
  Capability.transactions |
  Capability.secureConnection |
  Capability.multiStatements |
  Capability.multiResults |
  Capability.psMultiResults |
  Capability.pluginAuth |
  Capability.pluginAuthLenencData;

export function hasFlag(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}
