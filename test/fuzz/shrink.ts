// From a finding to the least statement and the fewest rows that still show it.
import type { Arena } from './arena.ts';
import { type Piece, render, simpler } from './piece.ts';

export interface Finding {
  readonly piece: Piece;
  readonly prepared: boolean;
  readonly difference: string;
  /** Per table that the statement names: what is left of its rows. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

const statementTriesMax = 400;
const rowTriesMax = 120;

export async function shrink(
  arena: Arena,
  piece: Piece,
  prepared: boolean,
  difference: string,
): Promise<Finding> {
  const statement = await shrinkStatement(arena, piece, prepared, difference);
  return shrinkRows(arena, statement, prepared);
}

interface Least {
  readonly piece: Piece;
  readonly difference: string;
}

async function shrinkStatement(
  arena: Arena,
  piece: Piece,
  prepared: boolean,
  difference: string,
): Promise<Least> {
  let least: Least = { piece, difference };
  let tries = 0;
  for (let found = true; found; ) {
    found = false;
    for (const candidate of simpler(least.piece)) {
      if (++tries > statementTriesMax) return least;
      const verdict = await arena.judge(candidate, prepared);
      if (verdict.kind !== 'different' || !sameSort(verdict.difference, difference)) continue;
      least = { piece: candidate, difference: verdict.difference };
      found = true;
      break;
    }
  }
  return least;
}

/** Wrong rows stay wrong rows, a wrong column stays a wrong column: else shrinking slips from one finding to another. */
function sameSort(a: string, b: string): boolean {
  return sortOf(a) === sortOf(b);
}

/** An error beside rows is another sort than two errors. */
function sortOf(difference: string): string {
  if (/^column/.test(difference)) return 'column';
  const [expected = '', found = ''] = difference.split('\n');
  const errors = [expected, found].map((line) => /error \d+|^Shardgate: [^ \d]/.test(line));
  return errors.includes(true) ? `error ${errors.join()}` : 'rows';
}

async function shrinkRows(arena: Arena, statement: Least, prepared: boolean): Promise<Finding> {
  const { sql } = render(statement.piece, false);
  const rows = new Map<string, readonly string[]>();
  let { difference } = statement;
  let tries = 0;
  for (const table of arena.tables) {
    if (!new RegExp(`\\b${table.name}\\b`).test(sql)) continue;
    let left = table.rows;
    for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < left.length && ++tries <= rowTriesMax; ) {
        const fewer = [...left.slice(0, from), ...left.slice(from + size)];
        await arena.load(table, fewer);
        const verdict = await arena.judge(statement.piece, prepared);
        if (verdict.kind === 'different' && sameSort(verdict.difference, difference)) {
          left = fewer;
          difference = verdict.difference;
        } else from += size;
      }
    }
    rows.set(table.name, left);
    await arena.load(table, left);
  }
  for (const table of arena.tables) await arena.load(table, table.rows);
  return { piece: statement.piece, prepared, difference, rows };
}
