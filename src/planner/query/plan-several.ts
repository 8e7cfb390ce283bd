// A query over several shards: the cheapest rule that can prove its answer, else the general plan.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { PlanLabel } from '../../plan/nodes.ts';
import type { Node } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import { aggregatesIn, groupExpressions, hasWindow, selectOf } from '../bind/clauses.ts';
import type { Binding, Block, BoundQuery, Source } from '../bind/model.ts';
import { driftRefusal } from '../drift.ts';
import { refusalOf, refuse } from '../refusals.ts';
import { labelOf } from '../route/combine.ts';
import type { KeyTuple, Locality } from '../route/locality.ts';
import { type BoundStatement, pureFunctionsOf } from '../statement.ts';
import { describeTemplate } from './describe-template.ts';
import type { Draft, Several } from './draft.ts';
import { foldAggregates } from './fold.ts';
import { scatterRows, scatterUnion } from './scatter-rows.ts';
import { hasSeededRandom, setsInsertId } from './traits.ts';
import { withFinishSwitches } from './workspace/finish-switches.ts';
import { gatherRows } from './workspace/gather-rows.ts';
import { generalPlan } from './workspace/general.ts';
import { withoutRowsOfLimitZero } from './workspace/no-rows.ts';
import { partialAggregates } from './workspace/partial-aggregates.ts';

/** Never throws: what cannot be planned is a refusal, after which a server still gets its say about the statement. */
export function planSeveral(several: Several): Draft {
  const { statement, keyspace } = several;
  const template = describeTemplate(statement);
  const ask = template === null ? null : { keyspace, template };
  const [doubt] = statement.binding.doubts;
  const refusal =
    doubt === undefined
      ? (driftRefusal(statement.binding.tables) ?? refusedConstruct(several))
      : shardgateError('SG2010', { detail: doubt });
  if (refusal !== null) return { node: refuse(refusal, ask), label: 'none' };
  try {
    return withoutRowsOfLimitZero(planProven(several), statement);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { node: refuse(error, ask), label: 'none' };
  }
}

function refusedConstruct(several: Several): SqlError | null {
  const { statement } = several;
  const blocks = new Set(statement.binding.blocks.map((block) => block.unit));
  const pure = pureFunctionsOf(statement);
  const direct = refusalOf(statement.node, pure);
  if (direct !== null || blocks.size === 1) return direct;
  for (const block of statement.binding.blocks) {
    const inView = block.unit === statement.unit ? null : refusalOf(block.node, pure);
    if (inView !== null) return inView;
  }
  return null;
}

function planProven(several: Several): Draft {
  const { statement, reasons, keyspace } = several;
  const { root } = statement.binding;
  const locality = localityOf(several);
  if (locality.kind === 'additive') {
    reasons.push('co-located: every shard answers for its own rows');
    const merged = mergeGroup(several, root, locality.keys);
    if (merged !== null) return merged;
  } else if (locality.kind === 'mixed') {
    reasons.push(`not one co-located group: ${locality.why}`);
  }
  if (statement.context.directives.get('WORKSPACE')?.toLowerCase() === 'off') throw shardgateError('SG2025');
  const node = withFinishSwitches(generalPlan(statement, keyspace, reasons), statement);
  return { node, label: 'gather' };
}

function localityOf({ statement, keyspace }: Several): Locality {
  if (hasSeededRandom(statement.node))
    return { kind: 'mixed', why: 'RAND(seed) follows the rows of one server' };
  if (setsInsertId(statement.node))
    return { kind: 'mixed', why: 'LAST_INSERT_ID(x) is remembered by one server' };
  const locality = statement.proof.query(statement.binding.root, null, true);
  if (locality.kind === 'mixed') return locality;
  if (statement.binding.blocks.some((block) => aggregatesOutside(block, statement)))
    return { kind: 'mixed', why: 'a subquery aggregates rows of the block around it' };
  // A CTE that nobody refers to: the text that would go to the shards names its tables all the same.
  const foreign = statement.binding.keyspaces.find((name) => name !== keyspace);
  return foreign === undefined ? locality : { kind: 'mixed', why: `it reads keyspace ${foreign} as well` };
}

/** `(SELECT MAX(u.id))` over `users u` of the block around it is an aggregate of that block. */
function aggregatesOutside(block: Block, { binding }: BoundStatement): boolean {
  return (
    block.outer !== null &&
    aggregatesIn(block).some((aggregate) => {
      const sources = sourcesOf(aggregate, binding.columns);
      return sources.length > 0 && sources.every((source) => source.block !== block);
    })
  );
}

function sourcesOf(root: Node, columns: Binding['columns']): readonly Source[] {
  const sources: Source[] = [];
  walk(root, (node) => {
    const column = node.kind === 'column' ? columns.get(node) : undefined;
    if (column !== undefined) sources.push(column.source);
  });
  return sources;
}

function mergeGroup(several: Several, root: BoundQuery, keys: readonly KeyTuple[]): Draft | null {
  if (root.kind === 'block') return mergeBlock(several, root, keys);
  const union = scatterUnion(several);
  if (typeof union !== 'string') return { node: union, label: labelOf(several.destination) };
  several.reasons.push(`not merged as bytes: ${union}`);
  return null;
}

function mergeBlock(several: Several, block: Block, keys: readonly KeyTuple[]): Draft | null {
  const { statement, reasons } = several;
  const label = labelOf(several.destination);
  const complete = wholeOnEachShard(several, block, keys);
  if (complete === null) {
    const node = scatterRows(several, block);
    if (typeof node !== 'string') return { node, label };
    reasons.push(`not merged as bytes: ${node}`);
  } else {
    reasons.push(complete);
    const draft = mergeParts(several, block, keys, label);
    if (draft !== null) return draft;
  }
  if (statement.context.directives.get('WORKSPACE')?.toLowerCase() === 'off') throw shardgateError('SG2025');
  const rows = gatherRows(several, block);
  if (typeof rows !== 'string') return { node: withFinishSwitches(rows, statement), label: 'gather' };
  reasons.push(`not one fragment: ${rows}`);
  return null;
}

/** Groups, DISTINCT or windows of the block that shards hold only parts of; null when each holds whole ones. */
function wholeOnEachShard(several: Several, block: Block, keys: readonly KeyTuple[]): string | null {
  const { proof } = several.statement;
  const select = selectOf(block);
  if (select === null) return null;
  const groups = groupExpressions(block);
  if (groups !== null && (groups.length === 0 || !proof.groupsLocal(block, keys)))
    return 'groups reach over shards';
  if (hasWindow(block) && !proof.windowsLocal(block, keys)) return 'windows reach over shards';
  if (select.distinct && !proof.distinctLocal(block, keys)) return 'DISTINCT compares rows of all shards';
  return null;
}

function mergeParts(
  several: Several,
  block: Block,
  keys: readonly KeyTuple[],
  label: PlanLabel,
): Draft | null {
  if (groupExpressions(block) === null) return null;
  const fold = foldAggregates(several, block, keys);
  if (fold !== null) return { node: fold, label };
  if (several.statement.context.directives.get('WORKSPACE')?.toLowerCase() === 'off') return null;
  const partial = partialAggregates(several, block, keys);
  if (typeof partial !== 'string') return { node: partial, label };
  several.reasons.push(`no partial aggregates: ${partial}`);
  return null;
}
