// What the parts of a session (commands, statements, prepared executions) see of it.
import type { ClientSink, Outcome } from './answer/client-sink.ts';
import type { SessionDependencies } from './dependencies.ts';
import type { SessionState } from './state.ts';
import type { Cancellation } from './statement/statement-execution.ts';
import type { StatementLog } from './statement/statement-log.ts';

export interface SessionPort {
  readonly state: SessionState;
  readonly sink: ClientSink;
  readonly deps: SessionDependencies;
  readonly log: StatementLog;
  /** Of the running command. */
  readonly cancellation: Cancellation;
  /** What a text ran as, for SHOW PROCESSLIST: its normalised form. */
  describeRunning(digest: string): void;
  /** One statement's answer ended: remembered, counted. */
  statementEnded(outcome: Outcome): void;
  /** Back to what the login gave (COM_RESET_CONNECTION); the database stays. */
  reset(): Promise<void>;
}
