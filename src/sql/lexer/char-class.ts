// What each byte may begin: the table that drives the lexer.

/** Classes of bytes, dense for `switch`. */
export const C = {
  /** Never outside quotes and comments: control characters, `[`, `]`, NUL. */
  stray: 0,
  space: 1,
  /** Letters, `_`, `$` and every byte of a multi-byte character. */
  word: 2,
  /** `x X b B n N`: a word, unless a quote follows. */
  prefix: 3,
  digit: 4,
  quote: 5,
  doubleQuote: 6,
  backtick: 7,
  dot: 8,
  hash: 9,
  minus: 10,
  slash: 11,
  star: 12,
  at: 13,
  /** One char, one token: `( ) , ; { } + % ^ ~ ? =` */
  single: 14,
  less: 15,
  greater: 16,
  bang: 17,
  ampersand: 18,
  pipe: 19,
  colon: 20,
  backslash: 21,
  dollar: 22,
} as const;

const special: Readonly<Record<string, number>> = {
  "'": C.quote,
  '"': C.doubleQuote,
  '`': C.backtick,
  '.': C.dot,
  '#': C.hash,
  '-': C.minus,
  '/': C.slash,
  '*': C.star,
  '@': C.at,
  '<': C.less,
  '>': C.greater,
  '!': C.bang,
  '&': C.ampersand,
  '|': C.pipe,
  ':': C.colon,
  '\\': C.backslash,
  $: C.dollar,
};

function classOf(code: number): number {
  const char = String.fromCharCode(code);
  if (code >= 0x80) return C.word;
  if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) return C.space;
  if (code >= 0x30 && code <= 0x39) return C.digit;
  if ('xXbBnN'.includes(char)) return C.prefix;
  if (/[a-zA-Z_]/.test(char)) return C.word;
  if ('(),;{}+%^~?='.includes(char)) return C.single;
  return special[char] ?? C.stray;
}

const utf8Classes = Uint8Array.from({ length: 256 }, (_, code) => classOf(code));

/** latin1 calls the byte of the no-break space white space; every other byte from 0x80 on reads as a letter. */
const latin1Classes = utf8Classes.slice();
latin1Classes[0xa0] = C.space;

/** In other one-byte charsets 0xA0 is a letter here and a blank there: outside quotes it is refused. */
const otherClasses = utf8Classes.slice();
otherClasses[0xa0] = C.stray;

/** The class table for texts in the charset. */
export function byteClasses(charset: string): Uint8Array {
  switch (charset) {
    case 'utf8mb4':
    case 'utf8mb3':
    case 'utf8':
    case 'ascii':
    case 'binary':
    case 'ujis':
    case 'eucjpms':
    case 'euckr':
    case 'gb2312':
      return utf8Classes;
    case 'latin1':
      return latin1Classes;
    default:
      return otherClasses;
  }
}

/** 1 for bytes that continue a word: letters, digits, `_`, `$`, bytes of multi-byte characters. By class table. */
export function wordBytes(classes: Uint8Array): Uint8Array {
  const known = wordBytesOf.get(classes);
  if (known !== undefined) return known;
  const isWord = (c: number) => c === C.word || c === C.prefix || c === C.digit || c === C.dollar;
  const made = classes.map((c) => (isWord(c) ? 1 : 0));
  wordBytesOf.set(classes, made);
  return made;
}

const wordBytesOf = new Map<Uint8Array, Uint8Array>();
