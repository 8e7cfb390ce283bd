// Everything a session remembers between statements.
import type { BackendConnection, LeaseOptions } from '../backend/contract.ts';
import type { InsertIdRule } from '../plan/nodes.ts';
import { Capability, hasFlag } from '../protocol/capabilities.ts';
import type { StateChange } from '../protocol/messages.ts';
import { type LexMode, type SqlText, withSqlMode } from '../sql/mode.ts';
import { quoteIdentifier } from '../text/quote.ts';
import type { ClientLogin } from './contract.ts';
import type { SessionDependencies } from './dependencies.ts';
import { NamedLocks } from './locks/named-locks.ts';
import { PreparedStatements } from './prepared/prepared-statements.ts';
import { fetchWarnings, joined, type Warning, withoutRepeated } from './servers/warnings.ts';
import { shardNamed } from './statement/shard-maps.ts';
import { TransactionScope } from './transaction/transaction.ts';
import { connectionCollation } from './variables/connection-collation.ts';
import type { KeptVariable } from './variables/kept-variable.ts';
import { Settings } from './variables/settings.ts';
import { tracksSchema, tracksVariable } from './variables/tracked-variables.ts';
import { settableValue, type UserVariable } from './variables/variable-literal.ts';
import type { TransactionMode } from './variables/variables.ts';

/** Where unqualified statements go: a keyspace, or a part of it by USE `ks:-80@replica`. */
export interface Target {
  readonly database: string | null;
  /** Shard names; null = routing decides. */
  readonly shards: readonly string[] | null;
  readonly role: 'primary' | 'replica';
}

const noTarget: Target = { database: null, shards: null, role: 'primary' };

/** Handshake flags that change what a server answers; pools are keyed by them. */
const resultFlags = Capability.foundRows | Capability.ignoreSpace | Capability.extendedMetadata;

export class SessionState {
  readonly login: ClientLogin;
  readonly scope: TransactionScope;
  readonly prepared = new PreparedStatements();
  /** SQL-level PREPARE name FROM ...: texts by lower-case name. */
  readonly named = new Map<string, { readonly text: SqlText; readonly mode: LexMode }>();
  readonly locks = new NamedLocks();
  /** An open transaction may wait for its client's next statement for so long; 0: for ever. */
  transactionTimeoutMs = 0;
  /** SET query_timeout; 0: the configuration's. */
  queryTimeoutMs = 0;
  readonly userVariables = new Map<string, UserVariable>();
  /** SET of variables without effect behind a pool, shown back. */
  readonly kept = new Map<string, KeptVariable>();
  /** sql_select_limit: rows that a query without a LIMIT of its own gives; null: all. */
  selectLimit: bigint | null = null;
  target: Target = noTarget;
  settings: Settings = Settings.none;
  mode: LexMode;
  transactionMode: TransactionMode;
  lastInsertId = 0n;
  /** How the running statement's OK tells it; null: it is the number there. */
  insertIdRule: InsertIdRule | null = null;
  /** The running statement is a write: FOUND_ROWS() does not tell of the rows it answers. */
  returns = false;
  foundRows = 0;
  /** SQL_CALC_FOUND_ROWS: what the running statement has found, beyond what its LIMIT lets through. */
  calculatedRows: number | null = null;
  rowCount = 0n;
  warnings: readonly Warning[] = [];
  multiStatements: boolean;
  /** What SET NAMES DEFAULT goes back to. */
  readonly charsetAtLogin: string;
  /** The running statement does the same on every shard: what all of them warn of is one warning. */
  sameOnAllShards = false;
  /** Counts statements, so that late warnings of an earlier one are not taken for the current one's. */
  #statementNumber = 0;
  /** Warnings are an earlier statement's, until the running one has its own. */
  #keepsWarnings = false;
  #fetching: Promise<unknown> = Promise.resolve();
  #shownVariables: readonly string[] = [];
  #onceIsolation: string | null = null;
  #changes: StateChange[] = [];
  #context: { readonly version: number; readonly key: string } | null = null;
  readonly #deps: SessionDependencies;

