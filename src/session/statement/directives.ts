// Comment directives: /*vt+ KEY=value KEY2 */, names as Vitess spells them.

import { tokenize } from '../../sql/lexer/lexer.ts';
import type { LexMode, SqlText } from '../../sql/mode.ts';

const none: ReadonlyMap<string, string> = new Map();

/** Names upper case; a name without value has the value 'true'. The last of two equal names counts. */
export function directivesOf(text: SqlText, mode: LexMode): ReadonlyMap<string, string> {
  if (!text.includes('/*vt+')) return none;
  const found = new Map<string, string>();
  for (const { start, end } of tokenize(text, mode).directives) {
    const words = text.slice(start + '/*vt+'.length, end - '*/'.length).split(/\s+/);
    for (const word of words) {
      if (word.trim() === '') continue;
      const [name = '', value = 'true'] = word.trim().split('=', 2);
      found.set(name.toUpperCase(), value);
    }
  }
  return found;
}
