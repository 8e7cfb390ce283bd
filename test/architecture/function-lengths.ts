// Where functions begin and end, from braces alone: enough to measure them.

import type { Token } from './scan-tokens.ts';
import type { SourceFile } from './source-files.ts';

export interface FunctionExtent {
  readonly name: string;
  readonly firstLine: number;
  readonly lines: number;
}

const controlWords = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);
const closers = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/** Functions, methods, accessors and arrow functions with a block body, nested ones included. */
export function functionsOf(file: SourceFile): FunctionExtent[] {
  const { code } = file;
  return code.flatMap((token, index) => {
    const body = bodyStart(code, index);
    if (body === null) return [];
    const end = code[closingIndex(code, body)];
    if (end === undefined) return [];
    return [{ name: nameBefore(code, index), firstLine: token.line, lines: end.line - token.line + 1 }];
  });
}

/** The index of the brace that opens a body, when a parameter list begins or an arrow stands at `index`. */
function bodyStart(code: readonly Token[], index: number): number | null {
  const token = code[index];
  if (token?.kind !== 'punctuation') return null;
  if (token.text === '=>')
    return isPunctuation(code[index + 1], '{') && !isInType(code, index) ? index + 1 : null;
  if (token.text !== '(') return null;
  const before = code[index - 1];
  const named = before?.kind === 'word' && !controlWords.has(before.text);
  if (!named && !isPunctuation(before, '>') && !isPunctuation(before, ']')) return null;
  return afterReturnType(code, closingIndex(code, index) + 1);
}

/** `=> {` of a function type is followed by members, not statements; such types end in `}` plus `;`, `,`, `)` or `>`. */
function isInType(code: readonly Token[], arrow: number): boolean {
  const start = code
    .slice(Math.max(0, arrow - 40), arrow)
    .findLast((token) => token.kind === 'word' && (token.text === 'type' || token.text === 'interface'));
  return start !== undefined && start.line === code[arrow]?.line;
}

/** Past `: ReturnType`, the index of a brace that opens a body; null when something else follows. */
function afterReturnType(code: readonly Token[], start: number): number | null {
  if (isPunctuation(code[start], '{')) return start;
  if (!isPunctuation(code[start], ':')) return null;
  let index = start + 1;
  let typeExpected = true;
  while (index < code.length) {
    const token = code[index];
    if (token === undefined) return null;
    if (isPunctuation(token, '{') && !typeExpected) return index;
    if (token.kind === 'punctuation' && /^(?:[;,)\]}=]|=>|===|&&)$/.test(token.text) && token.text !== '=>')
      return null;
    if (token.kind === 'punctuation' && closers.has(token.text)) {
      index = closingIndex(code, index) + 1;
      typeExpected = false;
      continue;
    }
    typeExpected = token.kind === 'punctuation' && /^(?:[|&<:]|=>)$/.test(token.text);
    index++;
  }
  return null;
}

function closingIndex(code: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < code.length; index++) {
    const token = code[index];
    if (token?.kind !== 'punctuation') continue;
    if (closers.has(token.text)) depth++;
    else if (token.text === ')' || token.text === ']' || token.text === '}') depth--;
    if (depth === 0) return index;
  }
  return code.length;
}

function nameBefore(code: readonly Token[], index: number): string {
  const words = code.slice(Math.max(0, index - 12), index).filter((token) => token.kind === 'word');
  return words.at(-1)?.text ?? 'anonymous';
}

function isPunctuation(token: Token | undefined, text: string): boolean {
  return token?.kind === 'punctuation' && token.text === text;
}
