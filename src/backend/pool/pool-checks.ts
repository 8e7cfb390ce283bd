// What a connection must pass before somebody else gets it: a ping after a long rest, a reset after pinned state.
import { Command } from '../../protocol/commands.ts';
import type { SocketConnection } from '../connection/connection.ts';
import { smallCommand, withDeadline } from '../connection/small-query.ts';
import type { Slot } from './slot.ts';

const pingTimeoutMs = 500;
const resetTimeoutMs = 1_000;

/** A connection younger than this is taken as it is. */
const trustMs = 5_000;

/**
 * Whether a slot may be given out; never rejects. A failure may when it happened after `askedAtMs` (monotonic): it travels
 * in the slot to who waits. An older one may have been mended since.
 */
export async function checkIdle(slot: Slot, askedAtMs: number): Promise<boolean> {
  if (slot.failure !== null) return slot.checkedAtMs >= askedAtMs;
  if (slot.connection === null || !slot.usable) return false;
  if (performance.now() - slot.checkedAtMs < trustMs) return true;
  return succeeds(slot.connection, Command.ping, pingTimeoutMs);
}

/** COM_RESET_CONNECTION within a second; false: the connection must be closed. Never rejects. */
export async function resetConnection(connection: SocketConnection): Promise<boolean> {
  if (!(await succeeds(connection, Command.resetConnection, resetTimeoutMs))) return false;
  connection.settings.wasReset();
  return true;
}

async function succeeds(connection: SocketConnection, command: number, timeoutMs: number): Promise<boolean> {
  try {
    await withDeadline(connection, timeoutMs, smallCommand(connection, Buffer.from([command])));
    return true;
  } catch {
    return false;
  }
}
