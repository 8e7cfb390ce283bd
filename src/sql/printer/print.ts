// A syntax tree to SQL text.
import type { Node, SqlText } from '../ast.ts';
import { calls } from './call.ts';
import { actions, parts } from './definition.ts';
import { operands, operators } from './expression.ts';
import { clauses, queries } from './query.ts';
import { definitions, session, settings } from './statement.ts';
import { tables } from './table.ts';
import { writes } from './write.ts';
import { type Printers, type PrintOptions, Writer } from './writer.ts';

const printers = {
  ...operands,
  ...operators,
  ...calls,
  ...queries,
  ...clauses,
  ...tables,
  ...writes,
  ...settings,
  ...session,
  ...definitions,
  ...parts,
  ...actions,
} satisfies Printers;

/**
 * The text of a statement or of any part of one, one line, with the meaning of the tree under the sql_mode it was
 * parsed in. Operands that bind too loosely for where they stand get parentheses, so rewrites need not add any.
 * An unaliased select item is printed as it was written (`SelectItem.text`): it names the result column; a rewrite
 * that changes such an expression sets `text` to null. Statements that carry `text` are printed as that text.
 */
export function printStatement(node: Node, options: PrintOptions = {}): SqlText {
  const writer = new Writer(printers, options);
  writer.node(node);
  return writer.text;
}
