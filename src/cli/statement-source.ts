// Statements out of a file: `;`-terminated SQL, a general log, a slow query log, or JSON lines.

import { SqlError } from '../errors/sql-error.ts';
import type { LexMode } from '../sql/mode.ts';
import { splitStatements } from '../sql/split.ts';

/** In input order. A text that cannot be split (an unterminated string) is one statement, so that it shows in the report. */
export function statementsOf(content: string, mode: LexMode): readonly string[] {
  const lines = content.split('\n');
  const first = lines.find((line) => line.trim() !== '')?.trim() ?? '';
  if (first.startsWith('{')) return fromJsonLines(lines);
  if (lines.some((line) => generalEntry.test(line))) return fromGeneralLog(lines);
  const slow = lines.some((line) => line.startsWith('# Query_time:'));
  return fromScript(slow ? withoutSlowLogNoise(lines) : content, mode);
}

/** Dumps with stored programs change the delimiter for a while, by a command of the client's own. */
const delimiterLine = /^[ \t]*delimiter[ \t]+(\S+)[ \t]*\r?$/gim;

function fromScript(content: string, mode: LexMode): readonly string[] {
  const statements: string[] = [];
  let delimiter = ';';
  let at = 0;
  const take = (end: number): void => {
    const part = content.slice(at, end);
    for (const one of delimiter === ';' ? fromSql(part, mode) : delimitedBy(part, delimiter))
      statements.push(one);
  };
  for (const line of content.matchAll(delimiterLine)) {
    take(line.index);
    delimiter = line[1] ?? ';';
    at = line.index + line[0].length;
  }
  take(content.length);
  return statements;
}

/** A delimiter counts at the end of a line: bodies of stored programs may hold it elsewhere. */
function delimitedBy(content: string, delimiter: string): readonly string[] {
  const statements: string[] = [];
  let current = '';
  for (const line of content.split('\n')) {
    const ends = line.trimEnd().endsWith(delimiter);
    current += `${ends ? line.trimEnd().slice(0, -delimiter.length) : line}\n`;
    if (!ends) continue;
    statements.push(current.trim());
    current = '';
  }
  return [...statements, current.trim()].filter((statement) => statement !== '');
}

/** `{"sql": "..."}` per line; other lines are statements as they stand. */
function fromJsonLines(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.trim() !== '').map(sqlOfJson);
}

function sqlOfJson(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'sql' in value && typeof value.sql === 'string')
      return value.sql;
  } catch {
    return line;
  }
  return line;
}

/** `241120  8:13:00	     5 Query	SELECT 1`, or with an ISO time; continuation lines belong to the entry before. */
const generalEntry =
  /^(?:\d{6}\s+\d{1,2}:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]+\S*)?\s+\d+ (Query|Execute|Prepare|Connect|Quit|Init DB|Field List|Statistics|Ping|Close stmt|Reset stmt|Reset connection|Change user|Close|Shutdown|Processlist)\b\t? ?(.*)$/;

function fromGeneralLog(lines: readonly string[]): readonly string[] {
  const statements: string[] = [];
  let current: string[] | null = null;
  const end = (): void => {
    if (current !== null) statements.push(current.join('\n').trim());
    current = null;
  };
  for (const line of lines) {
    const entry = generalEntry.exec(line);
    if (entry === null) {
      current?.push(line);
      continue;
    }
    end();
    if (entry[1] === 'Query' || entry[1] === 'Execute') current = [entry[2] ?? ''];
  }
  end();
  return statements.filter((statement) => statement !== '');
}

function withoutSlowLogNoise(lines: readonly string[]): string {
  const noise =
    /^(#|SET timestamp=|use [^;]+;|.*, Version: .*started with:|Tcp port: |Time\s+Id Command\s+Argument)/i;
  return lines.filter((line) => !noise.test(line)).join('\n');
}

function fromSql(content: string, mode: LexMode): readonly string[] {
  const text = Buffer.from(content, 'utf8').toString('latin1');
  try {
    return splitStatements(text, mode).map(({ start, end }) => decode(text.slice(start, end)));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return content
      .split(/;\s*\n/)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }
}

function decode(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8').trim();
}
