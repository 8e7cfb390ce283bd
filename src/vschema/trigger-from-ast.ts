// A trigger as its CREATE TRIGGER describes it.
import type { ObjectStatement } from '../sql/ast.ts';
import type { LexMode } from '../sql/mode.ts';
import { triggerText } from '../sql/trigger-text.ts';
import type { Trigger } from './model.ts';

/** null for other statements. */
export function triggerFromAst(node: ObjectStatement, mode: LexMode): Trigger | null {
  const { verb, what, name, tables, text } = node;
  const [table] = tables;
  if (verb !== 'create' || what !== 'TRIGGER' || name === null || table === undefined) return null;
  const said = triggerText(text, mode);
  if (said === null) return null;
  return {
    ...said,
    name: name.name,
    table: table.name.name,
    order: 1,
    sqlMode: sqlModeOf(mode),
    drift: null,
  };
}

/** What of sql_mode decides how a text is read. */
function sqlModeOf(mode: LexMode): string {
  const names = [
    mode.ansiQuotes ? 'ANSI_QUOTES' : '',
    mode.noBackslashEscapes ? 'NO_BACKSLASH_ESCAPES' : '',
    mode.pipesAsConcat ? 'PIPES_AS_CONCAT' : '',
    mode.ignoreSpace ? 'IGNORE_SPACE' : '',
    mode.highNotPrecedence ? 'HIGH_NOT_PRECEDENCE' : '',
    mode.realAsFloat ? 'REAL_AS_FLOAT' : '',
  ];
  return names.filter((name) => name !== '').join(',');
}
