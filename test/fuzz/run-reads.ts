// Worlds from a seed, statements over each, and what became of them.
import type { Stage } from '../support/stage.ts';
import { Arena, describe } from './arena.ts';
import { type Piece, render } from './piece.ts';
import { Random } from './random.ts';
import { reportOf } from './report.ts';
import { shrink } from './shrink.ts';
import { randomStatement, randomViews } from './statements.ts';
import { type FuzzWorld, randomWorld } from './tables.ts';

export interface Tally {
  statements: number;
  executions: number;
  rows: number;
  /** Both servers gave the same error. */
  errors: number;
  /** One server contradicts itself by another path: no answer to compare with. */
  undetermined: number;
  readonly refusals: Map<string, number>;
  readonly findings: string[];
}

export interface ReadRun {
  readonly seed: number;
  readonly statements: number;
  readonly statementsPerWorld: number;
  /** Stops after so many findings. */
  readonly findingsMax: number;
  readonly progress: (line: string) => void;
}

const preparedShare = 0.3;
/** Of each kind. */
const refusalsShown = 3;

export function emptyTally(): Tally {
  return {
    statements: 0,
    executions: 0,
    rows: 0,
    errors: 0,
    undetermined: 0,
    refusals: new Map(),
    findings: [],
  };
}

/** World n has seed `seed + n`; statement i of a world depends on that seed and i only. */
export async function fuzzReads(stage: Stage, run: ReadRun): Promise<Tally> {
  const tally = emptyTally();
  for (let world = 0; tally.statements < run.statements && tally.findings.length < run.findingsMax; world++) {
    const count = Math.min(run.statementsPerWorld, run.statements - tally.statements);
    await fuzzWorldReads(stage, run.seed + world, [...Array(count).keys()], run, tally);
    run.progress(progressLine(run.seed + world, tally));
  }
  return tally;
}

function progressLine(seed: number, tally: Tally): string {
  const refused = [...tally.refusals.values()].reduce((sum, count) => sum + count, 0);
  return `seed ${seed}: ${tally.statements} statements, ${tally.rows} rows, ${tally.errors} errors alike, ${refused} refused, ${tally.findings.length} different`;
}

/** The statements of one world with these numbers. */
export async function fuzzWorldReads(
  stage: Stage,
  seed: number,
  indexes: readonly number[],
  run: Pick<ReadRun, 'findingsMax' | 'progress'>,
  tally: Tally,
): Promise<void> {
  const plain = randomWorld(seed);
  // Literals of a view have the collation of whoever made it.
  const alike = !plain.settings.some((setting) => setting.includes('collation_connection'));
  const views = alike ? randomViews(seed, plain.tables) : [];
  const schema = { ...plain.schema, views: views.map((view) => view.createSql) };
  const fuzzWorld: FuzzWorld = { ...plain, schema, tables: [...plain.tables, ...views] };
  const arena = await Arena.open(stage, fuzzWorld);
  try {
    for (const index of indexes) {
      if (tally.findings.length >= run.findingsMax) return;
      const statementSeed = (Math.imul(seed, 1_000_003) + index) >>> 0;
      const piece = randomStatement(statementSeed, fuzzWorld.tables);
      tally.statements++;
      // Text parameters have the collation of character_set_client, literals that of the connection.
      const prepared = alike && new Random(statementSeed ^ 0x5eed).chance(preparedShare);
      for (const form of prepared ? [false, true] : [false]) {
        if (await differs(arena, fuzzWorld, piece, form, { seed, index }, run, tally)) break;
      }
    }
  } finally {
    await arena.close();
  }
}

async function differs(
  arena: Arena,
  fuzzWorld: FuzzWorld,
  piece: Piece,
  prepared: boolean,
  origin: { seed: number; index: number },
  run: Pick<ReadRun, 'progress'>,
  tally: Tally,
): Promise<boolean> {
  const verdict = await arena.judge(piece, prepared);
  tally.executions++;
  if (verdict.kind === 'same') {
    tally.rows += verdict.rows;
    if (verdict.isError) tally.errors++;
    return false;
  }
  if (verdict.kind === 'undetermined') {
    tally.undetermined++;
    run.progress(`one server contradicts itself (${verdict.path}): ${render(piece, prepared).sql}`);
    return false;
  }
  if (verdict.kind === 'refused') {
    const count = tally.refusals.get(verdict.id) ?? 0;
    if (count < refusalsShown) run.progress(`refused: ${verdict.message}\n  ${render(piece, prepared).sql}`);
    tally.refusals.set(verdict.id, count + 1);
    return false;
  }
  run.progress(
    `different: seed ${origin.seed}, statement ${origin.index}: ${render(piece, prepared).sql}\n${describe(verdict)}`,
  );
  const finding = await shrink(arena, piece, prepared, verdict.difference);
  tally.findings.push(await reportOf(finding, origin, fuzzWorld, arena));
  run.progress(tally.findings.at(-1) ?? '');
  return true;
}
