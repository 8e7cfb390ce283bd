// Whether MySQL, reading a document's text, would print its numbers differently: decimals become doubles (trap 7).

const quote = 0x22;
const backslash = 0x5c;
/** Decimal digits that every double keeps. */
const doubleDigits = 15;
const bigIntDigits = 18;

/** True for any number in it that might come back changed; `text` is what a server printed. */
export function losesDigits(text: Buffer): boolean {
  let at = 0;
  while (at < text.length) {
    const byte = text[at] ?? 0;
    if (byte === quote) at = stringEnd(text, at + 1);
    else if (isDigit(byte)) {
      const end = numberEnd(text, at);
      if (isChanged(text.toString('latin1', at, end))) return true;
      at = end;
    } else at++;
  }
  return false;
}

function stringEnd(text: Buffer, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== quote) at += text[at] === backslash ? 2 : 1;
  return at + 1;
}

function numberEnd(text: Buffer, start: number): number {
  let at = start + 1;
  while (at < text.length && isNumberByte(text[at] ?? 0)) at++;
  return at;
}

/** Digits, point, exponent and its sign. */
function isNumberByte(byte: number): boolean {
  return isDigit(byte) || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === 0x2d;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** `number` without its sign. Doubles print a fraction of `.0` or one without a last zero. */
function isChanged(number: string): boolean {
  const [mantissa = '', exponent] = number.split('e');
  const [whole = '', fraction] = mantissa.split('.');
  if (fraction === undefined && exponent === undefined) {
    return whole.length > bigIntDigits && !isBigInt(BigInt(whole));
  }
  if (fraction !== undefined && fraction.length > 1 && fraction.endsWith('0')) return true;
  const digits = significant(mantissa);
  return digits.length > doubleDigits && significant(String(Number(number)).split('e')[0] ?? '') !== digits;
}

/** Whichever sign it had, an integer of MySQL's. */
function isBigInt(value: bigint): boolean {
  return value < 1n << 64n;
}

/** Without point, leading and trailing zeros. */
function significant(mantissa: string): string {
  const digits = mantissa.replace('.', '');
  let start = 0;
  let end = digits.length;
  while (start < end && digits[start] === '0') start++;
  while (end > start && digits[end - 1] === '0') end--;
  return digits.slice(start, end);
}
