// The text of a trigger or event as servers keep it names physical databases; the model knows keyspaces.
import { SqlError } from '../errors/sql-error.ts';
import { tokenize } from '../sql/lexer/lexer.ts';
import { T } from '../sql/lexer/token.ts';
import { defaultMode, type SqlText, withSqlMode } from '../sql/mode.ts';
import { identifierName } from '../sql/parser/decode-name.ts';

/**
 * The name in front of a dot is replaced where `names` has another for it. Bodies stand as they were written; what is no SQL is
 * left as it is: whoever reads it will say so.
 */
export function renameInBody(body: SqlText, sqlMode: string, names: ReadonlyMap<string, string>): string {
  const mode = withSqlMode(defaultMode(), sqlMode);
  try {
    const tokens = tokenize(body, mode);
    let renamed = '';
    let at = 0;
    for (let i = 0; i < tokens.count; i++) {
      const kind = tokens.kinds[i] ?? T.end;
      const isName = kind === T.word || kind === T.quotedIdentifier;
      if (!isName || tokens.kinds[i + 1] !== T.dot || tokens.kinds[i - 1] === T.dot) continue;
      const [start = 0, end = 0] = [tokens.starts[i], tokens.ends[i]];
      const name = names.get(identifierName(body, start, end, kind, mode));
      if (name === undefined) continue;
      renamed += `${body.slice(at, start)}\`${Buffer.from(name, 'utf8').toString('latin1').replaceAll('`', '``')}\``;
      at = end;
    }
    return renamed + body.slice(at);
  } catch (error) {
    if (error instanceof SqlError) return body;
    throw error;
  }
}
