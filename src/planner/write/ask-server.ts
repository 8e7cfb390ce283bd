// A write that is refused: a server still says first what it has against the statement (unknown column, wrong count ...).
import { SqlError } from '../../errors/sql-error.ts';
import type { Plan, PlanLabel } from '../../plan/nodes.ts';
import type { Delete, Insert, TableName, Update } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import { lookupTable } from '../bind/lookup-table.ts';
import type { PlanContext } from '../context.ts';
import { refuse } from '../refusals.ts';
import { statementUnit } from '../statement-unit.ts';
import { planOfWrite } from './plan-of-write.ts';
import { wholeTextAlways } from './route-node.ts';

/** `plan`, its catalogue errors turned into refusals that ask a server of their tables' keyspace. */
export function askingServer(node: Insert | Update | Delete, context: PlanContext, plan: () => Plan): Plan {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof SqlError) || error.id === null) throw error;
    const [keyspace, ...others] = keyspacesOf(node, context);
    // No single server has the tables of several keyspaces: what it said would be about them.
    if (keyspace === undefined || others.length > 0) throw error;
    const template = wholeTextAlways(node, statementUnit(context.text, node, context.normalized), context);
    const label: PlanLabel = node.kind;
    return planOfWrite(label, keyspace, refuse(error, { keyspace, template }), [`refused: ${error.message}`]);
  }
}

/** Of all tables named in it; names of CTEs and of tables nobody knows do not count. */
function keyspacesOf(node: Insert | Update | Delete, context: PlanContext): readonly string[] {
  const found = new Set<string>();
  walk(node, (part) => {
    if (part.kind !== 'tableName') return;
    const keyspace = keyspaceOfName(part, context);
    if (keyspace !== null) found.add(keyspace);
  });
  return [...found];
}

function keyspaceOfName(name: TableName, context: PlanContext): string | null {
  try {
    return lookupTable(context.vschema, name, context.database)?.keyspace ?? null;
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}
