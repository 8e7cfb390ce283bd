// Pieces of text that begin or end inside an executable comment, made whole.
import type { SqlText } from '../ast.ts';

/** Where `text[start, end)` must end to take along the executable comment that it ends in. */
export function wholeEnd(text: SqlText, start: number, end: number): number {
  const piece = text.slice(start, end);
  const opened = Math.max(piece.lastIndexOf('/*!'), piece.lastIndexOf('/*M!'));
  if (opened <= piece.lastIndexOf('*/')) return end;
  const close = text.indexOf('*/', end);
  return close >= 0 && text.slice(end, close).trim() === '' ? close + 2 : end;
}

/** Whether `text[start, end)` begins inside an executable comment that ends within it. */
export function beginsInside(text: SqlText, start: number, end: number): boolean {
  const close = text.slice(start, end).indexOf('*/');
  if (close < 0) return false;
  const open = text.slice(start, end).indexOf('/*');
  return open < 0 || open > close;
}

/** Where it must start to take that comment along. */
export function wholeStart(text: SqlText, start: number, end: number): number {
  if (!beginsInside(text, start, end)) return start;
  const open = Math.max(text.lastIndexOf('/*!', start), text.lastIndexOf('/*M!', start));
  return open >= 0 ? open : start;
}
