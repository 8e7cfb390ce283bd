// Sessions of writes from seeds: statement by statement, and at the end what is stored where.
import { Capability } from '../../src/protocol/capabilities.ts';
import type { Stage } from '../support/stage.ts';
import { Arena, type Asked, describe, type SessionKind } from './arena.ts';
import { type WorldWithLookups, withLookups } from './lookups.ts';
import { type Piece, render } from './piece.ts';
import { misplaced } from './placement.ts';
import { Random } from './random.ts';
import { type RichTable, richWorld } from './rich-tables.ts';
import { richWrite } from './rich-writes.ts';
import type { Tally } from './run-reads.ts';
import { type FuzzWorld, randomWorld } from './tables.ts';
import { randomWrite } from './writes.ts';

export interface WriteRun {
  readonly seed: number;
  readonly sessions: number;
  readonly statementsPerSession: number;
  readonly findingsMax: number;
  readonly progress: (line: string) => void;
  /** Tables that compute, refuse, fill in and cascade, under any sql_mode. */
  readonly rich?: boolean;
}

interface Session {
  readonly fuzzWorld: WorldWithLookups;
  readonly steps: readonly Step[];
}

function plainSession(seed: number, { statementsPerSession }: WriteRun): Session {
  const world = withLookups(randomWorld(seed, true), seed);
  // Where sql_mode is not strict a bad value becomes another one with a warning.
  const settings = world.settings.filter((one) => !one.includes('sql_mode') || one.includes('STRICT'));
  const fuzzWorld: WorldWithLookups = { ...world, settings };
  return { fuzzWorld, steps: sessionOf(seed, statementsPerSession, fuzzWorld) };
}

function richSession(seed: number, { statementsPerSession }: WriteRun): Session {
  const { tables, ...world } = richWorld(seed);
  const fuzzWorld = withLookups({ ...world, tables }, seed);
  const grown = tables.map((table): RichTable => {
    const twin = fuzzWorld.tables.find(({ name }) => name === table.name);
    return twin === undefined ? table : { ...table, ...twin };
  });
  const steps = [...Array(statementsPerSession).keys()].map((index): Step => {
    const stepSeed = (Math.imul(seed, 1_000_003) + index) >>> 0;
    return {
      ...richWrite(stepSeed, grown),
      prepared: new Random(stepSeed ^ 0x5eed).chance(0.15),
      exactly: true,
    };
  });
  // What asks the client for a file cannot be prepared.
  return {
    fuzzWorld,
    steps: steps.map((one) => (one.file === undefined ? one : { ...one, prepared: false })),
  };
}

/** Shown before a finding: the statements that led there. */
const shownBefore = 12;

export async function fuzzWrites(stage: Stage, run: WriteRun, tally: Tally): Promise<void> {
  for (let session = 0; session < run.sessions && tally.findings.length < run.findingsMax; session++) {
    const seed = run.seed + session;
    const { fuzzWorld, steps } = run.rich === true ? richSession(seed, run) : plainSession(seed, run);
    const finding = await playSession(stage, fuzzWorld, sessionKind(seed, run.rich === true), steps, tally);
    if (finding !== null) {
      tally.findings.push(`--- writes, seed ${seed}\n${finding}`);
      run.progress(tally.findings.at(-1) ?? '');
    }
    run.progress(
      `seed ${seed}: ${tally.statements} statements, ${tally.errors} errors alike, ${tally.findings.length} different`,
    );
  }
}

/** Some clients count rows found instead of changed; some transactions end in two phases, of which nobody is warned. */
function sessionKind(seed: number, isRich: boolean): SessionKind {
  const random = new Random(seed ^ 0x1d);
  return {
    flags: Capability.localFiles | (random.chance(0.3) ? Capability.foundRows : 0),
    proxySettings: isRich || random.chance(0.4) ? ["SET transaction_mode = 'twopc'"] : [],
  };
}

interface Step extends Asked {
  readonly piece: Piece;
}

function sessionOf(seed: number, count: number, fuzzWorld: FuzzWorld): readonly Step[] {
  return [...Array(count).keys()].map((index) => {
    const stepSeed = (Math.imul(seed, 1_000_003) + index) >>> 0;
    // Text parameters have the collation of character_set_client, literals that of the connection.
    const alike = !fuzzWorld.settings.some((setting) => setting.includes('collation_connection'));
    const prepared = alike && new Random(stepSeed ^ 0x5eed).chance(0.2);
    return { piece: randomWrite(stepSeed, fuzzWorld.tables), prepared };
  });
}

/** What both warned of and hold, where it is not the same. */
async function stateOfBoth(arena: Arena): Promise<string> {
  const verdict = await arena.ask('SHOW WARNINGS', { ordered: false });
  const told = verdict.kind === 'different' ? [`SHOW WARNINGS: ${verdict.difference}`] : [];
  for (const { spelled, primaryKey } of arena.tables) {
    const rows = await arena.ask(`SELECT * FROM ${spelled} ORDER BY ${primaryKey.join(', ')}`, {
      ordered: true,
    });
    if (rows.kind === 'different') told.push(`${spelled}: ${rows.difference}`);
  }
  return told.join('\n');
}

/** null: no difference, statement by statement and in what is stored at the end. */
async function playSession(
  stage: Stage,
  fuzzWorld: WorldWithLookups,
  kind: SessionKind,
  steps: readonly Step[],
  tally: Tally,
): Promise<string | null> {
  const arena = await Arena.open(stage, fuzzWorld, kind);
  const done: string[] = [];
  try {
    let readOnly = false;
    for (const step of steps) {
      const { sql, params } = render(step.piece, step.prepared);
      // Servers stay READ ONLY when SET autocommit ends such a transaction.
      if (readOnly && sql.startsWith('SET autocommit')) await arena.ask('COMMIT', { ordered: true });
      if (/^(COMMIT|ROLLBACK)$/.test(sql)) readOnly = false;
      // On MySQL nothing else forgets it, also when it ends the transaction.
      else if (/^(BEGIN|START)/.test(sql))
        readOnly = sql.endsWith('READ ONLY') || (readOnly && stage.flavour === 'mysql');
      const verdict = await arena.judgeWrite(step.piece, step);
      tally.statements++;
      tally.executions++;
      const values = params.length > 0 ? ` -- ${params.map(String).join(', ')}` : '';
      const file = step.file === undefined ? '' : ` -- ${JSON.stringify(step.file.toString('latin1'))}`;
      const text = `${sql};${step.prepared ? ' -- prepared' : ''}${values}${file}`;
      if (verdict.kind === 'different') {
        const told = step.exactly === true ? await stateOfBoth(arena) : '';
        return [...done.slice(-shownBefore), text, verdict.difference, told].join('\n');
      }
      done.push(verdict.kind === 'refused' ? `-- refused ${verdict.id}: ${text}` : text);
      if (verdict.kind === 'refused')
        tally.refusals.set(verdict.id, (tally.refusals.get(verdict.id) ?? 0) + 1);
      else if (verdict.isError) tally.errors++;
      else tally.rows += verdict.rows;
    }
    const last = await arena.ask('ROLLBACK', { ordered: true });
    if (last.kind === 'different') return `ROLLBACK\n${describe(last)}`;
    const problems = await misplaced(arena, fuzzWorld);
    return problems.length === 0 ? null : [...done.slice(-shownBefore), ...problems].join('\n');
  } finally {
    await arena.close();
  }
}
