// FOR UPDATE, FOR SHARE, LOCK IN SHARE MODE, and INTO.
import type { Ident, IntoClause, LockingClause, UserVariable } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { level } from '../expression/level.ts';
import { textLiteral, userVariable } from '../expression/literal-node.ts';
import { tableName } from '../names.ts';

const none: readonly LockingClause[] = [];

/** The locking clauses at the cursor. */
export function lockingClauses(c: Cursor): readonly LockingClause[] {
  let clauses: LockingClause[] | null = null;
  for (let clause = lockingClause(c); clause !== null; clause = lockingClause(c)) {
    clauses ??= [];
    clauses.push(clause);
  }
  return clauses ?? none;
}

function lockingClause(c: Cursor): LockingClause | null {
  const start = c.start;
  let strength: LockingClause['strength'];
  if (c.acceptPair(K.FOR, K.UPDATE)) strength = 'update';
  else if (c.acceptPair(K.FOR, K.SHARE)) strength = 'share';
  else if (c.acceptPair(K.LOCK, K.IN)) {
    c.expect(K.SHARE);
    c.expect(K.MODE);
    strength = 'shareMode';
  } else return null;
  const of = c.accept(K.OF) ? c.commaList(tableName) : [];
  let wait: LockingClause['wait'] = null;
  let waitSeconds: LockingClause['waitSeconds'] = null;
  if (c.accept(K.NOWAIT)) wait = 'nowait';
  else if (c.acceptPair(K.SKIP, K.LOCKED)) wait = 'skipLocked';
  else if (c.accept(K.WAIT)) waitSeconds = c.grammar.expression(c, level.primary);
  return { kind: 'locking', strength, of, wait, waitSeconds, start, end: c.lastEnd };
}

/** INTO, when the cursor is at one. */
export function intoClause(c: Cursor): IntoClause | null {
  if (c.word !== K.INTO) return null;
  const start = c.start;
  c.advance();
  if (c.is(K.OUTFILE) || c.is(K.DUMPFILE)) {
    const target = c.is(K.OUTFILE) ? 'outfile' : 'dumpfile';
    c.advance();
    const file = textLiteral(c);
    const options = target === 'outfile' ? fileOptions(c) : '';
    return { kind: 'into', target, file, options, variables: [], start, end: c.lastEnd };
  }
  const variables = c.commaList(intoVariable);
  return { kind: 'into', target: 'variables', file: null, options: '', variables, start, end: c.lastEnd };
}

function intoVariable(c: Cursor): UserVariable | Ident {
  return c.kind === T.userVariable ? userVariable(c) : c.identifier();
}

/** CHARACTER SET, FIELDS and LINES as written. */
function fileOptions(c: Cursor): string {
  const start = c.start;
  const first = c.at;
  if (c.acceptPair(K.CHARACTER, K.SET) || c.acceptPair(K.CHAR, K.SET) || c.accept(K.CHARSET))
    c.nameOrString();
  if (c.word === K.FIELDS || c.word === K.COLUMNS) {
    c.advance();
    while (fieldOption(c));
  }
  if (c.accept(K.LINES)) while (lineOption(c));
  return c.at === first ? '' : c.since(start);
}

function fieldOption(c: Cursor): boolean {
  c.accept(K.OPTIONALLY);
  if (c.word !== K.TERMINATED && c.word !== K.ENCLOSED && c.word !== K.ESCAPED) return false;
  c.advance();
  delimiter(c);
  return true;
}

function lineOption(c: Cursor): boolean {
  if (c.word !== K.TERMINATED && c.word !== K.STARTING) return false;
  c.advance();
  delimiter(c);
  return true;
}

function delimiter(c: Cursor): void {
  c.expect(K.BY);
  if (c.kind === T.hex || c.kind === T.bit) c.advance();
  else textLiteral(c);
}
