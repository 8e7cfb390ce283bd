// Functions that show the instant at which a statement runs.

/** Lower case. Every part of a statement must see the same instant. */
export const timeFunctions: ReadonlySet<string> = new Set([
  'now',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'curdate',
  'current_date',
  'curtime',
  'current_time',
  'utc_date',
  'utc_time',
  'utc_timestamp',
  'unix_timestamp',
]);
