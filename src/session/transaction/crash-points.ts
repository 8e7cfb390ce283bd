// Places at which a test may have the process killed, to see that recovery mends what is left. Off unless the environment asks.

/**
 * In the order in which a two-phase commit passes them:
 *  - beforePrepare: nothing was sent
 *  - afterFirstPrepare: one branch is prepared
 *  - beforeDecision: all are, the record is written but not committed
 *  - duringDecision: the deciding COMMIT was sent, its answer is not known
 *  - afterDecision: it was answered
 *  - afterFirstCommit: one branch is committed
 *  - afterCommits: all are; only the record is left over
 */
export type CrashPoint =
  | 'beforePrepare'
  | 'afterFirstPrepare'
  | 'beforeDecision'
  | 'duringDecision'
  | 'afterDecision'
  | 'afterFirstCommit'
  | 'afterCommits';

export const crashPoints: readonly CrashPoint[] = [
  'beforePrepare',
  'afterFirstPrepare',
  'beforeDecision',
  'duringDecision',
  'afterDecision',
  'afterFirstCommit',
  'afterCommits',
];

/**
 * `SHARDGATE_CRASH_AT=point`, `point:n` or `point@ms`: the process kills itself with SIGKILL when it passes the point for
 * the first time, for the n-th time, for the first time after so many milliseconds of its life.
 */
const [, wanted = '', kind = ':', amount = '1'] =
  /^(\w+)(?:([:@])(\d+))?$/.exec(process.env['SHARDGATE_CRASH_AT'] ?? '') ?? [];
let passesLeft = kind === ':' ? Number(amount) : 1;
const notBeforeMs = kind === '@' ? Number(amount) : 0;

export function crashPoint(point: CrashPoint): void {
  if (point !== wanted || performance.now() < notBeforeMs) return;
  if (--passesLeft === 0) process.kill(process.pid, 'SIGKILL');
}

/** The same for a point at which something was sent in this turn: it leaves the process first. */
export function crashPointAfterSending(point: CrashPoint): void {
  if (point === wanted) setImmediate(() => crashPoint(point));
}
