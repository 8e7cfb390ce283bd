// What an error of a server says of the transaction it came in.

/** ER_LOCK_DEADLOCK, ER_XA_RBDEADLOCK, ER_XA_RBROLLBACK, ER_XA_RBTIMEOUT: the server has rolled back the whole transaction. */
export const rollsBack: ReadonlySet<number> = new Set([1213, 1614, 1402, 1613]);

/**
 * Lock wait timeout (with innodb_rollback_on_timeout), record changed (MariaDB's snapshot isolation), lock table full: may have
 * rolled it back.
 */
export const mayRollBack: ReadonlySet<number> = new Set([1205, 1020, 1206]);
