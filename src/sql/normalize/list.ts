// The fast scanners behind the normaliser: `(1, 2, 3)` after IN, and the rows of VALUES.

import { byteClasses, C, wordBytes } from '../lexer/char-class.ts';
import { isCharset } from '../lexer/charsets.ts';
import { type ScannedText, scanNumber, scanPrefixed, scanQuoted } from '../lexer/scan.ts';
import { T, type TokenKind } from '../lexer/token.ts';
import type { LexMode, SqlText } from '../mode.ts';
import { S, type SlotItems, type SlotKind } from './slot.ts';

const comma = 0x2c;
const openParen = 0x28;
const closeParen = 0x29;
const singleQuote = 0x27;
const doubleQuote = 0x22;

const noBytes = new Uint8Array(8);

/**
 * Reads a list of members or rows that hold nothing but literals. It knows no comments: where it meets anything it
 * does not know, it gives up and the normaliser takes the text token by token. The buffers are reused (they grow to
 * the longest statement seen, at most `bufferCellsKept` cells are kept), so a scanner is not re-entrant.
 */
export class ListScanner {
  /** Where the list ended, exclusive, after a scan that returned true. */
  end = 0;
  /** Number of `?` among the cells. */
  params = 0;
  /** Kind of the members after `scanList`. */
  kind: SlotKind = S.integer;

  text: SqlText = '';
  bytes: Uint8Array = noBytes;
  length = 0;
  private mode: LexMode;
  private escapes = true;
  private classes: Uint8Array;
  private words: Uint8Array;
  private cells: Int32Array = new Int32Array(2 * bufferCellsKept);
  private kinds: Uint8Array = new Uint8Array(bufferCellsKept);
  private rows: Int32Array = new Int32Array(2 * bufferCellsKept);
  private cellCount = 0;
  private rowCount = 0;

  constructor(mode: LexMode) {
    this.mode = mode;
    this.escapes = !mode.noBackslashEscapes;
    this.classes = byteClasses(mode.charset);
    this.words = wordBytes(this.classes);
  }

  /**
   * Scans `VALUES`' rows from `at` (behind the keyword). True when all rows have the same number of cells and the
   * cells are literals with or without sign, NULL, DEFAULT, TRUE, FALSE or `?`.
   */
  scanRows(source: ScannedText, at: number, mode: LexMode): boolean {
    this.begin(source, mode);
    let width = -1;
    let i = this.skipBlanks(at);
    for (;;) {
      if (this.bytes[i] !== openParen) return false;
      const start = i;
      const first = this.cellCount;
      i = this.scanCells(i + 1, true);
      if (i < 0) return false;
      if (width < 0) width = this.cellCount - first;
      else if (this.cellCount - first !== width) return false;
      this.addRow(start, i);
      this.end = i;
      i = this.skipBlanks(i);
      if (this.bytes[i] !== comma) return true;
      i = this.skipBlanks(i + 1);
    }
  }

  /** Scans IN's list from `at` (behind the open parenthesis). True for two or more literals of one kind. */
  scanList(source: ScannedText, at: number, mode: LexMode): boolean {
    this.begin(source, mode);
    const end = this.scanCells(at, false);
    if (end < 0 || this.cellCount < 2) return false;
    const kind = this.kinds[0] as SlotKind;
    if (kind > S.temporal) return false;
    const quoted = (kind === S.hex || kind === S.bit) && this.isQuoted(0);
    for (let i = 1; i < this.cellCount; i += 1) {
      if (this.kinds[i] !== kind) return false;
      if ((kind === S.hex || kind === S.bit) && this.isQuoted(i) !== quoted) return false;
    }
    this.kind = kind;
    this.end = end;
    return true;
  }

  /** Behind the last member of a list. */
  get lastCellEnd(): number {
    return this.cells[2 * this.cellCount - 1] as number;
  }

  /** Copies out what the last scan found. */
  takeItems(firstParam: number): SlotItems {
    const cellSpans = this.cells.slice(0, 2 * this.cellCount);
    const cellKinds = this.kinds.slice(0, this.cellCount);
    const isList = this.rowCount === 0;
    const count = isList ? this.cellCount : this.rowCount;
    const width = this.cellCount / count;
    const spans = isList ? cellSpans : this.rows.slice(0, 2 * count);
    return { count, width, spans, cellSpans, cellKinds, firstParam };
  }

  /** Of a hex or bit literal: `x'1F'` and `0x1F` are not of one type everywhere. */
  private isQuoted(cell: number): boolean {
    return this.bytes[(this.cells[2 * cell + 1] as number) - 1] === singleQuote;
  }

  /** Lets go of the text and of buffers larger than usual. */
  release(): void {
    this.text = '';
    this.bytes = noBytes;
    if (this.rows.length > 2 * bufferCellsKept) this.rows = new Int32Array(2 * bufferCellsKept);
    if (this.kinds.length <= bufferCellsKept) return;
    this.cells = new Int32Array(2 * bufferCellsKept);
    this.kinds = new Uint8Array(bufferCellsKept);
  }

  private begin(source: ScannedText, mode: LexMode): void {
    this.text = source.text;
    this.bytes = source.bytes;
    this.length = source.length;
    if (mode !== this.mode) {
      this.mode = mode;
      this.escapes = !mode.noBackslashEscapes;
      this.classes = byteClasses(mode.charset);
      this.words = wordBytes(this.classes);
    }
    this.cellCount = 0;
    this.rowCount = 0;
    this.params = 0;
  }

