// Whether a prepared text still reads as it did when it was prepared: a server reads it once, then.
import { SqlError } from '../../errors/sql-error.ts';
import type { LexMode, SqlText } from '../../sql/mode.ts';

type ModeFlag = { [K in keyof LexMode]: LexMode[K] extends boolean ? K : never }[keyof LexMode];

/** What a text must hold for a flag of the sql_mode to matter to it. */
const matters: Readonly<Record<ModeFlag, RegExp>> = {
  ansiQuotes: /"/,
  noBackslashEscapes: /\\/,
  pipesAsConcat: /\|\|/,
  ignoreSpace: /[\w`]\s+\(/,
  highNotPrecedence: /\bnot\b/i,
  realAsFloat: /\breal\b/i,
  emptyStringIsNull: /''|""/,
};

const flags = Object.keys(matters) as ModeFlag[];
const beyondAscii = /[\u0080-\u00ff]/;

/**
 * Throws 1615 where the session's sql_mode or character set has changed since and the text may mean something else now. A
 * server would go on with what it read; here the text is what other shards and connections are given.
 */
export function assertReadsAlike(text: SqlText, before: LexMode, now: LexMode): void {
  if (before === now) return;
  const alike =
    (before.charset === now.charset || !beyondAscii.test(text)) &&
    flags.every((flag) => before[flag] === now[flag] || !matters[flag].test(text));
  if (alike) return;
  throw new SqlError(
    1615,
    'HY000',
    'Prepared statement needs to be re-prepared: sql_mode or the character set was changed since, and its text may read otherwise now',
  );
}
