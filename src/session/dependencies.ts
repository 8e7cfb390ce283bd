// What all sessions of the process share.
import type { Gateway } from '../backend/contract.ts';
import type { EngineLimits, SequenceSource } from '../engine/contract.ts';
import type { PlanLabel } from '../plan/nodes.ts';
import type { VSchema } from '../vschema/model.ts';
import type { BackendHandles } from './prepared/backend-handles.ts';
import type { SessionRegistry } from './registry.ts';
import type { PlanCache } from './statement/plan-cache.ts';
import type { StatementLoad } from './statement/statement-load.ts';
import type { TwoPhaseCommit } from './transaction/twopc.ts';
import type { SettingChecks } from './variables/setting-checks.ts';
import type { TransactionMode } from './variables/variables.ts';

/** Figures of one finished statement, for metrics and the query log. */
export interface StatementRecord {
  readonly keyspace: string;
  readonly plan: PlanLabel;
  readonly failed: boolean;
  readonly seconds: number;
  /** Normalised text: no literals. */
  readonly digest: string;
  /** How many it was sent to. */
  readonly shards: number;
  readonly user: string;
}

/** How far a LOAD DATA has come. */
export interface LoadProgress {
  readonly keyspace: string;
  readonly digest: string;
  readonly user: string;
  readonly rows: number;
  /** Of the file. */
  readonly bytes: number;
  readonly seconds: number;
}

export interface SessionObserver {
  statement(record: StatementRecord): void;
  /** Told now and then while a file is loaded. */
  loading(progress: LoadProgress): void;
  /** A statement goes to a shard; `replica`: its session reads from replicas. */
  shardQuery(shardId: string, replica: boolean): void;
  /** Its answer ended. */
  shardAnswered(shardId: string, seconds: number): void;
  /** Rows and bytes that one gather carried to its workspace. */
  workspaceRun(rows: number, bytes: number): void;
  /** Something of ours went wrong; the client was told SG5008. */
  fault(error: unknown): void;
  transaction(mode: TransactionMode, shards: number, outcome: 'commit' | 'rollback' | 'failed'): void;
}

/** Rows of a SHOW SHARDGATE ... answer: pools and transactions are other layers' to tell. */
export interface StatusTables {
  table(name: 'pools' | 'status' | 'transactions' | 'queries'): {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | null)[])[];
  };
}

export interface SessionDependencies {
  readonly gateway: Gateway;
  /** Pools of their own for workspaces: a gather holds one while it waits for other connections. */
  readonly workspaces: Gateway;
  readonly twopc: TwoPhaseCommit;
  /** The snapshot every new statement uses. */
  vschema(): VSchema;
  /** Reads columns and keys of a keyspace anew (after DDL); resolves when the new snapshot serves. */
  refreshSchema(keyspace: string): Promise<void>;
  /** New numbers for AUTO_INCREMENT columns; absent: statements that need them are refused. */
  readonly sequences?: SequenceSource;
  readonly planCache: PlanCache;
  readonly handles: BackendHandles;
  readonly settingChecks: SettingChecks;
  readonly registry: SessionRegistry;
  readonly observer: SessionObserver;
  readonly status: StatusTables;
  readonly limits: EngineLimits;
  readonly load: StatementLoad;
  readonly transactionMode: TransactionMode;
  /** To the first byte of the answer; 0 = none. */
  readonly queryTimeoutMs: number;
  workspaceShard(keyspace: string): string;
}
