// Worlds from a seed, statements over each, and what became of them.
import type { Stage } from '../support/stage.ts';
import { Arena, describe } from './arena.ts';
import { type Piece, render } from './piece.ts';
import { Random } from './random.ts';
import { reportOf } from './report.ts';
import { ServerLost } from './server-lost.ts';
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
  /** A database server itself died of it, or never answered. */
  lost: number;
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
  /** Other servers in place of those that a statement ended; left out: such a statement ends the run. */
  readonly renew?: () => Promise<Stage>;
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
    lost: 0,
    refusals: new Map(),
    findings: [],
  };
}

/** World n has seed `seed + n`; statement i of a world depends on that seed and i only. */
export async function fuzzReads(stage: Stage, run: ReadRun): Promise<Tally> {
  const tally = emptyTally();
  let place = stage;
  for (let world = 0; tally.statements < run.statements && tally.findings.length < run.findingsMax; world++) {
    const count = Math.min(run.statementsPerWorld, run.statements - tally.statements);
    place = await fuzzWorldReads(place, run.seed + world, [...Array(count).keys()], run, tally);
    run.progress(progressLine(run.seed + world, tally));
  }
  return tally;
}

function progressLine(seed: number, tally: Tally): string {
  const refused = [...tally.refusals.values()].reduce((sum, count) => sum + count, 0);
  return `seed ${seed}: ${tally.statements} statements, ${tally.rows} rows, ${tally.errors} errors alike, ${refused} refused, ${tally.findings.length} different`;
}

/** The statements of one world with these numbers. Resolves to the stage to go on with. */
export async function fuzzWorldReads(
  stage: Stage,
  seed: number,
  indexes: readonly number[],
  run: Pick<ReadRun, 'findingsMax' | 'progress' | 'renew'>,
  tally: Tally,
): Promise<Stage> {
  const plain = randomWorld(seed);
  const alike = !plain.settings.some((setting) => setting.includes('collation_connection'));
  const views = randomViews(seed, plain.tables);
  const schema = { ...plain.schema, views: views.map((view) => view.createSql) };
  const fuzzWorld: FuzzWorld = { ...plain, schema, tables: [...plain.tables, ...views] };
  let place = stage;
  for (let left = indexes; left.length > 0; ) {
    const lost = await onServers(place, fuzzWorld, { seed, indexes: left, alike }, run, tally);
    if (lost === null) break;
    if (run.renew === undefined) throw lost.error;
    place = await run.renew();
    left = left.slice(lost.at + 1);
  }
  return place;
}

interface Statements {
  readonly seed: number;
  readonly indexes: readonly number[];
  /** Text parameters have the collation of character_set_client, literals that of the connection: the same here. */
  readonly alike: boolean;
}

interface Lost {
  /** Position among the indexes. */
  readonly at: number;
  readonly error: ServerLost;
}

/** null: all of them, or as many findings as are wanted; else the statement that the servers did not survive. */
async function onServers(
  stage: Stage,
  fuzzWorld: FuzzWorld,
  { seed, indexes, alike }: Statements,
  run: Pick<ReadRun, 'findingsMax' | 'progress'>,
  tally: Tally,
): Promise<Lost | null> {
  const arena = await Arena.open(stage, fuzzWorld);
  let lost: Lost | null = null;
  try {
    for (const [at, index] of indexes.entries()) {
      if (tally.findings.length >= run.findingsMax) return null;
      const statementSeed = (Math.imul(seed, 1_000_003) + index) >>> 0;
      const piece = randomStatement(statementSeed, fuzzWorld.tables);
      tally.statements++;
      const prepared = alike && new Random(statementSeed ^ 0x5eed).chance(preparedShare);
      const error = await tried(arena, fuzzWorld, piece, prepared, { seed, index }, run, tally);
      if (error === null) continue;
      lost = { at, error };
      return lost;
    }
    return null;
  } finally {
    await (lost === null ? arena.close() : arena.abandon());
  }
}

/** As text, and prepared as well. A statement that the servers did not survive is named. */
async function tried(
  arena: Arena,
  fuzzWorld: FuzzWorld,
  piece: Piece,
  prepared: boolean,
  origin: { seed: number; index: number },
  run: Pick<ReadRun, 'progress'>,
  tally: Tally,
): Promise<ServerLost | null> {
  for (const form of prepared ? [false, true] : [false]) {
    try {
      if (await differs(arena, fuzzWorld, piece, form, origin, run, tally)) break;
    } catch (error) {
      if (!(error instanceof ServerLost)) throw error;
      tally.lost++;
      const where = `seed ${origin.seed}, statement ${origin.index}${form ? ', prepared' : ''}`;
      const text = `${where}: ${render(piece, form).sql}`;
      run.progress(`a server itself did not survive it (${error.message}): ${text}`);
      if (error.difference !== null) tally.findings.push(`--- ${text}\n${error.difference}`);
      return error;
    }
  }
  return null;
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
  const finding = await shrink(arena, piece, prepared, verdict.difference).catch((error: unknown) => {
    throw error instanceof ServerLost ? new ServerLost(error.message, verdict.difference) : error;
  });
  tally.findings.push(await reportOf(finding, origin, fuzzWorld, arena));
  run.progress(tally.findings.at(-1) ?? '');
  return true;
}
