// What keywords mean to the normaliser: which begin or end a stretch of text that stays in the key.
import { K } from '../lexer/keywords.ts';

/** Effects of a keyword on the clause at its level. */
export const E = {
  none: 0,
  /** SELECT: all that follows names columns, up to FROM or whatever else ends the list. */
  selectList: 1,
  /** Begins a clause behind the select list whose literals are values. */
  endsSelectList: 2,
  /** Begins a stretch whose literals are values, but ends no select list. */
  endsKeep: 3,
  /** Everything up to the next clause is kept. */
  keep: 4,
  /** BY, HAVING: ends a select list and is kept. */
  listFollows: 5,
  /** AS: in CAST and its like a type follows. */
  type: 6,
  /** The literal right behind is kept. */
  keepNext: 7,
  values: 8,
  in: 9,
  temporal: 10,
  /** The parenthesis right behind is special: `parenthesisFlags`. */
  parenthesis: 11,
  distinct: 12,
} as const;

/** From this effect on it matters what follows the word. */
export const looksAhead = E.keepNext;

export type Effect = (typeof E)[keyof typeof E];

/** Flags of a parenthesis level: all of it is kept (the normaliser's own `keepAll` bit). */
const keepAll = 2;
/** AS inside announces a type. */
export const typeAfterAs = 8;
/** A comma inside announces a type. */
export const typeAfterComma = 16;

const byEffect: readonly (readonly [Effect, readonly number[]])[] = [
  [E.selectList, [K.SELECT]],
  [E.endsSelectList, [K.FROM, K.WHERE, K.LIMIT, K.UNION, K.EXCEPT, K.INTERSECT]],
  [E.endsKeep, [K.ON, K.USING, K.SET, K.FETCH]],
  [E.keep, [K.RETURNING, K.FOR, K.WINDOW, K.OUTFILE, K.DUMPFILE, K.PROCEDURE]],
  [E.listFollows, [K.BY, K.HAVING]],
  [E.keepNext, [K.INTERVAL, K.SEPARATOR, K.COLLATE, K.ESCAPE, K.WAIT, K.CHARSET]],
  [E.type, [K.AS]],
  [E.values, [K.VALUES, K.VALUE]],
  [E.in, [K.IN]],
  [E.temporal, [K.DATE, K.TIME, K.TIMESTAMP]],
  [
    E.parenthesis,
    [
      K.CAST,
      K.TRY_CAST,
      K.WEIGHT_STRING,
      K.CONVERT,
      K.JSON_TABLE,
      K.JSON_VALUE,
      K.NOW,
      K.CURTIME,
      K.CURRENT_TIMESTAMP,
      K.CURRENT_TIME,
      K.LOCALTIME,
      K.LOCALTIMESTAMP,
      K.SYSDATE,
      K.UTC_TIME,
      K.UTC_TIMESTAMP,
    ],
  ],
  [E.distinct, [K.DISTINCT]],
];

const effects = new Uint8Array(4096);
for (const [effect, keywords] of byEffect) for (const keyword of keywords) effects[keyword] = effect;

/** What the keyword does; `E.none` for words that are none. */
export function clauseEffect(keyword: number): Effect {
  return effects[keyword] as Effect;
}

/** Flags of the parenthesis right behind a keyword with effect `E.parenthesis`. */
export function parenthesisFlags(keyword: number): number {
  switch (keyword) {
    case K.CAST:
    case K.TRY_CAST:
    case K.WEIGHT_STRING:
      return typeAfterAs;
    case K.CONVERT:
      return typeAfterComma;
    default:
      return keepAll;
  }
}
