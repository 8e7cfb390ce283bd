// From a place in the plan to the value of the running statement.
import type { ValueRef } from '../text/template.ts';
import { assertNever } from '../util/assert.ts';
import type { BindValue } from '../value/bind-value.ts';
import type { BindValues } from './contract.ts';

/** The value a ref stands for; null when only its text is known (it must not route). */
export function bindValueOf(ref: ValueRef, binds: BindValues): BindValue | null {
  switch (ref.kind) {
    case 'slot':
      return ref.negative ? negated(binds.slot(ref.slot)) : binds.slot(ref.slot);
    case 'item':
      return binds.item(ref.slot, ref.item);
    case 'param':
      return binds.param(ref.index);
    case 'constant':
      return constantValue(ref);
    default:
      return assertNever(ref);
  }
}

/** A slot holds the literal alone; the minus before it is the plan's knowledge. */
function negated(value: BindValue): BindValue {
  return value.negative ? value : { ...value, negative: true, value: `-${value.value}` };
}

function constantValue(ref: Extract<ValueRef, { readonly kind: 'constant' }>): BindValue | null {
  const { sql, valueKind } = ref;
  const negative = sql.startsWith('-');
  switch (valueKind) {
    case 'null':
      return { kind: 'null', negative: false, sql, value: '' };
    case 'integer':
      return { kind: 'integer', negative, sql: negative ? sql.slice(1) : sql, value: sql };
    case 'string': {
      const value = ref.value ?? plainStringValue(sql);
      return value === null ? null : { kind: 'string', negative: false, sql, value };
    }
    default:
      return assertNever(valueKind);
  }
}

/** Inside of a single-quoted literal that means itself under every sql_mode; null for any other spelling. */
function plainStringValue(sql: string): string | null {
  if (sql.length < 2 || sql[0] !== "'" || !sql.endsWith("'")) return null;
  const inner = sql.slice(1, -1);
  return inner.includes("'") || inner.includes('\\') ? null : inner;
}
