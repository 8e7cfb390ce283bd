// Cuts TypeScript into tokens, well enough to tell code from comments, strings and regular expressions.

export type TokenKind = 'word' | 'punctuation' | 'string' | 'template' | 'regex' | 'comment' | 'number';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of a string the text between the quotes. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

const wordPattern = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const numberPattern = /(?:0[xob][\da-f_]+|\d[\d_]*(?:\.[\d_]+)?(?:e[+-]?\d+)?|\.\d[\d_]*)n?/iy;
const punctuationPattern = /=>|===|!==|==|!=|\?\?=|\?\?|\?\.|\.\.\.|&&|\|\||[^\s]/uy;
const stringPattern = /(['"])((?:\\[\s\S]|(?!\1)[^\\\n])*)\1/y;
const regexPattern = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const commentPattern = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|#![^\n]*/y;

/** Words after which a slash begins a regular expression although they look like a value's name. */
const operatorWords = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'void',
  'delete',
  'throw',
  'new',
  'await',
  'yield',
]);

export function scanTokens(source: string): Token[] {
  const scanner = new Scanner(source);
  scanner.scanUntil(null);
  return scanner.tokens;
}

class Scanner {
  readonly tokens: Token[] = [];
  readonly #source: string;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  /** To the end, or past the brace that closes a template's substitution. */
  scanUntil(closing: '}' | null): void {
    let depth = 0;
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at] ?? '';
      if (closing !== null && char === '}' && depth === 0) {
        this.#advance(char);
        return;
      }
      if (char === '{') depth++;
      if (char === '}') depth--;
      if (/\s/.test(char)) this.#advance(char);
      else if (char === '`') this.#template();
      else this.#plain(char);
    }
  }

  #plain(char: string): void {
    const [kind, match] = this.#longest(char);
    const whole = match?.[0] ?? char;
    this.tokens.push({ kind, text: kind === 'string' ? (match?.[2] ?? '') : whole, line: this.#line });
    this.#advance(whole);
  }

  #longest(char: string): [TokenKind, RegExpExecArray | null] {
    const candidates: [TokenKind, RegExp, boolean][] = [
      ['comment', commentPattern, char === '/' || (char === '#' && this.#at === 0)],
      ['regex', regexPattern, char === '/' && this.#regexMayFollow()],
      ['string', stringPattern, char === "'" || char === '"'],
      ['word', wordPattern, true],
      ['number', numberPattern, true],
    ];
    for (const [kind, pattern, possible] of candidates) {
      const match = possible ? this.#match(pattern) : null;
      if (match !== null) return [kind, match];
    }
    return ['punctuation', this.#match(punctuationPattern)];
  }

  /** Substitutions are code: their tokens follow the template's own. */
  #template(): void {
    this.tokens.push({ kind: 'template', text: '`', line: this.#line });
    this.#advance('`');
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at] ?? '';
      if (this.#source.startsWith('${', this.#at)) {
        this.#advance('${');
        this.scanUntil('}');
      } else {
        this.#advance(char === '\\' ? this.#source.slice(this.#at, this.#at + 2) : char);
        if (char === '`') return;
      }
    }
  }

  #regexMayFollow(): boolean {
    const last = this.tokens.findLast((token) => token.kind !== 'comment');
    if (last === undefined) return true;
    if (last.kind === 'punctuation') return last.text !== ')' && last.text !== ']' && last.text !== '}';
    return last.kind === 'word' && operatorWords.has(last.text);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source);
  }

  #advance(text: string): void {
    this.#at += text.length;
    for (const char of text) if (char === '\n') this.#line++;
  }
}
