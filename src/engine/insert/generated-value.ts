// Values Shardgate makes for a row, as vindexes take them.
import type { VindexValue } from '../../vindex/vindex.ts';

/** What a generated literal is to a vindex. */
export function generatedValue(literal: string): VindexValue {
  if (literal.startsWith("x'")) {
    return { kind: 'bytes', text: Buffer.from(literal.slice(2, -1), 'hex').toString('latin1') };
  }
  if (literal.startsWith("'")) return { kind: 'bytes', text: literal.slice(1, -1) };
  return { kind: 'integer', text: literal };
}
