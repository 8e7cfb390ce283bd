// From a table name to the table it means; the errors a server would give for names that mean none.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { TableName } from '../../sql/ast.ts';
import type { Table } from '../../vschema/model.ts';
import { resolveTable } from '../../vschema/resolve.ts';
import type { PlanContext } from '../context.ts';

const systemSchemas = new Set(['information_schema', 'performance_schema', 'mysql', 'sys']);

/** Schemas every server has for itself: statements over them are the session's. */
export function isSystemSchema(name: string): boolean {
  return systemSchemas.has(name.toLowerCase());
}
