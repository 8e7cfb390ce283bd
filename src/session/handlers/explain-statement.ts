// EXPLAIN goes to a shard where one can tell; VEXPLAIN tells what Shardgate does.
import { shardgateError } from '../../errors/catalog.ts';
import { describePlan } from '../../plan/describe.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { Explain, Vexplain } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { answerRows, numberColumn, textColumn } from '../answer/answer.ts';
import { substitute } from '../rewrite/substitute.ts';
import { planText } from '../statement/plan-text.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import type { SentStatement } from '../statement/statement-log.ts';
import { ExplainNames } from './explain-names.ts';
import { intoVariables } from './select-into.ts';

/**
 * A statement for one shard: the EXPLAIN of the server that would run it, of any when it may be several. Any other: the plan
 * with its reasons, one row per line.
 */
export async function runExplain(statement: Explain, context: StatementContext): Promise<void> {
  if (statement.statement === null) throw shardgateError('SG5028', { construct: 'EXPLAIN FOR CONNECTION' });
  if (statement.intoVariable) {
    const why = 'the variable would be one of a server and not of the session';
    throw shardgateError('SG2001', { construct: 'EXPLAIN ... INTO', why, remedy: 'read its row' });
  }
  const inner = context.text.slice(statement.statement.start, statement.statement.end);
  const plan = planOf(inner, context);
  if (plan?.root.kind === 'route') {
    const keyspace = context.vschema.keyspaces.get(plan.keyspace ?? '');
    const filled = substitute(statement, context.text, context.state);
    if (keyspace === undefined) return context.runFilled(filled, context.sink);
    return context.runFilled(filled, new ExplainNames(context.sink, keyspace, context.format));
  }
  if (statement.analyze && plan !== null) {
    const why = 'each server would analyse a statement of its own';
    const remedy = 'VEXPLAIN TRACE runs it and tells rows, bytes and time of each';
    throw shardgateError('SG2001', { construct: 'ANALYZE of a statement over several shards', why, remedy });
  }
  answerLines(
    'plan',
    plan === null ? ['answered by Shardgate'] : JSON.stringify(describePlan(plan), null, 2).split('\n'),
    context,
  );
}

/** As it would run: what the session answers filled in, values for variables taken off. */
function planOf(written: SqlText, context: StatementContext): Plan | null {
  const statement = parseStatement(written, context.state.mode);
  const into = intoVariables(statement);
  const filled = into === null ? substitute(statement, written, context.state, false) : null;
  const text = filled ?? `${written.slice(0, into?.start)} ${written.slice(into?.end)}`;
  const { entry } = planText(text, context.vschema, context.state, context.deps, true);
  return entry.kind === 'plan' ? entry.plan : null;
}

function answerLines(name: string, lines: readonly string[], context: StatementContext): void {
  answerRows(
    context.sink,
    [textColumn(name, 1024)],
    lines.map((line) => [line]),
    context.format,
  );
}

/** PLAN: the tree as JSON. QUERIES and TRACE run the statement and list what was sent to which shard, TRACE also what came back. */
export async function runVexplain(statement: Vexplain, context: StatementContext): Promise<void> {
  const inner = context.text.slice(statement.statement.start, statement.statement.end);
  if (statement.mode === 'plan' || statement.mode === 'keys') {
    const plan = planOf(inner, context);
    const json = plan === null ? { answer: 'session' } : describePlan(plan);
    answerRows(context.sink, [textColumn('JSON', 65535)], [[JSON.stringify(json, null, 2)]], context.format);
    return;
  }
  const sent = await context.trace(() => runAndForget(inner, context));
  const traced = statement.mode === 'trace';
  answerRows(
    context.sink,
    [
      numberColumn('#'),
      textColumn('keyspace'),
      textColumn('shard'),
      ...(traced ? answerColumns : []),
      textColumn('query', 65535),
    ],
    sent.map((query, index) => {
      const [keyspace = '', shard = ''] = query.shardId.split('/', 2);
      const sql = Buffer.from(query.sql, 'latin1').toString('utf8');
      return [String(index), keyspace, shard, ...(traced ? answerCells(query) : []), sql];
    }),
    context.format,
  );
}

const answerColumns = [
  textColumn('rows', 20, true),
  textColumn('bytes', 20, true),
  textColumn('ms', 20, true),
];

/** Rows that were relayed are bytes only: nobody counted them. */
function answerCells({ answer }: SentStatement): (string | null)[] {
  if (answer === null) return [null, null, null];
  const rows = answer.rows === 0 && answer.bytes > 0 ? null : String(answer.rows);
  return [rows, String(answer.bytes), answer.ms.toFixed(1)];
}

async function runAndForget(text: SqlText, context: StatementContext): Promise<void> {
  await context.query(text);
}
