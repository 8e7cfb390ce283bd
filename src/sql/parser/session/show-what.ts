// The words after SHOW.
import type { ShowWhat } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';

/** Consumes the words that say what is shown. Of unknown forms only words up to the first clause. */
export function showWhat(c: Cursor): ShowWhat {
  const known = oneWord(c.word) ?? null;
  if (known !== null) {
    c.advance();
    return known;
  }
  return severalWords(c) ?? ownWords(c) ?? other(c);
}

function oneWord(word: number): ShowWhat | null {
  return simple.get(word) ?? null;
}

const simple = new Map<number, ShowWhat>([
  [K.DATABASES, 'databases'],
  [K.SCHEMAS, 'databases'],
  [K.TABLES, 'tables'],
  [K.COLUMNS, 'columns'],
  [K.FIELDS, 'columns'],
  [K.INDEX, 'index'],
  [K.INDEXES, 'index'],
  [K.KEYS, 'index'],
  [K.TRIGGERS, 'triggers'],
  [K.EVENTS, 'events'],
  [K.VARIABLES, 'variables'],
  [K.STATUS, 'status'],
  [K.WARNINGS, 'warnings'],
  [K.ERRORS, 'errors'],
  [K.COLLATION, 'collation'],
  [K.CHARSET, 'characterSet'],
  [K.ENGINES, 'engines'],
  [K.PLUGINS, 'plugins'],
  [K.PRIVILEGES, 'privileges'],
  [K.PROCESSLIST, 'processlist'],
  [K.GRANTS, 'grants'],
  [K.KEYSPACES, 'keyspaces'],
  [K.VITESS_SHARDS, 'vitessShards'],
  [K.VITESS_TABLETS, 'vitessTablets'],
  [K.VITESS_MIGRATIONS, 'vitessMigrations'],
]);

/** Pairs of words; the second decides. */
function severalWords(c: Cursor): ShowWhat | null {
  if (c.acceptPair(K.TABLE, K.STATUS)) return 'tableStatus';
  if (c.acceptPair(K.OPEN, K.TABLES)) return 'openTables';
  if (c.acceptPair(K.CHARACTER, K.SET) || c.acceptPair(K.CHAR, K.SET)) return 'characterSet';
  if (c.acceptPair(K.STORAGE, K.ENGINES)) return 'engines';
  if (c.acceptPair(K.PROCEDURE, K.STATUS)) return 'procedureStatus';
  if (c.acceptPair(K.FUNCTION, K.STATUS)) return 'functionStatus';
  if (c.acceptPair(K.PACKAGE, K.STATUS)) return 'packageStatus';
  if (c.acceptPair(K.VITESS_METADATA, K.VARIABLES)) return 'vitessMetadata';
  if (c.word === K.CREATE) return create(c);
  if (c.word === K.PACKAGE && c.peekWord() === K.BODY) {
    c.advance();
    c.advance();
    c.expect(K.STATUS);
    return 'packageStatus';
  }
  return c.word === K.COUNT ? count(c) : null;
}

/** What is created in a database, and shown by a name that may say which. */
const routineWords: ReadonlySet<number> = new Set([K.TRIGGER, K.PROCEDURE, K.FUNCTION, K.EVENT, K.SEQUENCE]);

function create(c: Cursor): ShowWhat {
  c.advance();
  if (c.accept(K.TABLE)) return 'createTable';
  if (c.accept(K.VIEW)) return 'createView';
  if (c.accept(K.DATABASE) || c.accept(K.SCHEMA)) return 'createDatabase';
  if (c.kind !== T.word) c.fail();
  const isRoutine = c.word !== null && routineWords.has(c.word);
  c.advance();
  return isRoutine ? 'createRoutine' : 'createOther';
}

/** `COUNT(*) WARNINGS|ERRORS`. */
function count(c: Cursor): ShowWhat {
  c.advance();
  c.expectKind(T.openParen);
  c.expectKind(T.star);
  c.expectKind(T.closeParen);
  if (c.accept(K.WARNINGS)) return 'countWarnings';
  c.expect(K.ERRORS);
  return 'countErrors';
}

/** Vitess's and Shardgate's own. */
function ownWords(c: Cursor): ShowWhat | null {
  if (c.accept(K.VSCHEMA)) {
    if (c.accept(K.TABLES)) return 'vschemaTables';
    if (c.accept(K.VINDEXES)) return 'vschemaVindexes';
    c.expect(K.KEYSPACES);
    return 'vschemaKeyspaces';
  }
  if (!c.accept(K.SHARDGATE)) return null;
  if (c.accept(K.POOLS)) return 'shardgatePools';
  if (c.accept(K.SESSIONS)) return 'shardgateSessions';
  if (c.accept(K.QUERIES)) return 'shardgateQueries';
  if (c.accept(K.STATUS)) return 'shardgateStatus';
  c.expect(K.TRANSACTIONS);
  return 'shardgateTransactions';
}

function other(c: Cursor): ShowWhat {
  const own = c.kind === T.word && c.source().toUpperCase().startsWith('VITESS_');
  if (c.kind !== T.word) c.fail();
  while (c.kind === T.word && !startsClause(c.word)) c.advance();
  return own ? 'vitessOther' : 'other';
}

function startsClause(word: number): boolean {
  return (
    word === K.LIKE ||
    word === K.WHERE ||
    word === K.FROM ||
    word === K.IN ||
    word === K.FOR ||
    word === K.LIMIT
  );
}
