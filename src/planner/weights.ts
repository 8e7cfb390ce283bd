// Collations whose order is the byte order of WEIGHT_STRING(), and how they pad.

/*
 * Weight of a space for PAD SPACE collations with one level of weights: the shorter key is continued with it virtually.
 * null: NO PAD, plain byte order. A collation not listed has several levels, or nobody checked it: such an ORDER BY is
 * finished by a server. Facts about MariaDB 10.11 and MySQL 8/9, asked of them with HEX(WEIGHT_STRING(' ' COLLATE c)).
 */
const padHexOf: ReadonlyMap<string, string | null> = new Map([
  ['binary', null],
  ['utf8mb4_0900_ai_ci', null],
  ['utf8mb4_0900_as_ci', null],
  ['utf8mb4_0900_as_cs', null],
  ['utf8mb4_0900_bin', null],
  ['utf8mb4_general_ci', '0020'],
  ['utf8mb3_general_ci', '0020'],
  ['utf8_general_ci', '0020'],
  ['utf8mb4_unicode_ci', '0209'],
  ['utf8mb3_unicode_ci', '0209'],
  ['utf8_unicode_ci', '0209'],
  ['utf8mb4_unicode_520_ci', '020A'],
  ['utf8mb4_uca1400_ai_ci', '0209'],
  ['utf8mb4_unicode_nopad_ci', null],
  ['utf8mb4_uca1400_nopad_ai_ci', null],
  ['latin1_swedish_ci', '20'],
  ['latin1_general_ci', '20'],
  ['latin1_bin', '20'],
  ['ascii_general_ci', '20'],
  ['ascii_bin', '20'],
  ['utf8mb4_bin', '000020'],
  ['utf8mb3_bin', '0020'],
  ['utf8_bin', '0020'],
  ['utf8mb4_nopad_bin', null],
  ['utf8mb4_general_nopad_ci', null],
]);

/** undefined: not mergeable by weights. */
export function padWeight(collation: string | null): string | null | undefined {
  return collation === null ? undefined : padHexOf.get(collation);
}
