// One instant for NOW() and its kin on all shards of a statement.
import type { BackendConnection } from '../backend/contract.ts';
import { runStatement } from './backend-call.ts';
import type { Execution } from './contract.ts';

/** Puts the instant around statements; decided once per execution. */
export interface PinnedTime {
  /** Seconds since 1970; null: nothing is pinned. */
  readonly instant: string | null;
  /** Text that runs at the instant. `setting`: what a MariaDB server is to set for it beside. */
  wrap(sql: string, setting?: string): string;
  /** To be called directly before and after sending the statement on a connection, where the text alone cannot do it. */
  before(connection: BackendConnection): void;
  after(connection: BackendConnection): void;
}

const unpinned: PinnedTime = {
  instant: null,
  wrap: (sql, setting) => (setting === undefined ? sql : withSetting(sql, setting)),
  before: () => {},
  after: () => {},
};

/** `needed` false, or a session that has set its own timestamp: nothing is pinned. */
export function pinTime(execution: Execution, needed: boolean): PinnedTime {
  if (!needed || execution.ownTimestamp === true) return unpinned;
  const instant = execution.instant ?? (Date.now() / 1000).toFixed(6);
  if (execution.flavour === 'mariadb') {
    const own = `timestamp=${instant}`;
    const wrap = (sql: string, setting?: string) =>
      withSetting(sql, setting === undefined ? own : `${own}, ${setting}`);
    return { ...unpinned, instant, wrap };
  }
  // A hint needs no privilege, SET does; a statement that takes no hint (it starts with WITH, say) gets SET.
  const set = (connection: BackendConnection, value: string) => {
    runStatement(connection, `SET timestamp=${value}`).catch(() => null);
  };
  return {
    instant,
    wrap: (sql) => withHint(sql, `SET_VAR(timestamp=${instant})`),
    before: (connection) => set(connection, instant),
    after: (connection) => set(connection, 'DEFAULT'),
  };
}

function withSetting(sql: string, setting: string): string {
  return `SET STATEMENT ${setting} FOR ${sql}`;
}

/** MySQL reads hints right behind the first word, and only one comment of them. */
function withHint(sql: string, hint: string): string {
  const head = /^[\s(]*(?:select|insert|replace|update|delete)\b/i.exec(sql)?.[0];
  if (head === undefined) return sql;
  const rest = sql.slice(head.length);
  const own = /^\s*\/\*\+/.exec(rest)?.[0];
  return own === undefined
    ? `${head} /*+ ${hint} */${rest}`
    : `${head}${own} ${hint}${rest.slice(own.length)}`;
}
