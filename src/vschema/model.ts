// What Shardgate knows of keyspaces, tables, columns and keys: one immutable snapshot, swapped whole.
import type { ColumnFamily } from '../value/column-family.ts';
import type { RoutingKey } from '../vindex/routing-key.ts';
import type { ShardMap } from '../vindex/shard-map.ts';
import type { Vindex } from '../vindex/vindex.ts';

/** Flavour and version of a keyspace's servers; version as MMmmpp (101106 = 10.11.6, 90700 = 9.7.0). */
export interface ServerFlavour {
  readonly kind: 'mariadb' | 'mysql';
  readonly version: number;
  /** As advertised to clients, e.g. `10.11.14-MariaDB-0+deb12u2`. */
  readonly versionText: string;
}

/** One consistent view; every statement is planned and run against one snapshot. */
export interface VSchema {
  /** Grows by one with each swap; part of every plan cache key. */
  readonly version: number;
  readonly keyspaces: ReadonlyMap<string, Keyspace>;
  readonly flavour: ServerFlavour;
}

export interface Keyspace {
  readonly name: string;
  readonly sharded: boolean;
  /** One shard for an unsharded keyspace. */
  readonly shardMap: ShardMap;
  readonly vindexes: ReadonlyMap<string, Vindex>;
  /** By exact table name. Tables of a sharded keyspace that no vschema names have kind `unknown`. */
  readonly tables: ReadonlyMap<string, Table>;
  /** Bodies (SqlText) of the stored functions that all shards have alike, by lower-case name. */
  readonly functions: ReadonlyMap<string, string>;
  /** Of all shards together. */
  readonly programs: StoredPrograms;
  /** `"tables": {"*": ...}`: how a table the vschema does not name is sharded; null when there is none. */
  readonly defaultColumnVindex: { readonly vindex: string; readonly column: string | null } | null;
  readonly requireExplicitRouting: boolean;
  readonly constraints: 'check' | 'trust';
  /** Tables are known from the servers or from a schema file (else columns are null everywhere). */
  readonly tracked: boolean;
}

/** What servers run on their own, without being asked by a statement's text. */
export interface StoredPrograms {
  readonly triggers: readonly Trigger[];
  readonly events: readonly ScheduledEvent[];
}

export type TriggerEvent = 'insert' | 'update' | 'delete';

export interface Trigger {
  readonly name: string;
  readonly table: string;
  readonly timing: 'before' | 'after';
  readonly events: readonly TriggerEvent[];
  /** Among those of the same table, timing and event; from 1. */
  readonly order: number;
  /** SqlText. Databases are told as keyspaces; that of a shard other than its own as `keyspace:shard`. */
  readonly body: string;
  readonly sqlMode: string;
  /** How shards differ in it, for people; null when all have it alike. */
  readonly drift: string | null;
}

/** An entry of CREATE EVENT. */
export interface ScheduledEvent {
  readonly name: string;
  /** SqlText, as in `Trigger`. */
  readonly body: string;
  readonly sqlMode: string;
}

export type TableKind =
  | 'sharded'
  | 'reference' // same rows on every shard
  | 'sequence'
  | 'unsharded' // in an unsharded keyspace
  | 'pinned' // whole table on one shard of a sharded keyspace
  | 'unknown'; // on the shards of a sharded keyspace, named by no vschema: its use is refused

/** What a server parses where the view is named. */
export interface ViewDefinition {
  /** SqlText of its SELECT with keyspace names instead of physical ones; empty when it may not be read. */
  readonly text: string;
  /** collation_connection it was made under, lower case: that of its literals, whatever the reader's is. */
  readonly collation: string;
}

export interface Table {
  readonly keyspace: string;
  readonly name: string;
  readonly kind: TableKind;
  /** First one is the primary vindex. Empty unless kind is `sharded`. */
  readonly columnVindexes: readonly RoutingKey[];
  readonly autoIncrement: AutoIncrement | null;
  /** Keyspace and table of the source of a reference table, when it names one. */
  readonly source: string | null;
  /** Shard name for kind `pinned`. */
  readonly pinnedShard: string | null;
  /** In table order; null when neither tracked nor declared authoritative. */
  readonly columns: readonly Column[] | null;
  readonly keys: readonly Key[];
  readonly foreignKeys: readonly ForeignKey[];
  /** How shards differ in its columns; null when they agree. */
  readonly drift: ColumnDrift | null;
  /** null for base tables. */
  readonly view: ViewDefinition | null;
}

/** A table whose columns are not the same on all shards: somebody is changing it, or forgot a shard. */
export interface ColumnDrift {
  /** Lower-case names of columns that some shard lacks, or has with another type or collation. */
  readonly columns: readonly string[];
  /** The lists of columns differ: `SELECT *` and INSERT without column names mean something else on each shard. */
  readonly lists: boolean;
  /** For people: `shard 80-: column price: int(11) here, decimal(10,2) on -80`. */
  readonly why: string;
}

/**
 * A column whose values come from Shardgate:
 *  - sequence: the next number of a sequence table, `keyspace.table` or `table`
 *  - snowflake: 64-bit numbers of time, process and count; uuid7: UUIDs that begin with the time
 */
export interface AutoIncrement {
  readonly column: string;
  readonly source:
    | { readonly kind: 'sequence'; readonly sequence: string }
    | { readonly kind: 'snowflake' }
    | { readonly kind: 'uuid7' };
}

export interface Column {
  readonly name: string;
  readonly family: ColumnFamily;
  /** Lower-case type name as information_schema.DATA_TYPE has it: `bigint`, `varchar`, `float`. */
  readonly dataType: string;
  /** Full type as information_schema.COLUMN_TYPE has it: `bigint(20) unsigned`, `enum('a','b')`. */
  readonly columnType: string;
  readonly unsigned: boolean;
  /** Bits (integers: 8..64), digits (decimal precision), characters or bytes (text, binary), 2 for YEAR(2); null where it has no meaning. */
  readonly size: number | null;
  /** Digits after the point (decimal), fractional seconds (temporal); null where it has no meaning. */
  readonly scale: number | null;
  readonly charset: string | null;
  readonly collation: string | null;
  readonly nullable: boolean;
  /** Has a DEFAULT other than implicit NULL. */
  readonly hasDefault: boolean;
  /** Its DEFAULT is an expression, which is computed for each row. */
  readonly computedDefault?: true;
  /** Rows may get the present time in it that no statement asks for: by DEFAULT, ON UPDATE, or as a TIMESTAMP given NULL. */
  readonly stamped?: true;
  /** Its DEFAULT is another value whenever it is computed, the time aside. */
  readonly randomDefault?: true;
  readonly autoIncrement: boolean;
  readonly generated: boolean;
  readonly invisible: boolean;
  /** MariaDB's JSON: text whose own CHECK says that it is valid. Functions of JSON take it for a document by that alone. */
  readonly checkedJson?: true;
}

export interface Key {
  /** `PRIMARY` for the primary key. */
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly string[];
  /** A prefix length or expression is involved: the key may not be recreated from `columns` alone. */
  readonly partial: boolean;
  readonly fulltext: boolean;
}

/** What becomes of the rows that refer to a row which goes or changes; `restrict`: it may not. */
export type ReferenceAction = 'restrict' | 'cascade' | 'setNull' | 'setDefault';

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly referencedKeyspace: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete: ReferenceAction;
  readonly onUpdate: ReferenceAction;
}
