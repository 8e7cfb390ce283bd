// Exact arithmetic on numbers as MySQL prints them: optional sign, digits, optional point and digits. No floats.

/** A number as `unscaled * 10^-scale`. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Reads MySQL's text of an integer or decimal; null when it is anything else (exponents, empty text). */
export function parseDecimal(text: string): Decimal | null {
  let digits = '';
  let scale = -1;
  let at = text[0] === '-' || text[0] === '+' ? 1 : 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      if (scale >= 0) return null;
      scale = 0;
      continue;
    }
    if (code < 0x30 || code > 0x39) return null;
    digits += text[at];
    if (scale >= 0) scale++;
  }
  if (digits.length === 0) return null;
  const magnitude = BigInt(digits);
  return { unscaled: text[0] === '-' ? -magnitude : magnitude, scale: Math.max(scale, 0) };
}

/** Prints with exactly `scale` digits after the point, as MySQL prints a DECIMAL; zero has no sign. */
export function printDecimal(value: Decimal): string {
  const negative = value.unscaled < 0n;
  const digits = (negative ? -value.unscaled : value.unscaled).toString().padStart(value.scale + 1, '0');
  const whole = digits.slice(0, digits.length - value.scale);
  const sign = negative ? '-' : '';
  return value.scale === 0 ? sign + digits : `${sign}${whole}.${digits.slice(-value.scale)}`;
}

/** Exact sum; the larger scale of the two. */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: rescale(a, scale) + rescale(b, scale), scale };
}

function rescale(value: Decimal, scale: number): bigint {
  return value.scale === scale ? value.unscaled : value.unscaled * 10n ** BigInt(scale - value.scale);
}

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/**
 * Compares two numbers in MySQL's text form where they stand, without making strings or numbers of them: sign, then
 * number of whole digits, then digit by digit. Leading zeros (ZEROFILL), missing or different scales, and a sign on
 * zero do not matter.
 */
export function compareNumberText(
  a: Buffer,
  aFrom: number,
  aTo: number,
  b: Buffer,
  bFrom: number,
  bTo: number,
): number {
  const aNegative = a[aFrom] === MINUS;
  const bNegative = b[bFrom] === MINUS;
  if (aNegative !== bNegative) {
    const bothZero = isZero(a, aFrom, aTo) && isZero(b, bFrom, bTo);
    return bothZero ? 0 : aNegative ? -1 : 1;
  }
  const magnitude = compareMagnitudes(
    a,
    aNegative ? aFrom + 1 : aFrom,
    aTo,
    b,
    bNegative ? bFrom + 1 : bFrom,
    bTo,
  );
  return aNegative ? 0 - magnitude : magnitude;
}

function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = bytes[i];
    if (code !== MINUS && code !== POINT && code !== ZERO) return false;
  }
  return true;
}

function compareMagnitudes(
  a: Buffer,
  aFrom: number,
  aTo: number,
  b: Buffer,
  bFrom: number,
  bTo: number,
): number {
  let i = skipZeros(a, aFrom, aTo);
  let j = skipZeros(b, bFrom, bTo);
  const aPoint = pointOf(a, i, aTo);
  const bPoint = pointOf(b, j, bTo);
  if (aPoint - i !== bPoint - j) return aPoint - i < bPoint - j ? -1 : 1;
  for (; i < aPoint; i++, j++) {
    const difference = (a[i] ?? 0) - (b[j] ?? 0);
    if (difference !== 0) return difference;
  }
  i = aPoint + 1;
  j = bPoint + 1;
  for (; i < aTo || j < bTo; i++, j++) {
    const left = i < aTo ? (a[i] ?? ZERO) : ZERO;
    const right = j < bTo ? (b[j] ?? ZERO) : ZERO;
    if (left !== right) return left - right;
  }
  return 0;
}

function skipZeros(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] === ZERO) at++;
  return at;
}

function pointOf(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== POINT) at++;
  return at;
}