  constructor(login: ClientLogin, deps: SessionDependencies, mode: LexMode, multiStatements: boolean) {
    this.login = login;
    this.#deps = deps;
    this.mode = mode;
    this.multiStatements = multiStatements;
    this.charsetAtLogin = mode.charset;
    this.transactionMode = deps.transactionMode;
    this.scope = new TransactionScope({
      gateway: deps.gateway,
      workspaces: deps.workspaces,
      twopc: deps.twopc,
      namesLockWait: () => this.settings.get('innodb_lock_wait_timeout') !== null,
      leaseOptions: (signal) => this.leaseOptions(signal),
      mode: () => this.transactionMode,
      collectWarnings: (connection, reword) => this.#collectWarnings(connection, reword),
      connectionReset: (connection: BackendConnection) => deps.handles.forget(connection),
    });
  }

  /** Of a connection that answers as this session wants it. */
  leaseOptions(signal: AbortSignal | null): LeaseOptions {
    const clientFlags = this.login.capabilities & resultFlags;
    let { settings } = this;
    for (const name of this.#shownVariables) {
      settings = settings.with(
        `@${quoteIdentifier(name)}`,
        settableValue(this.userVariables.get(name), settings),
      );
    }
    if (this.#onceIsolation !== null) {
      settings = settings.with(isolationVariable(this.mode), `'${this.#onceIsolation.replace(' ', '-')}'`);
    }
    return { settings, clientFlags, role: this.target.role, signal };
  }

  /** The running statement is a transaction of its own, with this isolation. */
  isolateOnce(isolation: string | null): void {
    this.#onceIsolation = isolation;
  }

  /** User variables (lower case) that the next statement's connections must have; none for the one after. */
  showVariables(names: readonly string[]): void {
    this.#shownVariables = names;
    this.#onceIsolation = null;
  }

  /** The client wants MariaDB's extended metadata in column definitions. */
  get extendedMetadata(): boolean {
    return hasFlag(this.login.capabilities, Capability.extendedMetadata);
  }

  /** Something drivers keep up with has changed: told with the next OK, if the client asked for it. */
  noteChange(change: StateChange): void {
    if (!hasFlag(this.login.capabilities, Capability.sessionTrack)) return;
    if (change.kind === 'schema' ? tracksSchema(this.kept) : tracksVariable(this.kept, change.name)) {
      this.#changes.push(change);
    }
  }

  takeChanges(): readonly StateChange[] {
    const changes = this.#changes;
    if (changes.length > 0) this.#changes = [];
    return changes;
  }

  setTarget(target: Target): void {
    this.target = target;
    this.#context = null;
  }

  setSettings(settings: Settings): void {
    this.settings = settings;
    this.#context = null;
  }

  setMode(mode: LexMode): void {
    this.mode = mode;
    this.#context = null;
  }

  /** Puts back what SET changes, as it is now. */
  rememberSettings(): () => void {
    const { settings, mode, selectLimit, transactionMode } = this;
    const kept = [...this.kept];
    return () => {
      this.setSettings(settings);
      this.setMode(mode);
      this.selectLimit = selectLimit;
      this.transactionMode = transactionMode;
      this.kept.clear();
      for (const [name, variable] of kept) this.kept.set(name, variable);
    };
  }

  /** sql_mode changed: how texts are read follows. */
  setSqlMode(sqlMode: string): void {
    this.setMode(withSqlMode(this.mode, sqlMode));
  }

  /** Everything beside its text that a plan depends on. Recomputed only when something changed. */
  contextKey(vschemaVersion: number): string {
    if (this.#context === null || this.#context.version !== vschemaVersion) {
      this.#context = { version: vschemaVersion, key: this.#computeContext(vschemaVersion) };
    }
    return this.#context.key;
  }

