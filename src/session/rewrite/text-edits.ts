// Stretches of a text replaced by other text.
import type { SqlText } from '../../sql/mode.ts';

/** Replaces `[start, end)`; start = end inserts. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: SqlText;
}

/** `[from, to)` of the text with the edits, which must not overlap. At one place a replacement goes before an insertion. */
export function applyEdits(
  text: SqlText,
  edits: readonly TextEdit[],
  from = 0,
  to: number = text.length,
): SqlText {
  const ordered = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = from;
  for (const edit of ordered) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at, to);
}
