// The session's state as status flags need it, read at the moment an answer ends.
import type { SessionState } from '../state.ts';
import type { StatusFacts } from './status.ts';

export function statusFactsOf(state: SessionState): StatusFacts {
  return {
    get inTransaction() {
      return state.scope.open;
    },
    get readOnlyTransaction() {
      return state.scope.readOnly;
    },
    get autocommit() {
      return state.scope.autocommit;
    },
    get noBackslashEscapes() {
      return state.mode.noBackslashEscapes;
    },
  };
}
