// KILLs on their way to connections that a session keeps: what runs there next must wait, or it is what they hit.
import type { BackendConnection, Gateway } from '../../backend/contract.ts';
import { runStatement } from '../servers/backend-command.ts';

export class LateKills {
  readonly #sent = new Map<BackendConnection, Promise<void>>();

  /** One at a time per connection: a second KILL would hit nothing else. */
  send(gateway: Gateway, connection: BackendConnection): void {
    if (this.#sent.has(connection)) return;
    const settled = gateway
      .killQuery(connection)
      .then(() => absorb(connection))
      .finally(() => this.#sent.delete(connection));
    this.#sent.set(connection, settled);
  }

  /** undefined: none is on its way. */
  of(connection: BackendConnection): Promise<void> | undefined {
    return this.#sent.get(connection);
  }

  /** Resolves when none is on its way. */
  async settled(): Promise<void> {
    while (this.#sent.size > 0) await Promise.all(this.#sent.values());
  }
}

/** A KILL that came too late for its statement ends the next one, which is this. */
async function absorb(connection: BackendConnection): Promise<void> {
  if (connection.alive) await runStatement(connection, 'DO 0').catch(() => null);
}
