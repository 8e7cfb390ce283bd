// Numbers as a column would print them, or null when the column would change them.
import type { BindValue } from '../../value/bind-value.ts';
import type { RoutingColumn } from '../routing-key.ts';

const maxByBits = new Map(
  [8, 16, 24, 32, 64].map((bits) => {
    const half = 1n << BigInt(bits - 1);
    return [bits, { signed: half, unsigned: half * 2n }] as const;
  }),
);

/**
 * Digits with sign and without leading zeros, when the literal is a whole number the column holds; `column` null = any of
 * 64 bits, signed or not. Strings must be spelled exactly as the server prints them: ' 7', '+7', '07' are compared as doubles.
 */
export function integerText(value: BindValue, column: RoutingColumn | null): string | null {
  const text = wholeNumber(value);
  if (text === null) return null;
  const negative = text.charCodeAt(0) === 45;
  // Up to 9 digits fit every type but the narrow ones; beyond, and there, compare exactly.
  const bits = column?.size ?? 64;
  if (text.length <= 9 && bits >= 32) return negative && column?.unsigned === true ? null : text;
  return inRange(text, negative, bits, column?.unsigned ?? null) ? text : null;
}

function wholeNumber(value: BindValue): string | null {
  switch (value.kind) {
    case 'integer':
      return signed(stripLeadingZeros(unsignedText(value)), isNegative(value));
    case 'decimal': {
      const match = /^(\d*)\.?0*$/.exec(unsignedText(value));
      return match === null || match[0] === '.'
        ? null
        : signed(stripLeadingZeros(match[1] ?? ''), isNegative(value));
    }
    case 'true':
    case 'false':
      return value.negative ? null : value.kind === 'true' ? '1' : '0';
    case 'string':
      return !value.negative && /^(0|-?[1-9]\d*)$/.test(value.value) ? value.value : null;
    default:
      return null;
  }
}

/** `value` carries the sign of numbers; `negative` repeats it for literals behind a unary minus. */
function isNegative(value: BindValue): boolean {
  return value.negative || value.value.startsWith('-');
}

function unsignedText(value: BindValue): string {
  return value.value.startsWith('-') || value.value.startsWith('+') ? value.value.slice(1) : value.value;
}

function stripLeadingZeros(digits: string): string {
  let at = 0;
  while (at < digits.length - 1 && digits.charCodeAt(at) === 48) at++;
  return digits === '' ? '0' : at === 0 ? digits : digits.slice(at);
}

function signed(digits: string, negative: boolean): string {
  return negative && digits !== '0' ? `-${digits}` : digits;
}

function inRange(text: string, negative: boolean, bits: number, unsigned: boolean | null): boolean {
  const limits = maxByBits.get(bits);
  if (limits === undefined || text.length > 20) return false;
  const number = BigInt(text);
  if (negative) return unsigned !== true && number >= -limits.signed;
  return number < (unsigned === false ? limits.signed : limits.unsigned);
}

/**
 * The number with exactly `column.scale` digits behind the point, as the server prints the column; null when it has more
 * than the column keeps, is no plain number, or the column's scale is unknown.
 */
export function decimalText(value: BindValue, column: RoutingColumn): string | null {
  const { size, scale } = column;
  if (scale === null || size === null) return null;
  const match = /^(\d*)(?:\.(\d*))?$/.exec(unsignedText(value));
  if (match === null) return null;
  const whole = stripLeadingZeros(match[1] ?? '');
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if ((match[1] ?? '') === '' && (match[2] ?? '') === '') return null;
  if (fraction.length > scale || (whole !== '0' && whole.length > size - scale)) return null;
  const isZero = whole === '0' && fraction === '';
  const negative = isNegative(value) && !isZero;
  if (negative && column.unsigned) return null;
  const text = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`;
  return negative ? `-${text}` : text;
}
