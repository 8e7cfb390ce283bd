// Stored functions that give the same value for the same arguments on every shard: they are calls like any other.
import { K } from '../sql/lexer/keywords.ts';
import { tokenize } from '../sql/lexer/lexer.ts';
import { T, type TokenList } from '../sql/lexer/token.ts';
import { defaultMode, type SqlText } from '../sql/mode.ts';
import { timeFunctions } from '../sql/time-functions.ts';
import type { Keyspace } from '../vschema/model.ts';
import type { PlanContext } from './context.ts';
import { isBuiltinFunction, lockFunctions, volatileFunctions } from './query/builtin-functions.ts';

/** Whether a call of a function with this lower-case name may run on any shard, and on a workspace. */
export type PureFunctions = (name: string) => boolean;

export const noFunctions: PureFunctions = () => false;

/**
 * Unqualified names mean functions of the current database. Statements over keyspaces run in parts on servers that do not have
 * it: none is pure then.
 */
export function pureFunctions(context: PlanContext, keyspaces: ReadonlySet<string>): PureFunctions {
  const { database, vschema } = context;
  if (database === null || keyspaces.size > 1 || !keyspaces.has(database)) return noFunctions;
  const keyspace = vschema.keyspaces.get(database);
  return keyspace === undefined ? noFunctions : (name) => isPureFunction(keyspace, name);
}

/** Found out once per snapshot of the vschema. */
const known = new WeakMap<Keyspace, Map<string, boolean>>();

/** `name` in lower case, of a function of this keyspace. */
export function isPureFunction(keyspace: Keyspace, name: string): boolean {
  const body = keyspace.functions.get(name);
  if (body === undefined) return false;
  let answers = known.get(keyspace);
  if (answers === undefined) {
    answers = new Map();
    known.set(keyspace, answers);
  }
  let pure = answers.get(name);
  if (pure === undefined) {
    pure = isPureBody(body);
    answers.set(name, pure);
  }
  return pure;
}

/** Words with which a body reads or writes something beside its arguments, or shows when and where it runs. */
const impureWords: ReadonlySet<number> = new Set([
  K.SELECT,
  K.TABLE,
  K.WITH,
  K.INSERT,
  K.REPLACE,
  K.UPDATE,
  K.DELETE,
  K.TRUNCATE,
  K.CALL,
  K.PREPARE,
  K.EXECUTE,
  K.OPEN,
  K.FETCH,
  K.CURSOR,
  K.INTO,
  K.LOAD,
  K.LOCK,
  K.SHOW,
  K.GET,
  K.NEXT,
  K.PREVIOUS,
  K.CURRENT_DATE,
  K.CURRENT_TIME,
  K.CURRENT_TIMESTAMP,
  K.LOCALTIME,
  K.LOCALTIMESTAMP,
  K.UTC_DATE,
  K.UTC_TIME,
  K.UTC_TIMESTAMP,
  K.CURRENT_USER,
  K.CURRENT_ROLE,
]);

/** Words that are statements on their own and functions with a parenthesis behind them. */
const alsoFunctions: ReadonlySet<number> = new Set([K.INSERT, K.REPLACE, K.TRUNCATE]);

/** What a parenthesis may follow without being a call. Any other word in front of one may name another stored function. */
const beforeParentheses: ReadonlySet<string> = new Set(
  (
    'if case when then else elseif and or xor not in is return set while until default interval between like regexp div ' +
    'mod cast convert extract char varchar binary varbinary decimal numeric dec fixed int integer tinyint smallint mediumint ' +
    'bigint float double real bit datetime timestamp time year text blob enum'
  ).split(' '),
);

/**
 * True when nothing in the body can depend on anything but its arguments: no statement over tables, no variable of the session,
 * no call but of built-in functions with one value for the same arguments. What a function declares of itself
 * (DETERMINISTIC, NO SQL) is not believed: servers do not check it.
 */
export function isPureBody(body: SqlText): boolean {
  // Where its string ends depends on the sql_mode it was made with.
  if (/\\['"]/.test(body)) return false;
  const tokens = tokenize(body, defaultMode('mariadb'));
  if (tokens.executableComments) return false;
  for (let at = 0; at < tokens.count; at++) {
    const kind = tokens.kinds[at];
    if (kind === T.userVariable || kind === T.atAt || kind === T.dot) return false;
    if (kind === T.word && !isPureWord(body, tokens, at)) return false;
    // A string is a name in some sql_modes.
    if ((kind === T.quotedIdentifier || kind === T.string) && tokens.kinds[at + 1] === T.openParen)
      return false;
  }
  return true;
}

function isPureWord(body: SqlText, tokens: TokenList, at: number): boolean {
  const keyword = tokens.keywords[at] ?? 0;
  const isCall = tokens.kinds[at + 1] === T.openParen;
  if (impureWords.has(keyword) && !(isCall && alsoFunctions.has(keyword))) return false;
  if (!isCall) return true;
  const name = body.slice(tokens.starts[at], tokens.ends[at]).toLowerCase();
  if (volatileFunctions.has(name) || timeFunctions.has(name) || lockFunctions.has(name)) return false;
  return beforeParentheses.has(name) || isBuiltinFunction(name);
}
