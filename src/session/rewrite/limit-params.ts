// Parameters of LIMIT and OFFSET: a server takes whatever a driver binds there as a whole number.
import { SqlError } from '../../errors/sql-error.ts';
import { K } from '../../sql/lexer/keywords.ts';
import { tokenize } from '../../sql/lexer/lexer.ts';
import { T } from '../../sql/lexer/token.ts';
import type { LexMode, SqlText } from '../../sql/mode.ts';
import type { BindValue } from '../../value/bind-value.ts';

const none: readonly number[] = [];

/** Indexes of the parameters that say how many rows. */
export function limitParams(text: SqlText, mode: LexMode): readonly number[] {
  if (!/limit|offset|fetch/i.test(text)) return none;
  const { count, kinds, keywords } = tokenize(text, mode);
  const found: number[] = [];
  let params = 0;
  // The parameter before was one: behind a comma stands the next.
  let listed = false;
  for (let i = 0; i < count; i++) {
    if (kinds[i] === T.param) {
      const before = i === 0 ? 0 : keywords[i - 1];
      const isLimit = before === K.LIMIT || before === K.OFFSET || before === K.NEXT || before === K.FIRST;
      listed = isLimit || (listed && kinds[i - 1] === T.comma);
      if (listed) found.push(params);
      params += 1;
    } else if (kinds[i] === T.comma && keywords[i - 2] === K.LIMIT) listed = true;
    else if (kinds[i] !== T.comma) listed = false;
  }
  return found.length === 0 ? none : found;
}

/**
 * The same values, those of LIMIT as integers where they are whole; any other is the server's to judge. Throws 1210 for numbers
 * that MySQL does not take.
 */
export function withLimits(
  params: readonly BindValue[],
  limits: readonly number[],
  flavour: 'mariadb' | 'mysql',
): readonly BindValue[] {
  if (limits.length === 0) return params;
  if (flavour === 'mysql' && limits.some((index) => isFraction(params[index])))
    throw new SqlError(1210, 'HY000', 'Incorrect arguments to mysqld_stmt_execute');
  return params.map((param, index) => (limits.includes(index) ? wholeOf(param) : param));
}

function isFraction(param: BindValue | undefined): boolean {
  return param?.kind === 'float' || param?.kind === 'decimal';
}

function wholeOf(param: BindValue): BindValue {
  const digits = digitsOf(param);
  return digits === null ? param : { kind: 'integer', negative: false, sql: digits, value: digits };
}

function digitsOf({ kind, negative, value }: BindValue): string | null {
  if (negative) return null;
  if (kind === 'string' || kind === 'decimal') return /^\d{1,20}$/.test(value) ? value : null;
  if (kind !== 'float') return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? String(number) : null;
}
