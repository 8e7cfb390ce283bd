// The file of a LOAD DATA cut into lines and fields, as servers read it; bytes are chars of a binary string.

export interface LineFormat {
  readonly fieldEnd: string;
  /** One char or none; so is `escapeChar`. */
  readonly enclosure: string;
  readonly escapeChar: string;
  readonly lineStart: string;
  readonly lineEnd: string;
}

/** The field's bytes, escapes resolved; null for NULL. */
export type LoadedField = string | null;

export interface LoadedLine {
  /** No more than the reader was asked for. */
  readonly fields: readonly LoadedField[];
  /** Something stood behind them. A file that ends inside the line is not blamed for it. */
  readonly cut: boolean;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['b', '\b'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['Z', '\x1a'],
]);

/** Not enough text yet to tell where the line ends. */
const incomplete = Symbol('incomplete');

/**
 *     push(chunk) ... next() -> fields, fields, null ... push(chunk) ... finish() ... next() -> fields, null
 *
 * A line that is not complete is read anew when more has come: time grows with lines times the chunks they span.
 */
export class LineReader {
  readonly #format: LineFormat;
  readonly #width: number;
  #text = '';
  #at = 0;
  #finished = false;

  /** `width`: how many fields of a line matter. What follows them is skipped to the line's end, whatever it means. */
  constructor(format: LineFormat, width = Number.POSITIVE_INFINITY) {
    this.#format = format;
    this.#width = width;
  }

  /** Bytes that wait for the rest of their line. */
  get waiting(): number {
    return this.#text.length - this.#at;
  }

  push(chunk: Buffer): void {
    this.#text = this.#text.slice(this.#at) + chunk.toString('latin1');
    this.#at = 0;
  }

  finish(): void {
    this.#finished = true;
  }

  /** The next line; null when there is none yet, or none any more. */
  next(): LoadedLine | null {
    const start = this.#lineStart();
    if (start === null) return null;
    const line = new LineScan(this.#text, start, this.#finished, this.#format).fields(this.#width);
    if (line === incomplete) return null;
    if (line.ended) {
      this.#at = line.end;
      return { fields: line.fields, cut: false };
    }
    const { lineEnd } = this.#format;
    const end = this.#text.indexOf(lineEnd, line.end);
    if (end < 0 && !this.#finished) return null;
    this.#at = end < 0 ? this.#text.length : end + lineEnd.length;
    return { fields: line.fields, cut: end > line.end };
  }

  /** Skips a line without looking into it; false when there is none yet. */
  skip(): boolean {
    const { lineEnd } = this.#format;
    const end = this.#text.indexOf(lineEnd, this.#at);
    if (end < 0 && !this.#finished) return false;
    this.#at = end < 0 ? this.#text.length : end + lineEnd.length;
    return true;
  }

  /** What stands in front of LINES STARTING BY is no part of the line; without it there is no line. */
  #lineStart(): number | null {
    const { lineStart } = this.#format;
    if (this.#at >= this.#text.length) return null;
    if (lineStart === '') return this.#at;
    const found = this.#text.indexOf(lineStart, this.#at);
    const start = found < 0 ? this.#text.length : found + lineStart.length;
    if (found >= 0 && (start < this.#text.length || !this.#finished)) return start;
    if (this.#finished) this.#at = this.#text.length;
    return null;
  }
}

interface Scanned {
  readonly fields: readonly LoadedField[];
  readonly end: number;
  readonly ended: boolean;
}

/** One line being read. */
class LineScan {
  readonly #text: string;
  readonly #finished: boolean;
  readonly #format: LineFormat;
  #at: number;

  constructor(text: string, start: number, finished: boolean, format: LineFormat) {
    this.#text = text;
    this.#at = start;
    this.#finished = finished;
    this.#format = format;
  }

  /** As many fields at most; `ended`: with them the line. */
  fields(most: number): Scanned | typeof incomplete {
    const fields: LoadedField[] = [];
    for (;;) {
      const field = this.#field();
      if (field === incomplete) return incomplete;
      fields.push(field.value);
      if (field.lastOfLine) return { fields, end: this.#at, ended: true };
      if (fields.length >= most) return { fields, end: this.#at, ended: false };
      // Behind the last terminator of a file there is no field.
      if (this.#finished && this.#at >= this.#text.length) return { fields, end: this.#at, ended: true };
    }
  }

  #field(): { readonly value: LoadedField; readonly lastOfLine: boolean } | typeof incomplete {
    const { enclosure, escapeChar } = this.#format;
    const enclosed = enclosure !== '' && this.#text[this.#at] === enclosure;
    if (enclosed) this.#at += 1;
    let value = '';
    let escapedNull = false;
    for (;;) {
      if (this.#at >= this.#text.length) {
        if (!this.#finished) return incomplete;
        // A file may end without the last terminator; an enclosure never closed is data.
        return { value: enclosed ? enclosure + value : this.#orNull(value, escapedNull), lastOfLine: true };
      }
      const char = this.#text[this.#at] ?? '';
      if (escapeChar !== '' && char === escapeChar && !(char === enclosure && enclosed)) {
        const next = this.#text[this.#at + 1];
        if (next === undefined && !this.#finished) return incomplete;
        if (next === 'N' && value === '' && !enclosed) escapedNull = true;
        value += next === undefined ? char : (escapes.get(next) ?? next);
        this.#at += next === undefined ? 1 : 2;
        continue;
      }
      if (enclosed && char === enclosure) {
        const closed = this.#closing();
        if (closed === incomplete) return incomplete;
        if (closed === null) {
          // Doubled it means itself; before anything else it is data as well.
          value += enclosure;
          this.#at += this.#text[this.#at + 1] === enclosure ? 2 : 1;
          continue;
        }
        return { value, lastOfLine: closed };
      }
      if (!enclosed) {
        const ended = this.#terminator(this.#at);
        if (ended === incomplete) return incomplete;
        if (ended !== null) return { value: this.#orNull(value, escapedNull), lastOfLine: ended };
      }
      value += char;
      this.#at += 1;
    }
  }

  /** Behind an enclosing char: whether field (false) or line (true) ends there; null when neither does. */
  #closing(): boolean | null | typeof incomplete {
    const behind = this.#at + 1;
    if (behind >= this.#text.length) {
      if (!this.#finished) return incomplete;
      this.#at = behind;
      return true;
    }
    const before = this.#at;
    this.#at = behind;
    const ended = this.#terminator(behind);
    if (ended === null || ended === incomplete) this.#at = before;
    return ended;
  }

  /** Consumes a field's or a line's end at `at`: false or true; null when there is none. */
  #terminator(at: number): boolean | null | typeof incomplete {
    const { fieldEnd, lineEnd } = this.#format;
    for (const [text, lastOfLine] of [
      [fieldEnd, false],
      [lineEnd, true],
    ] as const) {
      if (text === '') continue;
      if (this.#text.startsWith(text, at)) {
        this.#at = at + text.length;
        return lastOfLine;
      }
      const rest = this.#text.length - at;
      const mayFollow = rest < text.length && text.startsWith(this.#text.slice(at));
      if (mayFollow && !this.#finished) return incomplete;
    }
    return null;
  }

  /** Without an enclosure: \N, and the word NULL where fields may be enclosed. */
  #orNull(value: string, escapedNull: boolean): LoadedField {
    if (escapedNull && value === 'N') return null;
    return this.#format.enclosure !== '' && value === 'NULL' ? null : value;
  }
}
