// What OK packets of a write's parts say, added up over shards: the labelled numbers of their info text, and warnings.
import type { Terminal } from '../../backend/contract.ts';

/**
 * `Records: 3  Duplicates: 0  Warnings: 1` -> 3, 0, 1; null when there are not three numbers. The labels are in the language of
 * lc_messages, the order is the same in all.
 */
function numbersOf(info: string): readonly number[] | null {
  const numbers = (info.match(/\d+/g) ?? []).map(Number);
  return numbers.length === 3 && numbers.every(Number.isSafeInteger) ? numbers : null;
}

/** `info` with other numbers in their places. */
function withNumbers(info: string, numbers: readonly number[]): string {
  let at = 0;
  return info.replaceAll(/\d+/g, () => String(numbers[at++] ?? 0));
}

const noneMatched = 'Rows matched: 0  Changed: 0  Warnings: 0';

/** Sums of the infos of UPDATE or INSERT ... SELECT; '' when the shards gave none (DELETE). No shard at all: an UPDATE of nothing. */
export function sumInfos(infos: readonly string[]): string {
  const all = infos.map(numbersOf);
  const spoken = infos.length === 0 ? noneMatched : (infos.find((info) => info !== '') ?? '');
  if (all.some((numbers) => numbers === null)) return spoken;
  return withNumbers(
    spoken,
    [0, 1, 2].map((at) => all.reduce((total, numbers) => total + (numbers?.[at] ?? 0), 0)),
  );
}

/** The text with so many warnings more. */
export function withWarnings(info: string, more: number): string {
  const numbers = more === 0 ? null : numbersOf(info);
  return numbers === null ? info : withNumbers(info, [...numbers.slice(0, 2), (numbers[2] ?? 0) + more]);
}

/** Records, duplicates and warnings of an INSERT's info text; null when it has none (one row). */
export function insertCounts(info: string): readonly number[] | null {
  return numbersOf(info);
}

/** `like`: an info text whose labels are in the session's language. */
export function printInsertInfo(records: number, duplicates: number, warnings: number, like = ''): string {
  const labels = numbersOf(like) === null ? 'Records: 0  Duplicates: 0  Warnings: 0' : like;
  return withNumbers(labels, [records, duplicates, warnings]);
}

/** How many warnings the parts of a write came back with, `before` they ran included. */
export function countWarnings(terminals: readonly Pick<Terminal, 'warnings'>[], before = 0): number {
  return terminals.reduce((total, terminal) => total + terminal.warnings, before);
}

/** The answers that are told: of a reference table, which is written `everywhere`, the first shard speaks for all. */
export function toldAnswers<T>(answers: readonly T[], everywhere: boolean): readonly T[] {
  return everywhere ? answers.slice(0, 1) : answers;
}
