// A literal's spelling decoded to its value.
import type { BindValue } from '../value/bind-value.ts';
import type { LexMode, SqlText } from './mode.ts';
import type { SlotKind } from './normalize-slot.ts';

/** The value of the literal (or cell: with its sign, null, default, ...) of kind `kind` at `text[start, end)`. */
export function literalValue(
  _text: SqlText,
  _start: number,
  _end: number,
  _kind: SlotKind,
  _mode: LexMode,
): BindValue {
  throw new Error('not yet');
}
