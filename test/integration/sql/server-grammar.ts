// What a real server's grammar says of a statement, beside what ours says.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Connection } from 'mysql2/promise';
import { SqlError } from '../../../src/errors/sql-error.ts';
import type { LexMode } from '../../../src/sql/mode.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';

export interface Sample {
  readonly sql: string;
  /** `query`, `write` or `other`. */
  readonly sort: 'query' | 'write' | 'other';
}

export interface Verdict extends Sample {
  /** The server's syntax error, `near ...`; null when its grammar reads the statement, whatever else it says of it. */
  readonly server: string | null;
  readonly ours: string | null;
}

/** Errors by which servers say that they cannot read: syntax error, empty query. */
const unreadable = new Set([1064, 1065, 1149]);

const corpora = fileURLToPath(new URL('../../../../shared/corpora/', import.meta.url));

/** The corpora stand beside the repository, or are not there. */
export const corporaAreHere = existsSync(`${corpora}statements.json`);

export function sample(sql: string): Sample {
  const verb = /^[\s(]*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? '';
  if (['SELECT', 'VALUES', 'TABLE', 'WITH'].includes(verb)) return { sql, sort: 'query' };
  return { sql, sort: ['INSERT', 'REPLACE', 'UPDATE', 'DELETE'].includes(verb) ? 'write' : 'other' };
}

interface Entry {
  readonly sql: string;
}

function entries(file: string): readonly Entry[] {
  return JSON.parse(readFileSync(`${corpora}${file}`, 'utf8'));
}

/** Every statement of the corpora once. */
export function corpusSamples(): readonly Sample[] {
  if (!corporaAreHere) return [];
  const suites: readonly { readonly steps: readonly Entry[] }[] = JSON.parse(
    readFileSync(`${corpora}sessions.json`, 'utf8'),
  );
  const all = [
    ...entries('statements.json'),
    ...entries('statements-mysqltest.json'),
    ...suites.flatMap(({ steps }) => steps),
  ];
  return [...new Set(all.map(({ sql }) => sql.replace(/;\s*$/, '')))].map(sample);
}

/** Our own: one statement per line, every production of the grammar, with misspelled ones among them. */
export function grammarSamples(): readonly Sample[] {
  const file = new URL('../../fixtures/grammar-statements.txt', import.meta.url);
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map(sample);
}

/** Asks the server by PREPARE, which reads a statement without running it. */
export async function verdictsOn(
  admin: Connection,
  mode: LexMode,
  samples: readonly Sample[],
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const one of samples) {
    verdicts.push({ ...one, server: await serverSays(admin, one.sql), ours: oursSays(one.sql, mode) });
  }
  return verdicts;
}

async function serverSays(admin: Connection, sql: string): Promise<string | null> {
  try {
    await admin.query(`PREPARE probe FROM ${admin.escape(sql)}`);
    return null;
  } catch (error) {
    if (!(error instanceof Error) || !('errno' in error)) throw error;
    return unreadable.has(Number(error.errno)) ? near(error.message) : null;
  }
}

function oursSays(sql: string, mode: LexMode): string | null {
  try {
    parseStatement(Buffer.from(sql, 'utf8').toString('latin1'), mode);
    return null;
  } catch (error) {
    if (!(error instanceof SqlError) || error.errno !== 1064) throw error;
    return near(Buffer.from(error.message, 'latin1').toString('utf8'));
  }
}

function near(message: string): string {
  return message.slice(Math.max(0, message.indexOf('near ')));
}
