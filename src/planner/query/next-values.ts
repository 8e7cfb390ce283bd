// SELECT NEXT n VALUES FROM sequence, as Vitess has it: numbers from a sequence table.
import { shardgateError } from '../../errors/catalog.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { NextValues, Query } from '../../sql/ast.ts';
import type { ValueRef } from '../../text/template.ts';
import { lookupTable } from '../bind/lookup-table.ts';
import type { PlanContext } from '../context.ts';
import { type TextUnit, valueRefOf } from '../text-unit.ts';

/** null: the query asks for no numbers. Throws SG2022 when it asks for more than numbers. */
export function planNextValues(node: Query, context: PlanContext, unit: TextUnit): Plan | null {
  if (node.kind !== 'select') return null;
  const asked = node.list.items.find(({ expression }) => expression.kind === 'nextValues');
  if (asked?.expression.kind !== 'nextValues') return null;
  const [table] = node.from?.tables ?? [];
  const single = node.list.items.length === 1 && node.from?.tables.length === 1 && node.where === null;
  const refused = shardgateError('SG2022', { construct: 'NEXT VALUES' });
  if (!single || table?.kind !== 'table') throw refused;
  const sequence = lookupTable(context.vschema, table.name, context.database);
  if (sequence === null || (sequence.kind !== 'sequence' && sequence.kind !== 'unsharded')) throw refused;
  const { keyspace, name } = sequence;
  const count = countOf(asked.expression, unit);
  if (count === null) throw refused;
  return {
    label: 'unsharded',
    keyspace,
    reasons: [`numbers of sequence ${keyspace}.${name}, from the block this process has`],
    root: { kind: 'numbers', keyspace, sequence: `${keyspace}.${name}`, count },
    // A second run gives other numbers.
    readOnly: false,
    locks: false,
  };
}

function countOf({ count }: NextValues, unit: TextUnit): ValueRef | null {
  return count === null ? { kind: 'constant', sql: '1', valueKind: 'integer' } : valueRefOf(count, unit);
}
