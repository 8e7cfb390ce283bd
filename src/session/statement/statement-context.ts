// What a statement answered by the session gets to work with.
import type { ResultSink } from '../../engine/contract.ts';
import type { SqlText } from '../../sql/mode.ts';
import type { BindValue } from '../../value/bind-value.ts';
import type { VSchema } from '../../vschema/model.ts';
import type { SessionDependencies } from '../dependencies.ts';
import type { SmallResult } from '../servers/backend-read.ts';
import type { SessionState } from '../state.ts';
import type { SentStatement } from './statement-log.ts';

export interface StatementContext {
  readonly state: SessionState;
  readonly deps: SessionDependencies;
  readonly vschema: VSchema;
  readonly sink: ResultSink;
  /** The statement's own text; spans of its tree point into it. */
  readonly text: SqlText;
  readonly format: 'text' | 'binary';
  readonly params: readonly BindValue[];
  readonly signal: AbortSignal;
  /** Runs another text as this statement's answer, by way of `sink` where one is given. */
  run(text: SqlText, params: readonly BindValue[], sink?: ResultSink): Promise<void>;
  /** Runs as this statement's answer, by way of `sink`, a text in which the session's state has been put in. */
  runFilled(text: SqlText, sink: ResultSink): Promise<void>;
  /** Runs `body` and gives the statements it sent to shards, in order. */
  trace(body: () => Promise<void>): Promise<readonly SentStatement[]>;
  /** Runs a text through planner and engine and gives its rows. */
  query(text: SqlText): Promise<SmallResult>;
}
