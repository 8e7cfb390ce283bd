// COM_STMT_EXECUTE: one shard gets the client's packet with the handle patched; several get text with literals.
import type { BackendConnection } from '../../backend/contract.ts';
import type { PreparedRelay } from '../../engine/contract.ts';
import { Command, encodeTextCommand } from '../../protocol/commands.ts';
import { decodePrepareOk } from '../../protocol/messages.ts';
import { frame } from '../../protocol/packet-framing.ts';
import {
  decodeExecute,
  decodeExecuteHead,
  rebindExecute,
  reorderExecute,
} from '../../protocol/stmt-execute.ts';
import type { BindValue } from '../../value/bind-value.ts';
import { withLimits } from '../rewrite/limit-params.ts';
import { collectResponse } from '../servers/backend-command.ts';
import { packetsOf } from '../servers/backend-read.ts';
import type { SessionPort } from '../session-port.ts';
import type { StatementInput } from '../statement/statement-run.ts';
import type { BackendHandles } from './backend-handles.ts';
import { fillParams } from './fill-params.ts';
import type { PreparedStatement } from './prepared-statements.ts';
import { assertReadsAlike } from './same-reading.ts';

/** The statement a COM_STMT_EXECUTE runs. Throws 1243, 1210, 1835. `payload` is used until the answer has ended. */
export function decodePrepared(session: SessionPort, payload: Buffer): StatementInput {
  const { state, deps } = session;
  const { statementId } = decodeExecuteHead(payload);
  const statement = state.prepared.get(statementId, 'mysqld_stmt_execute');
  if (statement.failure !== null) {
    const { failure } = statement;
    state.prepared.reset(statement);
    throw failure;
  }
  assertReadsAlike(statement.text, statement.mode, state.mode);
  const longData = longDataOf(statement);
  const command = decodeExecute(payload, {
    paramCount: statement.paramCount,
    types: statement.paramTypes,
    longData,
    noBackslashEscapes: state.mode.noBackslashEscapes,
    microseconds: state.mode.flavour === 'mysql',
  });
  if (command.sentTypes && !sameTypes(command.types, statement.paramTypes)) {
    statement.paramTypes = Buffer.from(command.types);
  }
  const given = state.mode.emptyStringIsNull ? command.params.map(emptyAsNull) : command.params;
  const params = withLimits(given, statement.limits, state.mode.flavour);
  if (longData !== null) {
    state.prepared.reset(statement);
    const text = fillText(statement.text, params, session);
    return { text, packets: null, params: [], format: 'binary', prepared: null };
  }
  const prepared = new HandleRelay(payload, statement, deps.handles);
  return { text: statement.text, packets: null, params, format: 'binary', prepared };
}

/** Servers under EMPTY_STRING_IS_NULL read parameters as they read literals. */
function emptyAsNull(param: BindValue): BindValue {
  const isEmpty = param.kind === 'string' && param.value === '';
  return isEmpty ? { kind: 'null', negative: false, sql: 'NULL', value: '' } : param;
}

function longDataOf(statement: PreparedStatement): ReadonlyMap<number, Buffer> | null {
  if (statement.longData.size === 0) return null;
  return new Map([...statement.longData].map(([param, parts]) => [param, Buffer.concat(parts)]));
}

function sameTypes(sent: Buffer, known: Buffer | null): boolean {
  return known?.equals(sent) === true;
}

/** Finds or makes the connection's handle for a text and aims the client's execution at it. */
class HandleRelay implements PreparedRelay {
  readonly #payload: Buffer;
  readonly #statement: PreparedStatement;
  readonly #handles: BackendHandles;

  constructor(payload: Buffer, statement: PreparedStatement, handles: BackendHandles) {
    this.#payload = payload;
    this.#statement = statement;
    this.#handles = handles;
  }

  packetsFor(connection: BackendConnection, sql: string): Buffer | Promise<Buffer> {
    const handle = this.#handles.get(connection, sql);
    return handle === null ? this.#prepare(connection, sql) : this.#aim(handle.id);
  }

  readyFor(connection: BackendConnection, sql: string): Buffer | null {
    const handle = this.#handles.get(connection, sql);
    return handle === null ? null : this.#aim(handle.id);
  }

  payloadFor(handle: number, order: readonly number[]): Buffer {
    const { paramCount, paramTypes: types } = this.#statement;
    return reorderExecute(this.#payload, handle, order, { paramCount, types });
  }

  async #prepare(connection: BackendConnection, sql: string): Promise<Buffer> {
    const response = await collectResponse(connection, encodeTextCommand(Command.stmtPrepare, sql));
    const [head] = packetsOf(response);
    if (head === undefined) throw new Error('a prepare answer has a first packet');
    const { statementId } = decodePrepareOk(head);
    this.#handles.put(connection, sql, statementId);
    return this.#aim(statementId);
  }

  #aim(handle: number): Buffer {
    const { paramCount, paramTypes } = this.#statement;
    return frame(rebindExecute(this.#payload, handle, paramCount, paramTypes), 0);
  }
}

/** Long data has travelled to this process only: the execution becomes a text with literals. */
function fillText(text: string, params: readonly BindValue[], session: SessionPort): string {
  const literals = params.map((param) => (param.negative ? `-${param.sql}` : param.sql));
  return fillParams(text, literals, session.state.mode, 'mysqld_stmt_execute');
}
