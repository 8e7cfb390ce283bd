// The client's own connections to Shardgate, as SHOW PROCESSLIST and information_schema.PROCESSLIST tell them.
import type { RegisteredSession } from '../registry.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import type { Row } from './figures.ts';

export interface Process {
  readonly id: string;
  readonly user: string;
  readonly host: string;
  readonly db: string | null;
  readonly command: string;
  readonly timeMs: number;
  readonly state: string;
  /** Normalised text of what runs: literals are nobody else's business. */
  readonly info: string | null;
}

/** As on a server for users without the PROCESS privilege: one's own connections. */
export function processes(context: StatementContext): readonly Process[] {
  const now = performance.now();
  const mine = context.deps.registry.all().filter((session) => session.user === context.state.login.user);
  return mine.map((session) => processOf(session, now));
}

function processOf(session: RegisteredSession, now: number): Process {
  const { running } = session;
  return {
    id: String(session.connectionId),
    user: session.user,
    host: session.host.slice(session.host.indexOf('@') + 1),
    db: session.database,
    command: running === null ? 'Sleep' : 'Query',
    timeMs: now - session.sinceMs,
    state: running === null ? '' : 'executing',
    info: running,
  };
}

/** Rows of information_schema.PROCESSLIST; columns of this or that flavour are zero. */
export function processRows(columns: readonly string[], context: StatementContext): readonly Row[] {
  return processes(context).map((process) => columns.map((column) => cellOf(column, process)));
}

function cellOf(column: string, process: Process): string | null {
  const utf8 = (text: string | null): string | null =>
    text === null ? null : Buffer.from(text, 'utf8').toString('latin1');
  switch (column) {
    case 'ID':
      return process.id;
    case 'USER':
      return utf8(process.user);
    case 'HOST':
      return utf8(process.host);
    case 'DB':
      return utf8(process.db);
    case 'COMMAND':
      return process.command;
    case 'TIME':
      return String(Math.floor(process.timeMs / 1000));
    case 'TIME_MS':
      return process.timeMs.toFixed(3);
    case 'STATE':
      return process.state;
    case 'INFO':
    case 'INFO_BINARY':
      return process.info;
    default:
      return '0';
  }
}
