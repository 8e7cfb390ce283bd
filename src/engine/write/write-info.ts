// What OK packets of a write's parts say, added up over shards: the labelled numbers of their info text, and warnings.
import type { Terminal } from '../../backend/contract.ts';

/** `Records: 3  Duplicates: 0  Warnings: 1` -> 3, 0, 1; null when the text has another form. */
function numbersOf(info: string, labels: readonly string[]): readonly number[] | null {
  const numbers: number[] = [];
  const parts = info.split('  ');
  if (parts.length !== labels.length) return null;
  for (const [i, part] of parts.entries()) {
    const label = labels[i];
    if (label === undefined || !part.startsWith(`${label}: `)) return null;
    const number = Number(part.slice(label.length + 2));
    if (!Number.isSafeInteger(number)) return null;
    numbers.push(number);
  }
  return numbers;
}

const updateLabels = ['Rows matched', 'Changed', 'Warnings'] as const;
const insertLabels = ['Records', 'Duplicates', 'Warnings'] as const;

/** Sums of the infos of UPDATE or INSERT ... SELECT; '' when the shards gave none (DELETE). */
export function sumInfos(infos: readonly string[]): string {
  const isInsert = infos.some((info) => info.startsWith(insertLabels[0]));
  return sum(infos, isInsert ? insertLabels : updateLabels);
}

/** The text with so many warnings more. */
export function withWarnings(info: string, more: number): string {
  const match = more === 0 ? null : /^(.*Warnings: )(\d+)$/.exec(info);
  return match === null ? info : `${match[1]}${Number(match[2]) + more}`;
}

/** Records, duplicates and warnings of an INSERT's info text; null when it has none (one row). */
export function insertCounts(info: string): readonly number[] | null {
  return numbersOf(info, insertLabels);
}

export function printInsertInfo(records: number, duplicates: number, warnings: number): string {
  return `Records: ${records}  Duplicates: ${duplicates}  Warnings: ${warnings}`;
}

function sum(infos: readonly string[], labels: readonly string[]): string {
  const totals = labels.map(() => 0);
  for (const info of infos) {
    const numbers = numbersOf(info, labels);
    if (numbers === null) return infos.find((text) => text !== '') ?? '';
    for (const [i, number] of numbers.entries()) totals[i] = (totals[i] ?? 0) + number;
  }
  return labels.map((label, i) => `${label}: ${totals[i]}`).join('  ');
}

/** How many warnings the parts of a write came back with, `before` they ran included. */
export function countWarnings(terminals: readonly Pick<Terminal, 'warnings'>[], before = 0): number {
  return terminals.reduce((total, terminal) => total + terminal.warnings, before);
}

/** The answers that are told: of a reference table, which is written `everywhere`, the first shard speaks for all. */
export function toldAnswers<T>(answers: readonly T[], everywhere: boolean): readonly T[] {
  return everywhere ? answers.slice(0, 1) : answers;
}
