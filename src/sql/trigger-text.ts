// What CREATE TRIGGER says in front of its body, and where that begins.
import { K } from './lexer/keywords.ts';
import { tokenize } from './lexer/lexer.ts';
import { T, type TokenList } from './lexer/token.ts';
import type { LexMode, SqlText } from './mode.ts';

export interface TriggerText {
  readonly timing: 'before' | 'after';
  readonly events: readonly ('insert' | 'update' | 'delete')[];
  readonly body: SqlText;
}

const events = new Map<number, TriggerText['events'][number]>([
  [K.INSERT, 'insert'],
  [K.UPDATE, 'update'],
  [K.DELETE, 'delete'],
]);

/** null for what is no CREATE TRIGGER. Throws SqlError 1064 for what is no token. */
export function triggerText(text: SqlText, mode: LexMode): TriggerText | null {
  const tokens = tokenize(text, mode);
  const head = find(tokens, 0, (word) => word === K.BEFORE || word === K.AFTER);
  const on = head < 0 ? -1 : find(tokens, head, (word) => word === K.ON);
  const row =
    on < 0 ? -1 : find(tokens, on, (word, at) => word === K.ROW && tokens.keywords[at - 2] === K.FOR);
  if (row < 0) return null;
  const found = new Set<TriggerText['events'][number]>();
  for (let at = head; at < on; at++) {
    const event = events.get(tokens.keywords[at] ?? K.NONE);
    if (event !== undefined) found.add(event);
  }
  const word = tokens.keywords[row + 1];
  const first = word === K.FOLLOWS || word === K.PRECEDES ? row + 3 : row + 1;
  return {
    timing: tokens.keywords[head] === K.BEFORE ? 'before' : 'after',
    events: [...found],
    body: text.slice(tokens.starts[first]),
  };
}

function find(tokens: TokenList, from: number, test: (word: number, at: number) => boolean): number {
  for (let at = from; at < tokens.count && tokens.kinds[at] !== T.end; at++) {
    if (test(tokens.keywords[at] ?? K.NONE, at)) return at;
  }
  return -1;
}
