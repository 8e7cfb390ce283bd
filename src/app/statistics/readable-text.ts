// A normalised text as people may see it: every value a `?`, no comments, single blanks.
import { SqlError } from '../../errors/sql-error.ts';
import { tokenize } from '../../sql/lexer/lexer.ts';
import { T } from '../../sql/lexer/token.ts';
import { defaultMode } from '../../sql/mode.ts';

const textLengthMax = 1024;
const placeMark = String.fromCharCode(0);
const literals: ReadonlySet<number> = new Set([
  T.integer,
  T.decimal,
  T.float,
  T.string,
  T.nString,
  T.hex,
  T.bit,
  T.dollarString,
]);

/**
 * The normaliser leaves literals in its key that shape the plan or name a column; they are values all the same and are
 * hidden here. `digest` is SqlText, the result a JS string.
 */
export function readable(digest: string): string {
  const text = withPlaces(digest);
  const shown = Buffer.from(hidden(text), 'latin1').toString('utf8');
  return shown.length > textLengthMax ? `${shown.slice(0, textLengthMax)} ...` : shown;
}

/** Literals' places in a normalised text begin with NUL and a tag (`=t3;`, `lt`, `r2;`, `t`): shown as `?`. */
function withPlaces(digest: string): string {
  const [head = '', ...places] = digest.split(placeMark);
  return (head + places.map((place) => `?${place.slice(tagLength(place))}`).join('')).trim();
}

function tagLength(place: string): number {
  if (place.startsWith('=') || place.startsWith('r')) return place.indexOf(';') + 1;
  return place.startsWith('l') ? 2 : 1;
}

function hidden(text: string): string {
  // Where strings end under a backslash depends on the session's sql_mode, which nobody knows here.
  const safe = text.includes('\\') ? withoutQuotedStretch(text) : text;
  try {
    return withoutLiterals(safe);
  } catch (error) {
    if (error instanceof SqlError) return `${/^\w*/.exec(safe)?.[0]} ...`;
    throw error;
  }
}

function withoutQuotedStretch(text: string): string {
  return text.replace(/["'].*["']/s, '?');
}

function withoutLiterals(text: string): string {
  const tokens = tokenize(text, defaultMode());
  let shown = '';
  let at = 0;
  for (let i = 0; i < tokens.count - 1; i++) {
    const start = tokens.starts[i] ?? 0;
    const end = tokens.ends[i] ?? start;
    // What lies between two tokens is white space and comments.
    if (i > 0 && start > at) shown += ' ';
    shown += literals.has(tokens.kinds[i] ?? 0) ? '?' : text.slice(start, end);
    at = end;
  }
  return shown;
}
