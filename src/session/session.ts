// One client: takes its commands, keeps its state, answers each exactly once.
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import { Capability } from '../protocol/capabilities.ts';
import { Command } from '../protocol/commands.ts';
import { encodeError } from '../protocol/messages.ts';
import { frame } from '../protocol/packet-framing.ts';
import type { LexMode } from '../sql/mode.ts';
import type { ServerFlavour } from '../vschema/model.ts';
import { ClientSink, type Outcome } from './answer/client-sink.ts';
import { statusFactsOf } from './answer/status-facts.ts';
import { runCommand } from './commands.ts';
import type { ClientLogin, ClientSession } from './contract.ts';
import type { SessionDependencies } from './dependencies.ts';
import { reportedError } from './error-of.ts';
import { decodePrepared } from './prepared/prepared-execution.ts';
import type { RegisteredSession } from './registry.ts';
import type { SessionPort } from './session-port.ts';
import { SessionState, type Target } from './state.ts';
import { Cancellation } from './statement/statement-execution.ts';
import { enterLoad, leaveLoad } from './statement/statement-load.ts';
import { StatementLog } from './statement/statement-log.ts';
import { TextQuery } from './statement/text-query.ts';
import type { Settings } from './variables/settings.ts';

/*
 *   idle --- command --> running --- answer ended, follow-up done --> idle (done called)
 *                           |
 *                           +--- kill, timeout: cancellation --> the answer ends with an error
 */
export class Session implements ClientSession, RegisteredSession, SessionPort {
  readonly state: SessionState;
  readonly sink: ClientSink;
  readonly deps: SessionDependencies;
  readonly log: StatementLog;
  cancellation = new Cancellation();
  readonly #login: ClientLogin;
  readonly #textQuery: TextQuery;
  readonly #atLogin: { readonly settings: Settings; readonly mode: LexMode };
  #done: (() => void) | null = null;
  #running: string | null = null;
  #sinceMs = performance.now();
  #closed = false;
  /** The running command is one of those in flight. */
  #counted = false;

  constructor(
    login: ClientLogin,
    deps: SessionDependencies,
    mode: LexMode,
    settings: Settings,
    target: Target,
  ) {
    this.#login = login;
    this.deps = deps;
    this.#atLogin = { settings, mode };
    this.state = new SessionState(login, deps, mode, (login.capabilities & Capability.multiStatements) !== 0);
    this.state.setSettings(settings);
    this.state.setTarget(target);
    this.sink = new ClientSink(login.channel, statusFactsOf(this.state), this.state);
    this.log = new StatementLog(deps.observer, login.user);
    this.#textQuery = new TextQuery(this);
    deps.registry.add(this);
  }

  get connectionId(): number {
    return this.#login.connectionId;
  }

  get user(): string {
    return this.#login.user;
  }

  get host(): string {
    return this.#login.host;
  }

  get database(): string | null {
    return this.state.target.database;
  }

  get running(): string | null {
    return this.#running;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get timeoutApplies(): boolean {
    return (
      this.#done !== null &&
      !this.sink.started &&
      this.log.timeoutApplies &&
      this.cancellation.cancelled === null
    );
  }

  /** The client's own limit for the running statement; null: it set none. */
  get timeoutMs(): number | null {
    return this.log.timeoutMs ?? (this.state.queryTimeoutMs || null);
  }

  get inTransaction(): boolean {
    return this.state.scope.open;
  }

  get lockThreadId(): number | null {
    const { locks, scope } = this.state;
    return locks.shardId === null ? null : (scope.lockConnection(locks.shardId)?.threadId ?? null);
  }

  get pinnedBy(): 'transaction' | 'reserved' | null {
    const { scope } = this.state;
    if (scope.reservedShards.length > 0) return 'reserved';
    return scope.open && scope.shardsTouched > 0 ? 'transaction' : null;
  }

  /** Nothing runs and nothing is open: a drain may close this client without losing anything of its. */
  get quiet(): boolean {
    return this.#done === null && !this.state.scope.open && this.state.scope.reservedShards.length === 0;
  }

