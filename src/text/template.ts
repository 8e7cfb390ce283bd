// SQL text with holes: how a rewritten statement keeps every byte that need not change.

/** Where a value of the running statement stands; resolved against its `BindValues`. */
export type ValueRef =
  | { readonly kind: 'slot'; readonly slot: number; readonly negative: boolean } // a literal lifted by the normaliser; a unary minus stands before it
  | { readonly kind: 'item'; readonly slot: number; readonly item: number } // one member of a list slot (its sign included)
  | { readonly kind: 'param'; readonly index: number } // a prepared statement's `?`
  | {
      readonly kind: 'constant';
      readonly sql: string;
      readonly valueKind: 'integer' | 'string' | 'null';
      /** For strings: the value as `BindValue.value` has it, escapes resolved; without it a string constant does not route. */
      readonly value?: string;
    };

/**
 * One piece of a template. All text is SqlText (binary strings).
 *  - text: as it is
 *  - value: the value's SQL spelling (with sign); a list or rows slot: the client's whole text from first to last item
 *  - params: spelled like values, from the parameters
 *  - database: the shard's physical database name for a keyspace, quoted; a keyspace that has no one database means no table
 *    that the server looks for (a column of nothing, a CTE nobody reads): it keeps its name
 *  - limit: offset + count as a number (a shard's share of LIMIT offset, count); count alone when offset is null or the count is 0
 *  - workspace: the quoted name of fragment `fragment`'s table on the workspace, copy `copy` (0-based)
 *  - keys: the distinct values of `column` of a finished fragment as a comma list of literals (never empty: NULL when none), or `orElse`
 */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly ref: ValueRef }
  | { readonly kind: 'database'; readonly keyspace: string }
  | { readonly kind: 'limit'; readonly offset: ValueRef | null; readonly count: ValueRef }
  | { readonly kind: 'workspace'; readonly fragment: number; readonly copy: number }
  | {
      readonly kind: 'keys';
      readonly fragment: number;
      readonly column: number;
      /** SqlText that stands there instead when the values are too many for a list. */
      readonly orElse: string;
    };

export type Template = readonly TemplatePart[];
