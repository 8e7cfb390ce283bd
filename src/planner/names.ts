// Edits that every rewritten statement needs: keyspace names become physical databases, result names stay.
import type { Call, Ident, Node, SelectItem } from '../sql/ast.ts';
import { walk } from '../sql/visitor.ts';
import type { PlanContext } from './context.ts';
import { type Edit, firstFrom, identifier, text } from './splice.ts';

/**
 * Edits of all keyspace qualifiers and DATABASE() calls below `root`. Empty when the statement may go out as it is:
 * nothing is qualified, or the databases are named like their keyspaces.
 */
export function qualifierEdits(root: Node, context: PlanContext): readonly Edit[] {
  const edits: Edit[] = [];
  walk(root, (node) => {
    if (node.kind === 'tableName' || node.kind === 'column' || node.kind === 'star') {
      if (node.schema !== null) edits.push(...schemaEdit(node.schema, context));
    } else if (node.kind === 'callProcedure' || node.kind === 'objectStatement') {
      if (node.schema !== null) edits.push(...schemaEdit(node.schema, context));
    } else if (node.kind === 'call') {
      if (node.schema !== null) edits.push(...schemaEdit(node.schema, context));
      edits.push(...databaseCallEdit(node, context));
    }
  });
  return edits;
}

/** DATABASE() calls alone: for texts in which keyspace names mean nothing. */
export function databaseEdits(root: Node, context: PlanContext): readonly Edit[] {
  const edits: Edit[] = [];
  walk(root, (node) => {
    if (node.kind === 'call') edits.push(...databaseCallEdit(node, context));
  });
  return edits;
}

function renamed(keyspace: string, context: PlanContext): boolean {
  const shards = context.vschema.keyspaces.get(keyspace)?.shardMap.shards ?? [];
  return shards.some((shard) => shard.database !== keyspace);
}

function schemaEdit(schema: Ident, context: PlanContext): readonly Edit[] {
  if (!renamed(schema.name, context)) return [];
  return [{ start: schema.start, end: schema.end, parts: [{ kind: 'database', keyspace: schema.name }] }];
}

/** DATABASE() would show the physical name: its value is known here. */
function databaseCallEdit(call: Call, context: PlanContext): readonly Edit[] {
  if ((call.name !== 'database' && call.name !== 'schema') || call.args.length > 0 || call.schema !== null)
    return [];
  if (context.keepsDatabaseCalls === true) return [];
  const { database } = context;
  if (database !== null && !renamed(database, context) && context.vschema.keyspaces.size === 1) return [];
  const value = database === null ? 'NULL' : `_utf8mb4 x'${Buffer.from(database, 'utf8').toString('hex')}'`;
  return [{ start: call.start, end: call.end, parts: text(value) }];
}

/**
 * `AS original spelling` for every unaliased item whose text changes, so that its column keeps its name: by the edits, or
 * because a parameter goes to the shards as its value.
 */
export function nameEdits(root: Node, edits: readonly Edit[]): readonly Edit[] {
  const names: Edit[] = [];
  const inOrder = editsInOrder(edits);
  walk(root, (node) => {
    if (node.kind !== 'selectItem' || node.alias !== null || node.text === null) return;
    if (node.expression.kind === 'star' || node.expression.kind === 'column') return;
    if (changes(node, inOrder)) names.push(aliasEdit(node));
  });
  return names;
}

/** By their starts, as `changes` wants them. */
export function editsInOrder(edits: readonly Edit[]): readonly Edit[] {
  return [...edits].sort((a, b) => a.start - b.start);
}

/** Whether the item is spelled otherwise on its way to a server. `edits`: by their starts; O(log n) and those inside. */
export function changes(item: SelectItem, edits: readonly Edit[]): boolean {
  for (let at = firstFrom(edits, item.start); at < edits.length; at += 1) {
    const edit = edits[at];
    if (edit === undefined || edit.start > item.end) break;
    if (edit.end <= item.end) return true;
  }
  let parameter = false;
  walk(item, (node) => {
    if (node.kind === 'param') parameter = true;
    return !parameter;
  });
  return parameter;
}

/** Inserts the item's own text as its alias. */
export function aliasEdit(item: SelectItem): Edit {
  const name = Buffer.from(item.text ?? '', 'latin1').toString('utf8');
  return { start: item.end, end: item.end, parts: text(` AS ${identifier(name)}`) };
}
