// Which function names are aggregates, window functions, or depend on the blank before their parenthesis.

const aggregates = new Set(
  `avg bit_and bit_or bit_xor count group_concat json_arrayagg json_objectagg max min st_collect std stddev
  stddev_pop stddev_samp sum var_pop var_samp variance`.split(/\s+/),
);

const windowFunctions = new Set(
  `cume_dist dense_rank first_value lag last_value lead median nth_value ntile percent_rank percentile_cont
  percentile_disc rank row_number`.split(/\s+/),
);

/**
 * Built-ins that are functions only when the parenthesis follows at once (without IGNORE_SPACE); otherwise the
 * name means a stored function. Source: the manual's "Function Name Parsing and Resolution".
 */
const blankSensitive = new Set(
  `adddate bit_and bit_or bit_xor cast count curdate curtime date_add date_sub extract group_concat
  json_arrayagg json_objectagg max mid min now position session_user std stddev stddev_pop stddev_samp
  st_collect subdate substr substring sum sysdate system_user trim variance var_pop var_samp`.split(/\s+/),
);

/** Built-in aggregates; the name in lower case. */
export function isAggregateName(name: string): boolean {
  return aggregates.has(name);
}

/** Window functions that are no aggregates; the name in lower case. */
export function isWindowFunctionName(name: string): boolean {
  return windowFunctions.has(name);
}

/** Whether a blank before the parenthesis makes the name a stored function's; the name in lower case. */
export function isBlankSensitive(name: string): boolean {
  return blankSensitive.has(name);
}
