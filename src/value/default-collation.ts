// The collation a character set has where none is named: of literals with an introducer, of SET NAMES without COLLATE.

/** Names that are not `<charset>_general_ci`. */
const others: ReadonlyMap<string, string> = new Map([
  ...(['big5', 'gb2312', 'gbk', 'gb18030'] as const).map((name) => [name, `${name}_chinese_ci`] as const),
  ...(['ujis', 'sjis', 'cp932', 'eucjpms'] as const).map((name) => [name, `${name}_japanese_ci`] as const),
  ...(['latin1', 'dec8', 'swe7'] as const).map((name) => [name, `${name}_swedish_ci`] as const),
  ['hp8', 'hp8_english_ci'],
  ['latin5', 'latin5_turkish_ci'],
  ['euckr', 'euckr_korean_ci'],
  ['tis620', 'tis620_thai_ci'],
  ['binary', 'binary'],
]);

/** MariaDB from here on has a variable that decides it for Unicode, character_set_collations. */
const collationsAreSet = 110200;

/** null: it depends on the server's settings. `version` as major * 10000 + minor * 100 + patch. */
export function defaultCollation(
  charset: string,
  server: { readonly flavour: 'mariadb' | 'mysql'; readonly version: number },
): string | null {
  const isUnicode = charset.startsWith('utf') || charset === 'ucs2';
  if (isUnicode && server.flavour === 'mariadb' && server.version >= collationsAreSet) return null;
  if (charset === 'utf8mb4' && server.flavour === 'mysql') return 'utf8mb4_0900_ai_ci';
  return others.get(charset) ?? `${charset}_general_ci`;
}
