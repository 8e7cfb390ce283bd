// A keyspace's vschema file once read and checked, before columns are known.
import type { VindexDefinition } from '../../vindex/definition.ts';
import type { Vindex } from '../../vindex/vindex.ts';
import type { AutoIncrement } from '../model.ts';

export interface ColumnVindexDefinition {
  readonly vindex: string;
  readonly columns: readonly string[];
}

/** A column as the vschema declares it; types are Vitess's names (`INT64`, `VARCHAR` ...), null when not given. */
export interface DeclaredColumn {
  readonly name: string;
  readonly type: string | null;
  readonly collation: string | null;
  readonly size: number | null;
  readonly scale: number | null;
  readonly nullable: boolean;
  readonly invisible: boolean;
  readonly hasDefault: boolean;
}

export interface TableDefinition {
  readonly name: string;
  readonly type: 'normal' | 'sequence' | 'reference';
  /** `keyspace.table` of a reference table's source. */
  readonly source: string | null;
  /** Keyspace id in hex of a table pinned to one shard. */
  readonly pinned: string | null;
  readonly columnVindexes: readonly ColumnVindexDefinition[];
  readonly autoIncrement: AutoIncrement | null;
  readonly columns: readonly DeclaredColumn[];
  readonly columnListAuthoritative: boolean;
}

export interface KeyspaceDefinition {
  readonly sharded: boolean;
  readonly requireExplicitRouting: boolean;
  readonly vindexes: ReadonlyMap<string, Vindex>;
  readonly vindexDefinitions: ReadonlyMap<string, VindexDefinition>;
  /** Without the default table `*`. */
  readonly tables: ReadonlyMap<string, TableDefinition>;
  readonly defaultColumnVindex: { readonly vindex: string; readonly column: string | null } | null;
}

/** What a keyspace without a vschema file is: unsharded, tables as the server has them. */
export const unshardedDefinition: KeyspaceDefinition = {
  sharded: false,
  requireExplicitRouting: false,
  vindexes: new Map(),
  vindexDefinitions: new Map(),
  tables: new Map(),
  defaultColumnVindex: null,
};
