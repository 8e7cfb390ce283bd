// LOAD DATA LOCAL INFILE in all its forms, with the file it asks for.
import type { Random } from './random.ts';
import type { RichColumn, RichTable } from './rich-tables.ts';

export interface LoadStatement {
  readonly sql: string;
  readonly file: Buffer;
}

interface Format {
  readonly separator: string;
  readonly enclosure: string;
  readonly optionally: boolean;
  readonly escape: string;
  readonly start: string;
  readonly end: string;
}

export function loadData(random: Random, table: RichTable): LoadStatement {
  const format = formatOf(random);
  const columns = table.rich.filter((one) => one.kind !== 'generated' || random.chance(0.05));
  const targets = columns.filter((one) => one.kind === 'key' || !one.optional || random.chance(0.7));
  const mapped = random.chance(0.5) ? [] : targets.filter(() => random.chance(0.3));
  const names = targets.map((one) => (mapped.includes(one) ? `@v_${one.name}` : one.name));
  if (random.chance(0.2)) names.push('@skip');
  const sets = mapped.map((one) => `${one.name} = ${random.pick(settersOf(one))}`);
  const header = random.chance(0.3) ? random.int(0, 2) : 0;
  const lines = random.times(header, () => `head${format.separator}er`);
  const count = random.pick([1, 2, 5, 9]);
  for (let at = 0; at < count; at++) lines.push(line(random, format, targets, names.includes('@skip')));
  const last = random.chance(0.8) ? format.end : '';
  const latin = random.chance(0.15);
  const sql = [
    `LOAD DATA${random.chance(0.1) ? ' CONCURRENT' : ''} LOCAL INFILE 'f'`,
    random.weighted([
      [3, ''],
      [1.5, 'REPLACE'],
      [1.5, 'IGNORE'],
    ]),
    `INTO TABLE ${table.spelled}`,
    latin ? 'CHARACTER SET latin1' : random.pick(['', '', 'CHARACTER SET utf8mb4']),
    clauses(random, format),
    header > 0 ? `IGNORE ${header} ${random.pick(['LINES', 'ROWS'])}` : '',
    `(${names.join(', ')})`,
    sets.length > 0 ? `SET ${sets.join(', ')}` : '',
  ];
  const body = lines.join(format.end) + last;
  return {
    sql: sql.filter((one) => one !== '').join(' '),
    file: Buffer.from(body, latin ? 'latin1' : 'utf8'),
  };
}

function formatOf(random: Random): Format {
  const enclosure = random.pick(['', '', '"', "'"]);
  return {
    separator: random.pick(['\t', ',', ';', '||', ', ']),
    enclosure,
    optionally: enclosure !== '' && random.chance(0.6),
    escape: random.weighted([
      [5, '\\'],
      [1, ''],
      [1, '!'],
    ]),
    start: random.chance(0.12) ? 'xx:' : '',
    end: random.weighted([
      [5, '\n'],
      [1.5, '\r\n'],
      [0.7, '|~|'],
    ]),
  };
}

/** Control characters are spelled in hexadecimal: what a backslash means is the session's business. */
function spelled(text: string): string {
  return /[\\\r\n\t']/.test(text) ? `x'${Buffer.from(text).toString('hex')}'` : `'${text}'`;
}

function clauses(
  random: Random,
  { separator, enclosure, optionally, escape: escaped, start, end }: Format,
): string {
  const fields: string[] = [];
  if (separator !== '\t' || random.chance(0.3)) fields.push(`TERMINATED BY ${spelled(separator)}`);
  if (enclosure !== '') fields.push(`${optionally ? 'OPTIONALLY ' : ''}ENCLOSED BY ${spelled(enclosure)}`);
  if (escaped !== '\\' || random.chance(0.3)) fields.push(`ESCAPED BY ${spelled(escaped)}`);
  const lines: string[] = [];
  if (start !== '') lines.push(`STARTING BY ${spelled(start)}`);
  if (end !== '\n' || random.chance(0.3)) lines.push(`TERMINATED BY ${spelled(end)}`);
  const word = random.pick(['FIELDS', 'COLUMNS']);
  return [
    fields.length > 0 ? `${word} ${fields.join(' ')}` : '',
    lines.length > 0 ? `LINES ${lines.join(' ')}` : '',
  ]
    .filter((one) => one !== '')
    .join(' ');
}

function settersOf({ name }: RichColumn): readonly string[] {
  return [`@v_${name}`, `NULLIF(@v_${name}, '')`, `COALESCE(@v_${name}, '3')`, `TRIM(@v_${name})`];
}

function line(random: Random, format: Format, columns: readonly RichColumn[], skip: boolean): string {
  const fields = columns.map((one) => field(random, format, one));
  if (skip) fields.push('skipped');
  const length = random.weighted([
    [12, fields.length],
    [1, fields.length - 1],
    [1, fields.length + 1],
  ]);
  const kept = length > fields.length ? [...fields, 'more'] : fields.slice(0, length);
  const noise = format.start === '' || random.chance(0.8) ? '' : 'noise ';
  const start = format.start === '' || random.chance(0.9) ? format.start : '';
  return `${noise}${start}${kept.join(format.separator)}`;
}

function field(random: Random, format: Format, column: RichColumn): string {
  const { escape: mark, enclosure } = format;
  const isBad = column.bad.length > 0 && random.chance(0.06);
  const literal = random.pick(isBad ? column.bad : column.good);
  const isWord = literal === 'NULL' || literal === 'DEFAULT' || literal.includes('(');
  if (isWord || (column.kind === 'plain' && random.chance(0.08)))
    return random.pick([mark === '' ? 'NULL' : `${mark}N`, 'NULL', '']);
  const bare = bareText(literal);
  const awkward = random.chance(0.1)
    ? `${bare}${random.pick([format.separator, '\\', '"', "'", '\n', '\\t', '!'])}`
    : bare;
  const needs = [
    mark,
    enclosure,
    enclosure === '' ? format.separator : '',
    enclosure === '' ? format.end : '',
  ];
  const escaped =
    mark === '' || random.chance(0.1)
      ? awkward
      : needs.reduce((text, one) => (one === '' ? text : text.split(one).join(`${mark}${one}`)), awkward);
  const isEnclosed =
    enclosure !== '' && (!format.optionally || literal.startsWith("'") || random.chance(0.1));
  return isEnclosed && random.chance(0.97) ? `${enclosure}${escaped}${enclosure}` : escaped;
}

/** What a literal means, near enough: the file is what it is. */
function bareText(literal: string): string {
  if (literal.startsWith("x'")) return Buffer.from(literal.slice(2, -1), 'hex').toString('latin1');
  return literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : literal;
}
