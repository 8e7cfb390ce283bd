// Writes that call LAST_INSERT_ID(5): the number goes to the shards as what it is, and the session remembers it as one server would.
import type { Terminal } from '../../backend/contract.ts';
import type { OkResult, ResultSink } from '../../engine/contract.ts';
import { isInsertIdCall, setsInsertId, some } from '../../planner/query/traits.ts';
import type { Node } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { walk } from '../../sql/visitor.ts';
import { EndWatcher } from '../answer/end-watcher.ts';
import { applyEdits, type TextEdit } from './text-edits.ts';

export interface GivenInsertId {
  /** The statement with the numbers in place of the calls. */
  readonly text: SqlText;
  /** Of the last call. */
  readonly id: bigint;
  /** The OK tells it: that of an INSERT or UPDATE does, that of a DELETE does not. */
  readonly isTold: boolean;
}

/**
 * null when there is no such call, or its number is not in the text: then each server finds it by itself. What an UPDATE
 * assigns is found row by row, and its OK tells it; an INSERT that may become one is left to its server as well.
 */
export function givenInsertId(root: Node, text: SqlText): GivenInsertId | null {
  if (root.kind !== 'delete' && root.kind !== 'insert' && root.kind !== 'update') return null;
  if (root.kind === 'insert' && (root.onDuplicate !== null || readsTables(root.source))) return null;
  if (root.kind === 'update' && setsInsertId(root.set)) return null;
  const edits: TextEdit[] = [];
  let isPlain = true;
  walk(root, (node) => {
    if (!isInsertIdCall(node)) return;
    const [argument] = node.args;
    if (argument?.kind === 'literal' && argument.type === 'integer')
      edits.push({ start: node.start, end: node.end, text: argument.text });
    else isPlain = false;
    return false;
  });
  const last = edits.at(-1);
  if (!isPlain || last === undefined) return null;
  return { text: applyEdits(text, edits), id: BigInt(last.text), isTold: root.kind !== 'delete' };
}

function readsTables(root: Node): boolean {
  return some(root, (node) => node.kind === 'tableName');
}

/** Puts the number into the OK. */
export class InsertIdTeller extends EndWatcher {
  readonly #given: GivenInsertId;
  /** The statement went well. */
  succeeded = false;

  constructor(sink: ResultSink, given: GivenInsertId) {
    super(sink);
    this.#given = given;
  }

  override relayEnd(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    if (terminal.kind === 'ok' && terminalAt === 0) this.ok(terminal);
    else super.relayEnd(chunk, terminalAt, terminal);
  }

  override ok(result: OkResult): void {
    this.succeeded = true;
    const { affectedRows, warnings, info, lastInsertId } = result;
    const told = this.#given.isTold ? this.#given.id : lastInsertId;
    super.ok({ affectedRows, warnings, info, lastInsertId: told });
  }
}
