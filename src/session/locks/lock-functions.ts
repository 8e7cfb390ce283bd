// GET_LOCK and its kin: named locks live on one server, the same for every session, on a connection kept for them.
import type { BackendConnection } from '../../backend/contract.ts';
import { shardgateError } from '../../errors/catalog.ts';
import { lockFunctions } from '../../planner/query/builtin-functions.ts';
import type { Expression, Node, SelectItem, Statement } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { walk } from '../../sql/visitor.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { VSchema } from '../../vschema/model.ts';
import { substituteExpression } from '../rewrite/substitute.ts';
import { applyEdits, type TextEdit } from '../rewrite/text-edits.ts';
import { readResult, type SmallResult } from '../servers/backend-read.ts';
import { answerResult } from '../show/server-show.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import type { NamedLocks } from './named-locks.ts';

/** Whether a statement asks for named locks. Throws SG5024 when it does so beside tables. */
export function isLockStatement(statement: Statement): boolean {
  const name = lockFunctionIn(statement);
  if (name === null) return false;
  walk(statement, (node) => {
    if (node.kind === 'tableName') throw shardgateError('SG5024', { function: name });
  });
  return statement.kind === 'select' || statement.kind === 'setOperation' || statement.kind === 'parenQuery';
}

/** Name of a lock function the statement calls; null when it calls none. */
function lockFunctionIn(root: Node): string | null {
  let found: string | null = null;
  walk(root, (node) => {
    if (node.kind === 'call' && node.schema === null && lockFunctions.has(node.name))
      found ??= node.ident.name;
    return found === null;
  });
  return found;
}

/**
 * Answers a SELECT of expressions with lock functions and nothing else. The connection stays the session's as long as it may hold a
 * lock. Throws SG5024 for conditions and subqueries, SG5025 when locks were lost.
 */
export async function runLockStatement(context: StatementContext): Promise<void> {
  const statement = parseStatement(context.text, context.state.mode);
  const items = itemsOf(statement);
  const { state, signal } = context;
  const { locks, scope } = state;
  refuseLost(context);
  const shardId = locks.shardId ?? lockShard(context.vschema);
  const text = await lockText(items, context);
  const connection = scope.lockConnection(shardId) ?? (await scope.reserveForLocks(shardId, signal));
  locks.shardId = shardId;
  try {
    const result = await read(connection, text, signal);
    count(items, result, context);
    answerResult(result, context);
  } finally {
    if (!locks.any) {
      locks.clear();
      scope.releaseLocks();
    }
  }
}

/** The first shard of the first keyspace by name: the same for all sessions, and for every process with these keyspaces. */
function lockShard(vschema: VSchema): string {
  const [first] = [...vschema.keyspaces.keys()].sort();
  const shard = first === undefined ? undefined : vschema.keyspaces.get(first)?.shardMap.shards[0];
  if (shard === undefined) throw shardgateError('SG5005');
  return shard.id;
}

function refuseLost({ state }: StatementContext): void {
  const { locks, scope } = state;
  if (locks.shardId === null || scope.lockConnection(locks.shardId)?.alive !== false) return;
  locks.clear();
  scope.releaseLocks();
  throw shardgateError('SG5025');
}

async function read(connection: BackendConnection, text: SqlText, signal: AbortSignal): Promise<SmallResult> {
  try {
    return await readResult(connection, text);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function itemsOf(statement: Statement): readonly SelectItem[] {
  const refusal = () => shardgateError('SG5024', { function: lockFunctionIn(statement) ?? 'GET_LOCK' });
  if (statement.kind !== 'select') throw refusal();
  let composed = false;
  walk(statement, (node) => {
    if (node !== statement && node.kind === 'select') composed = true;
  });
  const { where, groupBy, having, list } = statement;
  if (composed || where !== null || groupBy !== null || having !== null) throw refusal();
  return list.items;
}

/** The same list with session state as literals, under the names that the client's spelling gives. */
async function lockText(items: readonly SelectItem[], context: StatementContext): Promise<SqlText> {
  const parts: SqlText[] = [];
  for (const item of items) {
    const { expression, alias } = item;
    const spelled = item.text ?? context.text.slice(expression.start, expression.end);
    const name = alias?.name ?? Buffer.from(spelled, 'latin1').toString('utf8');
    parts.push(`${await substituteExpression(expression, context)} AS ${quoteIdentifier(name)}`);
  }
  return withClientIds(`SELECT ${parts.join(', ')}`, context);
}

/** IS_USED_LOCK tells the holder's connection id: of this process's sessions the one they know, as the unsigned number it is. */
function withClientIds(text: SqlText, context: StatementContext): SqlText {
  const { state, deps } = context;
  const edits: TextEdit[] = [];
  walk(parseStatement(text, state.mode), (node) => {
    if (node.kind !== 'call' || node.name !== 'is_used_lock') return;
    const call = text.slice(node.start, node.end);
    const known = deps.registry
      .all()
      .flatMap(({ lockThreadId, connectionId }) =>
        lockThreadId === null ? [] : [`WHEN ${lockThreadId} THEN CAST(${connectionId} AS UNSIGNED)`],
      );
    if (known.length === 0) return;
    edits.push({
      start: node.start,
      end: node.end,
      text: `CAST(CASE ${call} ${known.join(' ')} ELSE ${call} END AS UNSIGNED)`,
    });
    return false;
  });
  return applyEdits(text, edits);
}

function count(items: readonly SelectItem[], { rows }: SmallResult, { state }: StatementContext): void {
  for (const [index, { expression }] of items.entries())
    countOne(expression, rows[0]?.[index] ?? null, state.locks);
}

function countOne(expression: Expression, value: string | null, locks: NamedLocks): void {
  if (expression.kind === 'call' && expression.schema === null) {
    switch (expression.name) {
      case 'get_lock':
        if (value === '1') locks.held++;
        return;
      case 'release_lock':
        if (value === '1') locks.held--;
        return;
      case 'release_all_locks':
        locks.held = 0;
        locks.uncertain = false;
        return;
      case 'is_free_lock':
      case 'is_used_lock':
        return;
    }
  }
  if (lockFunctionIn(expression) !== null) locks.uncertain = true;
}
