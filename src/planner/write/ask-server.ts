// A write that is refused: a server still says first what it has against the statement (unknown column, wrong count ...).
import { SqlError } from '../../errors/sql-error.ts';
import type { Plan, PlanLabel } from '../../plan/nodes.ts';
import type { Delete, Insert, Update } from '../../sql/ast.ts';
import { lookupTable } from '../bind/lookup-table.ts';
import type { PlanContext } from '../context.ts';
import { refuse } from '../refusals.ts';
import { statementUnit } from '../statement-unit.ts';
import { planOfWrite } from './plan-of-write.ts';
import { wholeTextAlways } from './route-node.ts';

/** `plan`, its catalogue errors turned into refusals that ask a server of the first table's keyspace. */
export function askingServer(node: Insert | Update | Delete, context: PlanContext, plan: () => Plan): Plan {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof SqlError) || error.id === null) throw error;
    const keyspace = firstKeyspace(node, context);
    if (keyspace === null) throw error;
    const template = wholeTextAlways(node, statementUnit(context.text, node, context.normalized), context);
    const label: PlanLabel = node.kind;
    return planOfWrite(label, keyspace, refuse(error, { keyspace, template }), [`refused: ${error.message}`]);
  }
}

function firstKeyspace(node: Insert | Update | Delete, context: PlanContext): string | null {
  const reference =
    node.kind === 'update' ? node.tables[0] : node.kind === 'delete' ? node.from.tables[0] : undefined;
  const name = node.kind === 'insert' ? node.table : reference?.kind === 'table' ? reference.name : null;
  if (name === null) return null;
  try {
    return lookupTable(context.vschema, name, context.database)?.keyspace ?? null;
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}
