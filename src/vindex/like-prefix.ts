// The constant text in front of a LIKE pattern's first wildcard.

/**
 * Binary string every match begins with; the whole pattern when it has no wildcard. An escape stands for the character behind
 * it, whichever that is; a lone escape at the end is itself. `escapeChar` '' = no escape character.
 */
export function likePrefix(pattern: string, escapeChar = '\\'): string {
  let prefix = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === escapeChar && at + 1 < pattern.length) {
      at += 1;
      prefix += pattern.charAt(at);
      continue;
    }
    if (char === '%' || char === '_') break;
    prefix += char;
  }
  return prefix;
}
