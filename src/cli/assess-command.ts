// `shardgate assess`: reads an application's statements and says how each would run, and why.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Assessment, assess } from '../app/offline/assess.ts';
import { modeOf } from '../app/offline/explain.ts';
import { readable } from '../app/statistics/readable-text.ts';
import { SqlError } from '../errors/sql-error.ts';
import type { LexMode } from '../sql/mode.ts';
import { normalize } from '../sql/normalize/normalize.ts';
import { exitProblems } from './exit-codes.ts';
import { type OfflineOptions, offlineVSchema } from './offline-vschema.ts';
import { statementsOf } from './statement-source.ts';

export function assessCommand(): Command {
  return new Command('assess')
    .description('say of each statement of a file whether it is understood and how it would run')
    .requiredOption('--config <file>', 'the configuration file')
    .option('--schema <file>', 'CREATE TABLE statements of the keyspace')
    .option('--keyspace <name>', 'the current keyspace')
    .option('--json', 'one JSON line per statement, in input order')
    .argument('<statements>', 'SQL, a general or slow query log, or JSON lines; - for standard input')
    .action((file: string, options: OfflineOptions & { json?: boolean }) => {
      const vschema = offlineVSchema(options);
      const mode = modeOf(vschema);
      const input = readInput(file);
      if (input === null) return;
      const statements = statementsOf(input, mode);
      const one = (sql: string): Assessment => assess(sql, options.keyspace ?? null, vschema);
      if (options.json === true) writeAll(statements.map((sql) => JSON.stringify(one(sql))));
      else writeAll(report(distinct(statements, mode), one));
    });
}

/** null, and the exit code set, when it cannot be read. `-`: standard input. */
function readInput(file: string): string | null {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = exitProblems;
    return null;
  }
}

function writeAll(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** One of each normalised text, with its count. */
function distinct(
  statements: readonly string[],
  mode: LexMode,
): ReadonlyMap<string, { sql: string; count: number }> {
  const found = new Map<string, { sql: string; count: number }>();
  for (const sql of statements) {
    const key = keyOf(sql, mode);
    const known = found.get(key);
    if (known === undefined) found.set(key, { sql, count: 1 });
    else known.count++;
  }
  return found;
}

function keyOf(sql: string, mode: LexMode): string {
  try {
    return normalize(Buffer.from(sql, 'utf8').toString('latin1'), mode).key;
  } catch (error) {
    if (error instanceof SqlError) return sql;
    throw error;
  }
}

function report(
  statements: ReadonlyMap<string, { sql: string; count: number }>,
  one: (sql: string) => Assessment,
): readonly string[] {
  const lines: string[] = [];
  const summary = new Map<string, { distinct: number; count: number }>();
  for (const [key, { sql, count }] of statements) {
    const assessment = one(sql);
    const plan = assessment.plan ?? (assessment.parsed ? 'refused' : 'not understood');
    lines.push(`${plan.padEnd(14)} ${readable(key).slice(0, 160)}`);
    const reasons = assessment.error === null ? assessment.reasons : [assessment.error.message];
    lines.push(...reasons.map((reason) => `${' '.repeat(15)}- ${reason}`));
    const total = summary.get(plan) ?? { distinct: 0, count: 0 };
    total.distinct++;
    total.count += count;
    summary.set(plan, total);
  }
  lines.push('', 'plan            distinct  statements');
  for (const [plan, total] of [...summary].sort(([, a], [, b]) => b.count - a.count)) {
    lines.push(
      `${plan.padEnd(14)} ${String(total.distinct).padStart(9)} ${String(total.count).padStart(11)}`,
    );
  }
  return lines;
}
