// Which system tables a query names, and what of its text says so.
import { shardgateError } from '../../../errors/catalog.ts';
import { SqlError } from '../../../errors/sql-error.ts';
import type { Column, Star, Statement, Table } from '../../../sql/ast.ts';
import { walk } from '../../../sql/visitor.ts';
import { systemSchemas } from '../../handlers/use-statement.ts';
import type { StatementContext } from '../../statement/statement-context.ts';

/** One reference in FROM. */
export interface SystemReference {
  readonly table: Table;
  /** Lower case: `information_schema`, `performance_schema`, `sys`. */
  readonly schema: string;
  /** Upper case. */
  readonly name: string;
}

export interface SystemNames {
  readonly references: readonly SystemReference[];
  /** Columns and stars written with a schema or table in front. */
  readonly qualified: readonly (Column | Star)[];
}

/**
 * Throws SG5010 when system tables and the keyspaces' own stand in one statement, 1142 for the mysql schema (users and
 * grants are Shardgate's own), 1044 for anything but a query.
 */
export function systemNames(statement: Statement, context: StatementContext): SystemNames {
  if (!queryKinds.has(statement.kind)) throw notWritable(context);
  const expressions = commonTableExpressions(statement);
  const references: SystemReference[] = [];
  const qualified: (Column | Star)[] = [];
  walk(statement, (node) => {
    if ((node.kind === 'column' || node.kind === 'star') && node.table !== null) qualified.push(node);
    if (node.kind !== 'table') return;
    const { schema: written, name } = node.name;
    if (written === null && expressions.has(name.name.toLowerCase())) return;
    const schema = (written?.name ?? context.state.target.database ?? '').toLowerCase();
    if (!systemSchemas.has(schema)) throw shardgateError('SG5010', { table: name.name });
    if (schema === 'mysql') throw denied(name.name, context);
    references.push({ table: node, schema, name: name.name.toUpperCase() });
  });
  return { references, qualified };
}

const queryKinds: ReadonlySet<string> = new Set([
  'select',
  'setOperation',
  'parenQuery',
  'tableQuery',
  'valuesQuery',
]);

function commonTableExpressions(statement: Statement): ReadonlySet<string> {
  const names = new Set<string>();
  walk(statement, (node) => {
    if (node.kind === 'commonTableExpression') names.add(node.name.name.toLowerCase());
  });
  return names;
}

function denied(table: string, context: StatementContext): SqlError {
  const { user, host } = context.state.login;
  const place = host.slice(host.indexOf('@') + 1);
  const quoted = context.vschema.flavour.kind === 'mariadb' ? `\`mysql\`.\`${table}\`` : `'${table}'`;
  return new SqlError(
    1142,
    '42000',
    `SELECT command denied to user '${user}'@'${place}' for table ${quoted}`,
  );
}

function notWritable(context: StatementContext): SqlError {
  const { user } = context.state.login;
  return new SqlError(1044, '42000', `Access denied for user '${user}'@'%' to database 'information_schema'`);
}