  #computeContext(version: number): string {
    const { mode, target } = this;
    const flags = [
      mode.ansiQuotes,
      mode.noBackslashEscapes,
      mode.pipesAsConcat,
      mode.ignoreSpace,
      mode.highNotPrecedence,
    ];
    const shards = target.shards === null ? '*' : target.shards.join(',');
    const restricted = this.login.keyspaces === null ? '' : [...this.login.keyspaces].sort().join(',');
    const sqlMode = this.settings.get('sql_mode') ?? '';
    return [
      version,
      target.database ?? '',
      shards,
      target.role,
      mode.flavour,
      mode.version,
      mode.charset,
      flags.map(Number).join(''),
      sqlMode,
      connectionCollation(this.settings, mode) ?? '',
      restricted,
    ].join('\u0000');
  }

  /** `keepsWarnings`: those of the statement before stay until this one has its own. */
  beginStatement(keepsWarnings = false): void {
    this.insertIdRule = null;
    this.returns = false;
    if (keepsWarnings) this.#keepsWarnings = true;
    else this.replaceWarnings([]);
  }

  /** Also those of an earlier statement that are still on their way. */
  replaceWarnings(warnings: readonly Warning[]): void {
    this.#statementNumber++;
    this.#keepsWarnings = false;
    this.warnings = warnings;
  }

  /** Of a statement without tables: on MariaDB nothing to say leaves what was said before. */
  tellWarnings(warnings: readonly Warning[]): void {
    if (warnings.length > 0 || this.mode.flavour !== 'mariadb') this.replaceWarnings(warnings);
  }

  /** More of the running statement's. */
  addWarnings(warnings: readonly Warning[]): void {
    if (this.#keepsWarnings && warnings.length > 0) this.replaceWarnings([]);
    this.#append(warnings);
  }

  #append(warnings: readonly Warning[]): void {
    const all = joined(this.warnings, warnings);
    this.warnings = this.sameOnAllShards ? withoutRepeated(all) : all;
  }

  /** Warnings of the statement before, still being fetched from its shards. */
  warningsReady(): Promise<unknown> {
    return this.#fetching;
  }

  /** Asks for them; databases are called by their keyspaces' names. */
  warningsOn(connection: BackendConnection): Promise<readonly Warning[]> {
    return fetchWarnings(connection, shardNamed(this.#deps.vschema(), connection.shardId));
  }

  #collectWarnings(
    connection: BackendConnection,
    reword: (message: string) => string = (message) => message,
  ): Promise<void> {
    if (this.#keepsWarnings) this.replaceWarnings([]);
    const statement = this.#statementNumber;
    const fetched = this.warningsOn(connection).then((warnings) => {
      if (statement !== this.#statementNumber) return;
      // The next statement may run by now: these are not its own, and it has yet to show whether it leaves them.
      this.#append(warnings.map((warning) => ({ ...warning, message: reword(warning.message) })));
    });
    this.#fetching = Promise.allSettled([this.#fetching, fetched]);
    return fetched;
  }

  /** COM_RESET_CONNECTION: as after login, database kept. The caller has rolled back. */
  reset(settings: Settings, mode: LexMode): void {
    this.prepared.clear();
    this.named.clear();
    this.userVariables.clear();
    this.kept.clear();
    this.selectLimit = null;
    this.#shownVariables = [];
    this.settings = settings;
    this.mode = mode;
    this.transactionMode = this.#deps.transactionMode;
    this.lastInsertId = 0n;
    this.foundRows = 0;
    this.rowCount = 0n;
    this.warnings = [];
    this.target = { database: this.target.database, shards: null, role: 'primary' };
    this.#context = null;
    this.scope.setAutocommit(true);
    this.scope.takeNext();
    this.scope.unreserve();
    this.locks.clear();
    this.transactionTimeoutMs = 0;
    this.queryTimeoutMs = 0;
  }
}

/** MariaDB before 11.1 calls it tx_isolation. */
function isolationVariable({ flavour, version }: LexMode): string {
  return flavour === 'mariadb' && version < 110101 ? 'tx_isolation' : 'transaction_isolation';
}
