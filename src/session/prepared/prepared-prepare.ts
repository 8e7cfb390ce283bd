// COM_STMT_PREPARE: checks and plans now, takes parameter and column definitions from a shard that prepares the text.
import { numbersColumn } from '../../engine/numbers.ts';
import { renameError } from '../../engine/physical-names.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Plan, PlanNode } from '../../plan/nodes.ts';
import { Command, encodeTextCommand } from '../../protocol/commands.ts';
import { decodePrepareOk, encodeEof, encodePrepareOk } from '../../protocol/messages.ts';
import { frame } from '../../protocol/packet-framing.ts';
import type { SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { walk } from '../../sql/visitor.ts';
import { renderTemplate } from '../../text/render.ts';
import type { Template } from '../../text/template.ts';
import type { BindValue } from '../../value/bind-value.ts';
import { encodeColumnDefinition } from '../../value/column-codec.ts';
import { ColumnFlag, FieldType } from '../../value/column-definition.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { VSchema } from '../../vschema/model.ts';
import { statusFlags } from '../answer/status.ts';
import { statusFactsOf } from '../answer/status-facts.ts';
import { intoVariables } from '../handlers/select-into.ts';
import { isLockStatement } from '../locks/lock-functions.ts';
import { calculatesFoundRows, withoutLimit } from '../rewrite/found-rows.ts';
import { limitParams } from '../rewrite/limit-params.ts';
import { assignedVariables, shownVariables, substitute } from '../rewrite/substitute.ts';
import { collectResponse } from '../servers/backend-command.ts';
import { packetsOf } from '../servers/backend-read.ts';
import { renameSchemas } from '../servers/keyspace-names.ts';
import { probeShard } from '../servers/probe-shard.ts';
import type { SessionPort } from '../session-port.ts';
import { StatementValues } from '../statement/bind-values.ts';
import type { CachedStatement } from '../statement/plan-cache.ts';
import { type PlannedText, planText } from '../statement/plan-text.ts';
import { columnsOf } from '../statement/statement-run.ts';
import { fillParams } from './fill-params.ts';
import { checkPreparable } from './preparable.ts';

/**
 * The client learns parameter and column counts as one server would tell them. Statements no shard can prepare as they
 * stand (answered by the session, or over several keyspaces) announce no columns; their executions bring them.
 */
export async function prepareStatement(session: SessionPort, sent: SqlText): Promise<void> {
  const { state, deps, sink } = session;
  const text = withoutTail(sent);
  const vschema = deps.vschema();
  const paramCount = countParams(text, session);
  const { entry, normalized, planned } = planFor(session, text, vschema);
  if (entry.kind === 'session') checkPreparable(entry.statement, state.mode.flavour);
  const values = new StatementValues(planned, normalized, state.mode, Array(paramCount).fill(placeholder));
  const definitions =
    entry.kind === 'plan'
      ? await definitionsFrom(session, entry.plan, planned, values, vschema, paramCount)
      : entry.kind === 'session' && isLockStatement(entry.statement)
        ? await definitionsOn(session, probeShard(vschema, state.target), text)
        : {
            params: paramDefinitions(paramCount, session.state.extendedMetadata),
            columns: await columnsOfAnswer(session, entry, text, paramCount),
          };
  // Tables were opened: as with any statement, what was warned of before is gone.
  if (entry.kind === 'plan' && entry.touchesTables) state.beginStatement();
  const statement = state.prepared.add(text, state.mode, paramCount, limitParams(text, state.mode));
  const head = encodePrepareOk({
    statementId: statement.id,
    columnCount: definitions.columns.length,
    paramCount,
    warnings: 0,
  });
  const eof = encodeEof({ warnings: 0, status: statusFlags(statusFactsOf(state), false) });
  const packets = [head];
  // A LIMIT that is put aside takes its parameters along.
  const { params } = definitions;
  const known = params.length === paramCount;
  const allParams = known ? params : paramDefinitions(paramCount, state.extendedMetadata);
  if (paramCount > 0) packets.push(...allParams, eof);
  if (definitions.columns.length > 0) packets.push(...definitions.columns, eof);
  sink.raw(Buffer.concat(packets.map((packet, index) => frame(packet, (index + 1) & 0xff))));
}

/** The plan and the text it is of: session state that the text reads stands in it as literals. */
function planFor(
  session: SessionPort,
  text: SqlText,
  vschema: VSchema,
): PlannedText & { readonly planned: SqlText } {
  const { state, deps } = session;
  const first = planText(text, vschema, state, deps, false);
  const { entry } = first;
  if (entry.kind === 'session' && calculatesFoundRows(entry.statement)) {
    return planFor(session, withoutLimit(entry.statement, text), vschema);
  }
  if (entry.kind !== 'substitute') return { ...first, planned: text };
  const statement = parseStatement(text, state.mode);
  // Values go to the session, not to the client: there are no columns to tell of.
  if (intoVariables(statement) !== null) return { ...first, planned: text };
  const planned = substitute(statement, text, state, assignedVariables(statement) !== null);
  state.showVariables(shownVariables(statement));
  return { ...planText(planned, vschema, state, deps, true), planned };
}

/** Of statements the session answers: their answers have columns wherever they come from, so one is asked for. */
async function columnsOfAnswer(
  session: SessionPort,
  entry: CachedStatement,
  text: SqlText,
  paramCount: number,
): Promise<readonly Buffer[]> {
  if (entry.kind !== 'session' || withoutRows.has(entry.statement.kind)) return [];
  const nulls = Array.from({ length: paramCount }, () => 'NULL');
  const filled = paramCount === 0 ? text : fillParams(text, nulls, session.state.mode, 'mysqld_stmt_prepare');
  const columns = await columnsOf(session, filled);
  return columns.map((column) => encodeColumnDefinition(column, session.state.extendedMetadata));
}

/** Statements that answer OK, or must not be run to know their columns. */
const withoutRows: ReadonlySet<string> = new Set([
  'set',
  'setStatementFor',
  'use',
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'releaseSavepoint',
  'rollbackTo',
  'xa',
  'lockTables',
  'unlockTables',
  'kill',
  'do',
  'empty',
  'vexplain',
  'executeImmediate',
]);

/** Clients end prepared texts with `;`, which servers accept. */
function withoutTail(text: SqlText): SqlText {
  let end = text.length;
  while (end > 0 && ' \t\r\n;\u0000'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function countParams(text: SqlText, session: SessionPort): number {
  let count = 0;
  walk(parseStatement(text, session.state.mode), (node) => {
    if (node.kind === 'param') count++;
  });
  return count;
}

interface Definitions {
  readonly params: readonly Buffer[];
  readonly columns: readonly Buffer[];
}

async function definitionsFrom(
  session: SessionPort,
  plan: Plan,
  text: SqlText,
  values: StatementValues,
  vschema: VSchema,
  paramCount: number,
): Promise<Definitions> {
  const shard =
    vschema.keyspaces.get(plan.keyspace)?.shardMap.shards[0] ?? probeShard(vschema, session.state.target);
  if (isOverKeyspaces(plan.root))
    return { params: paramDefinitions(paramCount, session.state.extendedMetadata), columns: [] };
  if (plan.root.kind === 'numbers') {
    const { extendedMetadata } = session.state;
    const columns = [encodeColumnDefinition(numbersColumn, extendedMetadata)];
    return { params: paramDefinitions(paramCount, extendedMetadata), columns };
  }
  const template = describingTemplate(plan.root);
  const sql = template === null ? text : renderFor(template, shard, values, session);
  return definitionsOn(session, shard, sql);
}

/** As the shard tells them when it prepares the text, which does not run it. */
async function definitionsOn(session: SessionPort, shard: Shard, sql: SqlText): Promise<Definitions> {
  const lease = await session.state.scope.beside(shard.id, session.cancellation.signal);
  try {
    const response = await collectResponse(lease.connection, encodeTextCommand(Command.stmtPrepare, sql));
    const [head, ...rest] = packetsOf(response);
    if (head === undefined) return { params: [], columns: [] };
    const ok = decodePrepareOk(head);
    session.deps.handles.put(lease.connection, sql, ok.statementId);
    const params = rest.slice(0, ok.paramCount);
    const at = ok.paramCount === 0 ? 0 : ok.paramCount + 1;
    const columns = rest.slice(at, at + ok.columnCount).map((packet) => renameSchemas(packet, shard));
    return { params: params.length === 0 ? [] : params, columns };
  } catch (error) {
    throw error instanceof SqlError ? renameError(error, shard) : error;
  } finally {
    lease.done(false);
  }
}

/** No single shard has all its tables. */
function isOverKeyspaces(node: PlanNode): boolean {
  if (node.kind === 'refuse') return node.ask === null;
  const described = node.kind === 'gather' || node.kind === 'rowWrites' || node.kind === 'insert';
  return described && node.describe === null;
}

/** The text whose result is the client's: null for the client's own. */
function describingTemplate(node: PlanNode): Template | null {
  switch (node.kind) {
    case 'route':
      return node.template;
    case 'gather':
    case 'rowWrites':
      return node.describe;
    case 'dml':
      return node.template;
    case 'scatter':
    case 'insert':
      return node.describe ?? null;
    case 'refuse':
      return node.ask?.template ?? null;
    default:
      return null;
  }
}

/** A parameter in a text being prepared. */
const placeholder: BindValue = { kind: 'expression', negative: false, sql: '?', value: '' };

/** Parameters stay `?`: a text being prepared has no values for them. */
function renderFor(template: Template, shard: Shard, values: StatementValues, session: SessionPort): SqlText {
  const none = (): never => {
    throw new Error('a describing template names no workspace table');
  };
  return renderTemplate(template, {
    values: {
      slot: (slot) => values.slot(slot),
      item: (slot, item) => values.item(slot, item),
      itemCount: (slot) => values.itemCount(slot),
      slotText: (slot) => values.slotText(slot),
      param: (index) => values.param(index),
    },
    database: (keyspace) =>
      keyspace === shard.keyspace ? session.deps.gateway.database(shard.id) : keyspace,
    workspaceTable: none,
    keys: none,
  });
}

/** `?` as servers define parameters they know nothing of. */
function paramDefinitions(count: number, extended: boolean): Buffer[] {
  const definition = encodeColumnDefinition(
    {
      schema: '',
      table: '',
      orgTable: '',
      name: '?',
      orgName: '',
      collation: 63,
      length: 0,
      type: FieldType.varString,
      flags: ColumnFlag.binary,
      decimals: 0,
    },
    extended,
  );
  return Array.from({ length: count }, () => definition);
}
