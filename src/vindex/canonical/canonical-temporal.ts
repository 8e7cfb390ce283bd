// Dates in the one spelling that both servers read alike whatever sql_mode and time_zone are.

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * `2024-01-31` as it is. With `midnight`, `2024-01-31 00:00:00` (any number of zero decimals) is the same day: a DATE compares
 * with it as DATETIME. Null for other spellings, zero dates and days that do not exist.
 */
export function dateText(text: string, midnight: boolean): string | null {
  const day = text.slice(0, 10);
  if (!isDay(day)) return null;
  if (text.length === 10) return day;
  return midnight && /^[ T]00:00:00(\.0{1,6})?$/.test(text.slice(10)) ? day : null;
}

/** `2024-01-31 10:00:00` with exactly `scale` decimals; a bare day is its midnight. Null when decimals would be lost. */
export function dateTimeText(text: string, scale: number | null): string | null {
  const day = text.slice(0, 10);
  if (!isDay(day)) return null;
  const time = text.length === 10 ? ' 00:00:00' : text.slice(10);
  const match = /^[ T]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?$/.exec(time);
  if (match === null) return null;
  const decimals = scale ?? 0;
  const fraction = (match[4] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return null;
  const seconds = `${day} ${match[1]}:${match[2]}:${match[3]}`;
  return decimals === 0 ? seconds : `${seconds}.${fraction.padEnd(decimals, '0')}`;
}

/** A calendar day from 0001-01-01 in ten characters. */
export function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year === 0 || month === 0 || day === 0) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : (daysOfMonth[month - 1] ?? 0);
  return day <= days;
}
