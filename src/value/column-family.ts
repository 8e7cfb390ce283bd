// Families of column types: as coarse as routing, merging and temporary tables need them.

export type ColumnFamily =
  | 'integer'
  | 'decimal'
  | 'float' // FLOAT, DOUBLE
  | 'text' // CHAR, VARCHAR, *TEXT
  | 'binary' // BINARY, VARBINARY, *BLOB
  | 'date'
  | 'time'
  | 'datetime'
  | 'timestamp'
  | 'year'
  | 'bit'
  | 'enum'
  | 'set'
  | 'json'
  | 'geometry'
  | 'other'; // uuid, inet6 ...
