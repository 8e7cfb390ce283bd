// A point read on a connection shared with others: its answer waits until it is whole, and runs again alone when in doubt.
import type { SharedConnection, SharedReceiver, Terminal } from '../../backend/contract.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { Template } from '../../text/template.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { cancelReason } from '../cancel.ts';
import { queryPayload } from '../command-payload.ts';
import type { CancelWatcher, Execution } from '../contract.ts';
import { renameError } from '../physical-names.ts';
import { shardText } from '../shard-text.ts';
import { withErrorPacket } from './error-packet.ts';
import { MetadataPatch, patchNames } from './metadata-patch.ts';

/** A command larger than this goes alone: every server takes one of this size. */
const commandBytesMax = 16 * 1024;
/** An answer larger than this is no short read: it holds up those behind it, and would be held here. */
const answerBytesMax = 64 * 1024;

/** Plans whose reads turned out to be long, or to have warnings, which only their own connection can still tell. */
const unfit = new WeakSet<Plan>();

/** Runs a statement on a connection of its own and ends the sink. */
export type RunAlone = (execution: Execution, shard: Shard, template: Template | null) => void;

/**
 * Sends the read when it may be shared and a connection is at hand; false: nothing was done. `alone` runs it on a connection of
 * its own; it is called at most once, later, and ends the sink.
 */
export function sendShared(
  execution: Execution,
  shard: Shard,
  template: Template | null,
  alone: RunAlone,
): boolean {
  const { plan, scope, statement, observer } = execution;
  if (plan.pointRead !== true || scope.tryShare === undefined || execution.watchCancel === undefined)
    return false;
  if (statement.text.length > commandBytesMax || unfit.has(plan)) return false;
  const shared = scope.tryShare(shard.id);
  if (shared === null) return false;
  const sql = template === null ? statement.text : shardText(execution, shard, template);
  const text = statement.format === 'text';
  const packets = text ? statement.packets : handlePackets(execution, shared, sql, template);
  if (sql.length > commandBytesMax || (packets === null && !text)) {
    shared.withdraw();
    return false;
  }
  observer.shardQuery(shard.id, sql);
  const read = new SharedRead(execution, shard, template, shared, alone);
  if (packets !== null && (template === null || !text)) shared.sendPackets(packets, read);
  else shared.send(queryPayload(sql), read);
  return true;
}

/** The client's execution for a handle the connection has; null: it would have to be asked first. */
function handlePackets(
  { statement }: Execution,
  shared: SharedConnection,
  sql: string,
  template: Template | null,
): Buffer | null {
  const isSpelled = template?.some((part) => part.kind !== 'text' && part.kind !== 'database') === true;
  const packets = isSpelled ? null : (statement.prepared?.readyFor(shared.connection, sql) ?? null);
  return packets === null || packets.length > commandBytesMax ? null : packets;
}

class SharedRead implements SharedReceiver, CancelWatcher {
  readonly #execution: Execution;
  readonly #shard: Shard;
  readonly #shared: SharedConnection;
  readonly #template: Template | null;
  readonly #runAlone: RunAlone;
  wanted = true;
  #parts: Buffer[] | null = null;
  #bytes = 0;

  constructor(
    execution: Execution,
    shard: Shard,
    template: Template | null,
    shared: SharedConnection,
    alone: RunAlone,
  ) {
    this.#execution = execution;
    this.#shard = shard;
    this.#shared = shared;
    this.#template = template;
    this.#runAlone = alone;
    execution.watchCancel?.(this);
  }

  data(chunk: Buffer): boolean {
    if (!this.wanted) return true;
    this.#bytes += chunk.length;
    if (this.#bytes > answerBytesMax) {
      unfit.add(this.#execution.plan);
      this.stalled();
      return true;
    }
    this.#parts ??= [];
    this.#parts.push(chunk);
    return true;
  }

  end(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    if (!this.wanted) return;
    this.#settle();
    if (terminal.warnings > 0) {
      unfit.add(this.#execution.plan);
      this.#alone();
      return;
    }
    if (this.#parts === null) this.#answer(chunk, terminalAt, terminal);
    else this.#answer(Buffer.concat([...this.#parts, chunk]), this.#bytes + terminalAt, terminal);
  }

  #answer(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    const { sink, observer } = this.#execution;
    const names = patchNames(this.#shard);
    const bytes = names === null ? chunk : (new MetadataPatch(names).push(chunk, true) ?? chunk);
    const at = bytes.length - (chunk.length - terminalAt);
    observer.shardRows(this.#shard.id, 0, at);
    const { error } = terminal;
    const shown = error === null ? null : renameError(error, this.#shard);
    if (shown === error || shown === null) sink.relayEnd(bytes, at, terminal);
    else sink.relayEnd(withErrorPacket(bytes, at, shown), at, { ...terminal, error: shown });
  }

  /** Nothing of its answer went out: it may run once more. */
  lost(_error: SqlError): void {
    if (!this.wanted) return;
    this.#settle();
    this.#alone();
  }

  stalled(): void {
    if (!this.wanted) return;
    this.#settle();
    this.#shared.abandon();
    this.#alone();
  }

  /** Never killed: the server may be busy with somebody else's read by then. */
  cancelled(): void {
    if (!this.wanted) return;
    this.#settle();
    this.#shared.abandon();
    this.#execution.sink.fail(cancelReason(this.#execution.signal));
  }

  #alone(): void {
    this.#runAlone(this.#execution, this.#shard, this.#template);
  }

  #settle(): void {
    this.wanted = false;
    this.#execution.watchCancel?.(null);
  }
}
