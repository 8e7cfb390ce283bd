// What a row may get in a column from the table's definition alone.
import { timeFunctions } from '../sql/time-functions.ts';
import type { Column } from './model.ts';

export type OwnValues = Pick<Column, 'computedDefault' | 'stamped' | 'randomDefault'>;

const dice: ReadonlySet<string> = new Set([
  'rand',
  'uuid',
  'uuid_v4',
  'uuid_v7',
  'uuid_short',
  'sys_guid',
  'random_bytes',
  'sysdate',
  'connection_id',
  'nextval',
]);

/** Of its DEFAULT: whether it names `columns`, and functions in lower case. Constants are computed once for all rows. */
export function ownValuesOf(facts: {
  readonly dataType: string;
  readonly columns: boolean;
  readonly onUpdate: boolean;
  readonly calls: readonly string[];
}): OwnValues {
  const { dataType, columns, onUpdate, calls } = facts;
  const computed = columns || calls.some((name) => timeFunctions.has(name) || dice.has(name));
  const stamped = dataType === 'timestamp' || onUpdate || calls.some((name) => timeFunctions.has(name));
  return {
    ...(computed ? { computedDefault: true } : {}),
    ...(stamped ? { stamped: true } : {}),
    ...(calls.some((name) => dice.has(name)) ? { randomDefault: true } : {}),
  };
}

/** `defaultText` and `extra` as information_schema.COLUMNS has them. */
export function ownValuesFromText(dataType: string, defaultText: string | null, extra: string): OwnValues {
  const text = defaultText ?? '';
  const isCode = isExpression(text, extra);
  // MySQL computes every expression for each row, MariaDB finds out which are constants.
  const computed = extra.includes('DEFAULT_GENERATED') ? { computedDefault: true as const } : {};
  const calls = isCode ? [...text.toLowerCase().matchAll(/[a-z_0-9]+/g)].map(([word]) => word) : [];
  const onUpdate = /\bon update\b/i.test(extra);
  return {
    ...ownValuesOf({ dataType, columns: isCode && text.includes('`'), onUpdate, calls }),
    ...computed,
  };
}

/** MySQL says so; MariaDB puts quotes around every literal that is no number. */
function isExpression(text: string, extra: string): boolean {
  if (extra.includes('DEFAULT_GENERATED') || /^current_timestamp\b/i.test(text)) return true;
  return /^[^'\d+-].*\)$/s.test(text);
}
