// The constant text in front of a LIKE pattern's first wildcard.
import type { LiteralCharset } from './canonical/canonical-text.ts';

/**
 * What every match begins with, up to the first wildcard or backslash (which sql_mode may make either an escape or a
 * character); beyond ASCII only when the client's bytes are the vindex's. `pattern` and answer are binary strings.
 */
export function likePrefix(pattern: string, charset: LiteralCharset): string {
  let end = 0;
  for (; end < pattern.length; end++) {
    const char = pattern[end];
    if (char === '%' || char === '_' || char === '\\') break;
    if (charset !== 'utf8' && pattern.charCodeAt(end) > 0x7f) break;
  }
  return pattern.slice(0, end);
}
