// Bytes that begin no character: MySQL reads no file with one in it, whatever column it is for.
import { SqlError } from '../../errors/sql-error.ts';

const unicode: ReadonlyMap<string, number> = new Map([
  ['utf8mb4', 0xf4],
  ['utf8mb3', 0xef],
  ['utf8', 0xef],
]);

/** Throws 1300 for a byte of `field` (a binary string) where a character should begin and none does. */
export function checkLeadBytes(field: string, charset: string): void {
  const leadMax = unicode.get(charset.toLowerCase());
  if (leadMax === undefined) return;
  for (let at = 0; at < field.length; ) {
    const lead = field.charCodeAt(at);
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    if (lead < 0xc2 || lead > leadMax) {
      const shown = charset.toLowerCase() === 'utf8' ? 'utf8mb3' : charset.toLowerCase();
      const before = Buffer.from(field.slice(0, at), 'latin1').toString('utf8');
      throw new SqlError(1300, 'HY000', `Invalid ${shown} character string: '${before}'`);
    }
    at += characterLength(field, at, lead);
  }
}

/** 1 for a lead byte without the bytes it asks for: it stands for itself. */
function characterLength(field: string, at: number, lead: number): number {
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let behind = at + 1; behind < at + length; behind++) {
    const code = behind < field.length ? field.charCodeAt(behind) : 0;
    if (code < 0x80 || code > 0xbf) return 1;
  }
  return length;
}
