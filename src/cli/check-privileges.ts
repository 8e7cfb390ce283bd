// What the user of a server may do there: each privilege is tried, on names that do not exist where that is enough.
import type { BackendRole, BackendTarget } from '../backend/options.ts';
import type { ControlConnection } from '../control/control-connection.ts';
import { quoteIdentifier } from '../text/quote.ts';
import { errorAt, type Problem, warningAt } from '../util/problem.ts';

export interface PrivilegeContext {
  readonly path: string;
  readonly target: BackendTarget;
  readonly role: BackendRole;
  readonly mode: 'single' | 'multi' | 'twopc';
  readonly connection: ControlConnection;
  readonly timeoutMs: number;
}

/** Servers look at privileges before they look for the table: with the privilege the error is 1146, without it 1142. */
const tableProbes: readonly (readonly [privilege: string, sql: (table: string) => string])[] = [
  ['SELECT', (table) => `SELECT 1 FROM ${table}`],
  ['INSERT', (table) => `INSERT INTO ${table} VALUES (1)`],
  ['UPDATE', (table) => `UPDATE ${table} SET a = 1`],
  ['DELETE', (table) => `DELETE FROM ${table}`],
];
const missingTable = 'shardgate_check_missing';
const deniedErrnos: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370, 1401]);

/** Problems name the privilege and the GRANT that gives it. Rejects when the connection fails. */
export async function checkPrivileges(context: PrivilegeContext): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const missing = await missingOnTables(context);
  if (missing.length > 0) {
    const list = missing.join(', ');
    problems.push(errorAt(context.path, `${grantee(context)} lacks ${list}: ${grant(context, list)}`));
  }
  if (context.role === 'primary' && !(await granted(context, 'TRIGGER'))) {
    const why = 'triggers that put rows where nobody finds them are not seen, and so not refused';
    problems.push(
      warningAt(context.path, `${grantee(context)} lacks TRIGGER: ${why}; ${grant(context, 'TRIGGER')}`),
    );
  }
  if (!(await mayShowViews(context))) {
    const why = 'views are expanded where a statement goes to several shards';
    problems.push(
      warningAt(context.path, `${grantee(context)} lacks SHOW VIEW: ${why}; ${grant(context, 'SHOW VIEW')}`),
    );
  }
  if (context.mode === 'twopc' && !(await allowed(context, 'XA RECOVER'))) {
    const why = 'recovery of distributed transactions needs it';
    problems.push(
      errorAt(
        context.path,
        `${grantee(context)} lacks XA_RECOVER_ADMIN: ${why}; ${grantGlobal(context, 'XA_RECOVER_ADMIN')}`,
      ),
    );
  }
  if (context.role === 'replica' && !(await maySeeReplication(context))) {
    const why = 'without it the lag of the replica is not known';
    problems.push(
      warningAt(
        context.path,
        `${grantee(context)} lacks REPLICATION CLIENT: ${why}; ${grantGlobal(context, 'REPLICATION CLIENT')}`,
      ),
    );
  }
  return problems;
}

async function missingOnTables(context: PrivilegeContext): Promise<readonly string[]> {
  // The workspace needs temporary tables; the primary's user writes, a replica's only reads.
  const missing: string[] = [];
  for (const [privilege, sql] of context.role === 'primary' ? tableProbes : tableProbes.slice(0, 1)) {
    if (!(await allowed(context, sql(missingTable)))) missing.push(privilege);
  }
  if (context.role === 'replica') return missing;
  const create = `CREATE TEMPORARY TABLE ${missingTable} (id INT PRIMARY KEY)`;
  if (!(await allowed(context, create))) missing.push('CREATE TEMPORARY TABLES');
  return missing;
}

/** False only when the server denies it; other errors (no such table) come after the privilege was granted. */
async function allowed(context: PrivilegeContext, sql: string): Promise<boolean> {
  try {
    await context.connection.query(sql, [], context.timeoutMs);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    return !deniedErrnos.has(errno);
  }
}

/** Tried on a view when there is one; else read from the grants. */
async function mayShowViews(context: PrivilegeContext): Promise<boolean> {
  const { connection, timeoutMs, target } = context;
  const [view] = await connection.query(
    'SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ? LIMIT 1',
    [target.database],
    timeoutMs,
  );
  const name = view?.['name'];
  if (typeof name === 'string') return allowed(context, `SHOW CREATE VIEW ${quoteIdentifier(name)}`);
  return granted(context, 'SHOW VIEW');
}

/** Read from the grants, unless roles may hide it there. */
async function granted(
  { connection, timeoutMs, target }: PrivilegeContext,
  privilege: string,
): Promise<boolean> {
  const grants = await connection.query('SHOW GRANTS', [], timeoutMs);
  return grants
    .flatMap((row) => Object.values(row).map(String))
    .some((text) => gives(text, privilege, target.database));
}

/** A grant without ON is that of a role. */
function gives(grantText: string, privilege: string, database: string): boolean {
  const match = /^GRANT (.+) ON (?:(\*)|`(.+)`)\.\* TO /.exec(grantText);
  if (match === null) return !/ ON /.test(grantText);
  const [, privileges = '', everywhere, name = ''] = match;
  const here = everywhere !== undefined || name.replaceAll('\\', '') === database;
  const given = privileges.split(', ');
  return here && (given.includes(privilege) || given.includes('ALL PRIVILEGES'));
}

/** The statement has another name on each flavour and version. */
async function maySeeReplication(context: PrivilegeContext): Promise<boolean> {
  for (const sql of ['SHOW REPLICA STATUS', 'SHOW SLAVE STATUS']) {
    try {
      await context.connection.query(sql, [], context.timeoutMs);
      return true;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === null) throw error;
      if (deniedErrnos.has(errno)) return false;
    }
  }
  return true;
}

function errnoOf(error: unknown): number | null {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' && error.errno > 0
    ? error.errno
    : null;
}

function grantee(context: PrivilegeContext): string {
  return `user '${context.target.user}'`;
}

function grant(context: PrivilegeContext, privileges: string): string {
  const { database, user } = context.target;
  return `GRANT ${privileges} ON ${quoteIdentifier(database)}.* TO '${user}'`;
}

function grantGlobal(context: PrivilegeContext, privilege: string): string {
  return `GRANT ${privilege} ON *.* TO '${context.target.user}'`;
}
