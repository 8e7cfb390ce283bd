// Server-side prepared statements per backend connection: which text has which id there.
import type { BackendConnection } from '../../backend/contract.ts';

export interface BackendHandle {
  readonly id: number;
  /** Client statement whose parameter types the server remembers for this handle; null before the first execution. */
  typesOf: object | null;
}

const handlesPerConnectionMax = 64;
const comStmtClose = 0x19;

/** Least recently used handles are closed on the server, so max_prepared_stmt_count is never in danger. */
export class BackendHandles {
  readonly #connections = new WeakMap<BackendConnection, Map<string, BackendHandle>>();

  get(connection: BackendConnection, sql: string): BackendHandle | null {
    const handles = this.#connections.get(connection);
    const handle = handles?.get(sql);
    if (handles === undefined || handle === undefined) return null;
    handles.delete(sql);
    handles.set(sql, handle);
    return handle;
  }

  put(connection: BackendConnection, sql: string, id: number): BackendHandle {
    let handles = this.#connections.get(connection);
    if (handles === undefined) {
      handles = new Map();
      this.#connections.set(connection, handles);
    }
    const handle: BackendHandle = { id, typesOf: null };
    handles.set(sql, handle);
    if (handles.size > handlesPerConnectionMax) this.#closeOldest(connection, handles);
    return handle;
  }

  /** After COM_RESET_CONNECTION the server has forgotten them. */
  forget(connection: BackendConnection): void {
    this.#connections.delete(connection);
  }

  #closeOldest(connection: BackendConnection, handles: Map<string, BackendHandle>): void {
    const oldest = handles.entries().next().value;
    if (oldest === undefined) return;
    handles.delete(oldest[0]);
    const payload = Buffer.allocUnsafe(5);
    payload[0] = comStmtClose;
    payload.writeUInt32LE(oldest[1].id, 1);
    connection.sendSilent(payload);
  }
}
