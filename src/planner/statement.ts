// One bound statement with everything the planning rules ask of it.
import type { Delete, Query, Update } from '../sql/ast.ts';
import { present } from '../util/assert.ts';
import type { Keyspace } from '../vschema/model.ts';
import { bindStatement } from './bind/bind.ts';
import type { Binding } from './bind/model.ts';
import type { PlanContext } from './context.ts';
import { readFlow } from './facts/flow.ts';
import type { Flow } from './facts/held.ts';
import { LocalityProof } from './route/locality.ts';
import { statementUnit } from './statement-unit.ts';
import { type PureFunctions, pureFunctions } from './stored-functions.ts';
import type { TextUnit } from './text-unit.ts';

export interface BoundStatement {
  readonly node: Query | Update | Delete;
  readonly context: PlanContext;
  readonly unit: TextUnit;
  readonly binding: Binding;
  readonly flow: Flow;
  readonly proof: LocalityProof;
}

/** `unit`: the text `node` was parsed from, when it is not the client's statement. */
export function bound(
  node: Query | Update | Delete,
  context: PlanContext,
  unit: TextUnit = statementUnit(context.text, node, context.normalized, context.mode.flavour),
): BoundStatement {
  const binding = bindStatement(node, unit, context);
  const flow = readFlow(binding);
  return { node, context, unit, binding, flow, proof: new LocalityProof(binding, flow) };
}

/** Stored functions that may run wherever parts of the statement do. */
export function pureFunctionsOf({ context, binding }: BoundStatement): PureFunctions {
  return pureFunctions(context, new Set(binding.tables.map(({ table }) => table.keyspace)));
}

export function keyspaceOf(context: PlanContext, name: string): Keyspace {
  return present(context.vschema.keyspaces.get(name), `keyspace ${name} of a resolved table`);
}