  /** Cells up to the closing parenthesis; the offset behind it, or -1. */
  private scanCells(at: number, emptyAllowed: boolean): number {
    const { bytes } = this;
    let i = this.skipBlanks(at);
    if (emptyAllowed && bytes[i] === closeParen) return i + 1;
    for (;;) {
      i = this.scanCell(i);
      if (i < 0) return -1;
      let code = bytes[i];
      if (code !== comma && code !== closeParen) {
        i = this.skipBlanks(i);
        code = bytes[i];
      }
      if (code === closeParen) return i + 1;
      if (code !== comma) return -1;
      i += 1;
      if (bytes[i] === 0x20) i = this.skipBlanks(i);
    }
  }

  /** One cell; the offset behind it, or -1. The two common kinds come first. */
  private scanCell(at: number): number {
    const { bytes } = this;
    const code = bytes[at] as number;
    if (code >= 0x30 && code <= 0x39) {
      let i = at + 1;
      let next = bytes[i] as number;
      while (next >= 0x30 && next <= 0x39) {
        i += 1;
        next = bytes[i] as number;
      }
      if ((next === comma || next === closeParen) && i - at < 20) {
        this.addCell(S.integer, at, i);
        return i;
      }
      return this.scanNumberCell(at, at);
    }
    if (code === singleQuote) return this.scanStringCell(at, at);
    return this.scanOtherCell(at, code);
  }

  private scanOtherCell(at: number, code: number): number {
    switch (this.classes[code]) {
      case C.space: {
        const i = this.skipBlanks(at);
        return i > at && i < this.length ? this.scanCell(i) : -1;
      }
      case C.doubleQuote:
        return this.mode.ansiQuotes ? -1 : this.scanStringCell(at, at);
      case C.minus:
        return this.scanNumberCell(at, at + 1);
      case C.dot:
        return this.scanNumberCell(at, at);
      case C.word:
      case C.prefix:
        return this.scanWordCell(at);
      case C.single:
        if (code !== 0x3f) return -1;
        this.params += 1;
        this.addCell(S.param, at, at + 1);
        return at + 1;
      default:
        return -1;
    }
  }

  private scanNumberCell(start: number, at: number): number {
    const first = this.bytes[at] as number;
    const second = this.bytes[at + 1] as number;
    const digit = first === 0x2e ? second : first;
    if (digit < 0x30 || digit > 0x39) return -1;
    const number = scanNumber(this, at, this.words);
    if (number === null || number.kind === T.end) return -1;
    this.addCell(slotKindOf(number.kind), start, number.end);
    return number.end;
  }

  private scanStringCell(start: number, at: number): number {
    const end = scanQuoted(this, at, this.escapes);
    if (end < 0) return -1;
    const code = this.bytes[this.skipBlanks(end)];
    // Adjacent strings are one literal: left to the slow way.
    if (code === singleQuote || code === doubleQuote) return -1;
    this.addCell(S.string, start, end);
    return end;
  }

  private scanWordCell(at: number): number {
    const { bytes, words } = this;
    if (bytes[at + 1] === singleQuote && this.classes[bytes[at] as number] === C.prefix) {
      const folded = (bytes[at] as number) | 0x20;
      const end = folded === 0x6e ? -1 : scanPrefixed(bytes, at);
      if (end >= 0) this.addCell(folded === 0x78 ? S.hex : S.bit, at, end);
      return end;
    }
    let end = at;
    while (end - at <= wordLengthMax && words[bytes[end] as number] === 1) end += 1;
    const word = this.text.slice(at, end).toLowerCase();
    const kind = wordCells.get(word);
    if (kind !== undefined) {
      this.addCell(kind, at, end);
      return end;
    }
    if (bytes[at] !== 0x5f || !isCharset(word.slice(1))) return -1;
    const quote = this.skipBlanks(end);
    return bytes[quote] === singleQuote ? this.scanStringCell(at, quote) : -1;
  }

  private skipBlanks(at: number): number {
    const { bytes, classes } = this;
    let i = at;
    while (classes[bytes[i] as number] === C.space) i += 1;
    return i;
  }

  private addCell(kind: SlotKind, start: number, end: number): void {
    const n = this.cellCount;
    if (n === this.kinds.length) {
      this.kinds = grown(this.kinds, new Uint8Array(2 * n));
      this.cells = grown(this.cells, new Int32Array(4 * n));
    }
    this.kinds[n] = kind;
    this.cells[2 * n] = start;
    this.cells[2 * n + 1] = end;
    this.cellCount = n + 1;
  }

  private addRow(start: number, end: number): void {
    const n = this.rowCount;
    if (2 * n === this.rows.length) this.rows = grown(this.rows, new Int32Array(4 * n));
    this.rows[2 * n] = start;
    this.rows[2 * n + 1] = end;
    this.rowCount = n + 1;
  }
}

/** Buffers beyond this are given back after use: 16,384 cells are 150 KB. */
const bufferCellsKept = 16384;

const wordLengthMax = 12;

const wordCells = new Map<string, SlotKind>([
  ['null', S.null],
  ['default', S.default],
  ['true', S.true],
  ['false', S.false],
]);

/** The slot kind of a literal token. */
export function slotKindOf(kind: TokenKind): SlotKind {
  switch (kind) {
    case T.integer:
      return S.integer;
    case T.decimal:
      return S.decimal;
    case T.float:
      return S.float;
    case T.nString:
      return S.nString;
    case T.hex:
      return S.hex;
    case T.bit:
      return S.bit;
    default:
      return S.string;
  }
}

function grown<A extends Uint8Array | Int32Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}
