// What a result says about one of its columns: the ColumnDefinition41 packet as data.

/** Field types of the client/server protocol (`enum_field_types`). */
export const FieldType = {
  decimal: 0,
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  null: 6,
  timestamp: 7,
  longLong: 8,
  int24: 9,
  date: 10,
  time: 11,
  dateTime: 12,
  year: 13,
  newDate: 14,
  varchar: 15,
  bit: 16,
  json: 245,
  newDecimal: 246,
  enum: 247,
  set: 248,
  tinyBlob: 249,
  mediumBlob: 250,
  longBlob: 251,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

/** Column flags of the client/server protocol. */
export const ColumnFlag = {
  notNull: 1,
  primaryKey: 2,
  uniqueKey: 4,
  multipleKey: 8,
  blob: 16,
  unsigned: 32,
  zerofill: 64,
  binary: 128,
  enum: 256,
  autoIncrement: 512,
  timestamp: 1024,
  set: 2048,
  noDefaultValue: 4096,
  onUpdateNow: 8192,
  number: 32768,
} as const;

/** Names are decoded text; `schema` is a physical database name until the engine rewrites it. */
export interface ColumnDefinition {
  readonly schema: string;
  /** Alias of the table, '' for expressions. */
  readonly table: string;
  readonly orgTable: string;
  readonly name: string;
  readonly orgName: string;
  /** Collation id of the column as sent (63 = binary). */
  readonly collation: number;
  /** Maximal length in bytes. */
  readonly length: number;
  /** A `FieldType`. */
  readonly type: number;
  /** `ColumnFlag` bits. */
  readonly flags: number;
  readonly decimals: number;
  /** MariaDB's extended metadata (JSON, UUID ...) as it came, one char per byte; absent where the connection has none. */
  readonly extended?: string;
}