  command(packets: Buffer, payload: Buffer, done: () => void): void {
    this.#done = done;
    this.#sinceMs = performance.now();
    if (this.cancellation.cancelled !== null) this.cancellation = new Cancellation();
    this.sink.restart();
    if (payload[0] === Command.query || payload[0] === Command.stmtExecute) {
      this.#counted = enterLoad(this.deps.load, this.state.scope.open);
      if (!this.#counted) {
        this.sink.onEnd = (outcome) => this.statementEnded(outcome);
        this.sink.fail(shardgateError('SG1004', { inFlightMax: this.deps.load.inFlightMax }));
        this.#finish();
        return;
      }
    }
    if (payload[0] === Command.query) {
      this.#running = '';
      this.#textQuery.start(payload.toString('latin1', 1), packets, this.#finishText);
      return;
    }
    if (payload[0] === Command.stmtExecute) {
      this.#running = '';
      this.#textQuery.startOne(() => decodePrepared(this, payload), this.#finishText);
      return;
    }
    this.sink.onEnd = null;
    const command = runCommand(this, payload);
    if (command === undefined) this.#finish();
    else command.then(this.#finish, this.#fail);
  }

  /** One statement's answer ended: remembered, counted. */
  statementEnded(outcome: Outcome): void {
    remember(this.state, outcome);
    this.deps.registry.statements++;
    this.log.finish(outcome.error !== null, this.#sinceMs);
  }

  /** What a text ran as, for SHOW PROCESSLIST: its normalised form. */
  describeRunning(digest: string): void {
    this.#running = digest;
  }

  killQuery(): void {
    if (this.#done === null) return;
    this.interrupt(new SqlError(1317, '70100', 'Query execution was interrupted'));
  }

  /** Stops what runs; the client gets `reason`. */
  interrupt(reason: SqlError): void {
    this.cancellation.cancel(reason);
    this.state.scope.killRunning();
  }

  /** A session that began before any server had answered reads its texts as the servers' from now on. */
  servedBy({ kind, version }: ServerFlavour): void {
    const { mode } = this.state;
    if (mode.flavour !== kind || mode.version !== version)
      this.state.setMode({ ...mode, flavour: kind, version });
  }

  transactionExpired(nowMs: number): boolean {
    const { transactionTimeoutMs, scope } = this.state;
    if (transactionTimeoutMs === 0 || this.#done !== null || !scope.open) return false;
    return nowMs - this.#sinceMs > transactionTimeoutMs;
  }

  disconnect(reason: SqlError): void {
    this.#login.channel.write(frame(encodeError(reason), 0));
    this.kill();
  }

  kill(): void {
    this.interrupt(new SqlError(1927, '70100', 'Connection was killed'));
    this.#login.channel.close();
  }

  /** Back to what the login gave (COM_RESET_CONNECTION); the database stays. */
  async reset(): Promise<void> {
    await this.state.scope.rollback();
    this.state.reset(this.#atLogin.settings, this.#atLogin.mode);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.deps.registry.remove(this.connectionId);
    this.cancellation.cancel(new SqlError(1317, '70100', 'Query execution was interrupted'));
    this.state.scope.abandonRunning();
    void this.state.scope.close();
  }

  readonly #finishText = (): void => {
    this.#finish();
  };

  readonly #finish = (): void => {
    const done = this.#done;
    if (this.#counted) leaveLoad(this.deps.load);
    this.#counted = false;
    this.#done = null;
    this.#running = null;
    this.#sinceMs = performance.now();
    if (done !== null) done();
  };

  readonly #fail = (error: unknown): void => {
    this.sink.onEnd = (outcome) => remember(this.state, outcome);
    this.sink.fail(reportedError(error, this.deps.observer));
    this.#finish();
  };
}

/** What an answer means for the functions that tell of the last statement. */
function remember(state: SessionState, outcome: Outcome): void {
  if (outcome.error !== null) {
    state.rowCount = -1n;
    state.replaceWarnings([{ level: 'Error', code: outcome.error.errno, message: outcome.error.message }]);
    return;
  }
  state.rowCount = outcome.rows ? -1n : outcome.affectedRows;
  if (outcome.rows && !state.returns) state.foundRows = state.calculatedRows ?? outcome.rowCount;
  state.calculatedRows = null;
  const tells = state.insertIdRule === null || outcome.generated === true;
  if (outcome.lastInsertId !== 0n && tells) state.lastInsertId = outcome.lastInsertId;
}
