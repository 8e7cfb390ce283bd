// A client that takes everything at once and counts it.
import type { ClientSide } from '../../src/engine/merge/client-writer.ts';

export class ClientCounter {
  rows = 0;
  readonly execution: ClientSide & { readonly statement: { readonly format: 'text' } };

  constructor() {
    const unexpected = (): never => {
      throw new Error('a merge writes rows and nothing else');
    };
    this.execution = {
      signal: new AbortController().signal,
      statement: { format: 'text' },
      sink: {
        rows: (payloads) => {
          this.rows += payloads.length;
          return true;
        },
        relay: unexpected,
        relayEnd: unexpected,
        columns: unexpected,
        end: unexpected,
        ok: unexpected,
        fail: unexpected,
        drained: unexpected,
      },
    };
  }
}
