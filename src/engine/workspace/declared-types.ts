// Column types of a fragment whose base table is not on the workspace's server: asked of the server that has it.
import type { Fragment } from '../../plan/nodes.ts';
import { quoteIdentifier, quoteString } from '../../text/quote.ts';
import { TextRow } from '../../value/text-row.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { PinnedTime } from '../pinned-time.ts';
import type { FragmentLeases } from './fragment-leases.ts';

const columnsWanted = 'TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, CHARACTER_SET_NAME, COLLATION_NAME, IS_NULLABLE';

export interface DeclaredType {
  readonly sql: string;
  /** Matters beyond metadata: `d IS NULL` finds zero dates where a DATE is NOT NULL. */
  readonly notNull: boolean;
}

/** Types by workspace column name, for the bare columns whose origin the server knows. */
export async function declaredTypes(
  leases: FragmentLeases,
  shard: Shard,
  fragment: Fragment,
  time: PinnedTime,
): Promise<ReadonlyMap<string, DeclaredType>> {
  const tables = new Set<string>();
  for (const column of fragment.columns) if (column.origin !== null) tables.add(column.origin.table);
  if (tables.size === 0) return new Map();
  const names = [...tables].map(quoteString).join(', ');
  const sql =
    `SELECT ${columnsWanted} FROM information_schema.${quoteIdentifier('COLUMNS')} ` +
    `WHERE TABLE_SCHEMA=${quoteString(shard.database)} AND TABLE_NAME IN (${names})`;
  const { stream } = leases.read(shard, { spelled: sql, asked: null }, time);
  const types = new Map<string, DeclaredType>();
  const row = new TextRow(6);
  for (let batch = await stream.next(); batch !== null; batch = await stream.next()) {
    for (const payload of batch) {
      row.load(payload);
      types.set(JSON.stringify([utf8(row, 0), utf8(row, 1)]), declaration(row));
    }
  }
  return byWorkspaceName(fragment, types);
}

function byWorkspaceName(
  fragment: Fragment,
  types: ReadonlyMap<string, DeclaredType>,
): ReadonlyMap<string, DeclaredType> {
  const declared = new Map<string, DeclaredType>();
  for (const { name, origin } of fragment.columns) {
    const type = origin === null ? undefined : types.get(JSON.stringify([origin.table, origin.column]));
    if (type !== undefined) declared.set(name, type);
  }
  return declared;
}

/** `varchar(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci`; TIMESTAMP says NULL, else it would get a default of now. */
function declaration(row: TextRow): DeclaredType {
  const type = row.text(2) ?? '';
  const charset = row.text(3);
  const collation = row.text(4);
  if (type.startsWith('timestamp')) return { sql: `${type} NULL`, notNull: false };
  const notNull = row.text(5) === 'NO';
  // An ENUM of its own character set takes it behind the members, like any text type.
  const isText = charset !== null && collation !== null;
  return { sql: isText ? `${type} CHARACTER SET ${charset} COLLATE ${collation}` : type, notNull };
}

function utf8(row: TextRow, column: number): string {
  return row.slice(column)?.toString('utf8') ?? '';
}
