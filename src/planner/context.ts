// What planning one statement depends on besides its tree: everything here is part of the plan cache key.
import type { LexMode, SqlText } from '../sql/mode.ts';
import type { Normalized } from '../sql/normalize/slot.ts';
import type { VSchema } from '../vschema/model.ts';

/** Facts of the session a plan depends on. Two equal contexts give equal plans for equal normalised texts. */
export interface PlanContext {
  readonly vschema: VSchema;
  /** Current keyspace; null when none was chosen. */
  readonly database: string | null;
  /** The text the statement was parsed from; every span of the tree points into it. */
  readonly text: SqlText;
  /** Slots of that text, so that the plan serves every statement of the same key; null: literals are constants of the plan. */
  readonly normalized: Normalized | null;
  readonly mode: LexMode;
  readonly target: PlanTarget;
  /** The session's sql_mode contains ONLY_FULL_GROUP_BY. */
  readonly onlyFullGroupBy: boolean;
  /** collation_connection, lower case; null or absent: only servers know it. */
  readonly connectionCollation?: string | null;
  /** Comment directives (`SHARD`, `WORKSPACE`, `ALLOW_SCATTER` ...), names upper case. */
  /** The text's own DATABASE() calls are meant for the server: the session has put the value in around them. */
  readonly keepsDatabaseCalls?: boolean;
  readonly directives: ReadonlyMap<string, string>;
}

/** Where USE `ks:-80@replica` points. */
export interface PlanTarget {
  /** Shards named by the client: statements go there unchanged, whatever the vschema says. null: the vschema decides. */
  readonly shards: readonly string[] | null;
  readonly role: 'primary' | 'replica';
}

/** The usual target: the vschema decides, primaries serve. */
export const anyTarget: PlanTarget = { shards: null, role: 'primary' };
