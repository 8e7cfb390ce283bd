// The order of a two-phase commit, and what follows from every step that can fail.
import { beforeEach, describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { commitBranches } from '../../../src/session/transaction/commit.ts';
import type { Decision, TwoPhaseCommit } from '../../../src/session/transaction/twopc.ts';
import { commitDistributed } from '../../../src/session/transaction/twopc-commit.ts';
import { type FakeBranch, type Fate, fakeBranch } from './fake-branch.ts';

let log: string[];
let ended: string[];
/** What the record says when it is asked after a lost COMMIT. */
let record: Decision | null;

beforeEach(() => {
  log = [];
  ended = [];
  record = null;
});

const twopc: TwoPhaseCommit = {
  snapshotSql: '',
  start: () => 'd',
  branchId: () => '',
  isReady: () => true,
  ready: async () => {},
  decisionSql: (_dtid, participants) => `INSERT ${participants.join('+')}`,
  begin: () => log.push('begin'),
  decided: async () => {
    log.push('asked');
    return record;
  },
  end: (_dtid, state) => ended.push(state),
};

type Fates = Readonly<Record<string, Fate>>;

function three(
  fates: { a?: Fates; b?: Fates; c?: Fates } = {},
): readonly [FakeBranch, FakeBranch, FakeBranch] {
  return [
    fakeBranch('a', log, { ...(fates.a && { fates: fates.a }) }),
    fakeBranch('b', log, { xid: 'xb', ...(fates.b && { fates: fates.b }) }),
    fakeBranch('c', log, { xid: 'xc', ...(fates.c && { fates: fates.c }) }),
  ];
}

const commit = (branches: readonly FakeBranch[]) =>
  commitDistributed({ dtid: 'd', branches: branches.map(({ branch }) => branch), twopc });

const at = (line: string): number => {
  const index = log.indexOf(line);
  if (index < 0) throw new Error(`${line} is not in\n${log.join('\n')}`);
  return index;
};
const asked = (start: string): readonly string[] => log.filter((line) => line.slice(3).startsWith(start));
const disk = new SqlError(1021, 'HY000', 'Disk full');

describe('two-phase commit', () => {
  test('prepares all, writes the record, commits it, commits the others', async () => {
    const branches = three();
    const report = await commit(branches);
    expect(report).toEqual({ writers: 3, shards: ['a', 'b', 'c'], late: [] });
    for (const shard of ['b', 'c']) {
      expect(at(`${shard}: XA END x${shard}`)).toBeLessThan(at(`${shard}: XA PREPARE x${shard}`));
      expect(at(`${shard}: XA PREPARE x${shard}`)).toBeLessThan(at('a: COMMIT'));
      expect(at('a: COMMIT')).toBeLessThan(at(`${shard}: XA COMMIT x${shard}`));
    }
    expect(at('a: INSERT b+c')).toBeLessThan(at('a: COMMIT'));
    expect(branches.map((branch) => branch.ended())).toEqual(['released', 'released', 'released']);
    expect(ended).toEqual(['done']);
  });

  test('readers end before it, in one phase; the first keeps its part when it only read', async () => {
    const branches = [
      fakeBranch('a', log, { writer: false }),
      fakeBranch('b', log, { xid: 'xb' }),
      fakeBranch('c', log, { xid: 'xc' }),
      fakeBranch('r', log, { xid: 'xr', writer: false }),
    ];
    await commit(branches);
    expect(at('r: XA COMMIT xr ONE PHASE')).toBeLessThan(at('b: XA PREPARE xb'));
    expect(asked('INSERT')).toEqual(['a: INSERT b+c']);
  });

  test('one writer has nobody to agree with', async () => {
    await commit([fakeBranch('a', log, { writer: false }), fakeBranch('b', log, { xid: 'xb' })]);
    expect(log).toEqual(['a: COMMIT', 'b: XA END xb', 'b: XA COMMIT xb ONE PHASE']);
    expect(ended).toEqual([]);
  });
});

describe('before the decision everything can be undone', () => {
  test('a PREPARE that fails: its error, all rolled back', async () => {
    const branches = three({ c: { 'XA PREPARE': disk } });
    await expect(commit(branches)).rejects.toBe(disk);
    expect(asked('COMMIT')).toEqual([]);
    expect(asked('XA COMMIT')).toEqual([]);
    expect(log).toEqual(expect.arrayContaining(['a: ROLLBACK', 'b: XA ROLLBACK xb', 'c: XA ROLLBACK xc']));
    expect(branches.map((branch) => branch.ended())).toEqual(['released', 'released', 'released']);
    expect(ended).toEqual(['done']);
  });

  test('a connection lost in PREPARE: its branch may be prepared, recovery looks', async () => {
    const branches = three({ c: { 'XA PREPARE': 'lost' } });
    await expect(commit(branches)).rejects.toMatchObject({ id: 'SG5021' });
    expect(log).toEqual(expect.arrayContaining(['a: ROLLBACK', 'b: XA ROLLBACK xb']));
    expect(branches.map((branch) => branch.ended())).toEqual(['released', 'released', 'discarded']);
    expect(ended).toEqual(['open']);
  });

  test('a record that is there already: recovery was faster', async () => {
    const branches = three({ a: { INSERT: new SqlError(1062, '23000', 'Duplicate entry') } });
    await expect(commit(branches)).rejects.toThrow(/SG5021.*recovery/);
    expect(asked('COMMIT')).toEqual([]);
    expect(ended).toEqual(['done']);
  });

  test('a branch that was lost before is noticed before anything is sent', async () => {
    const branches = three();
    branches[2].connection.destroy();
    await expect(commit(branches)).rejects.toMatchObject({ id: 'SG5021' });
    expect(log).toEqual(['a: ROLLBACK', 'b: XA END xb', 'b: XA ROLLBACK xb']);
  });

  test('in mode multi as well', async () => {
    const branches = [fakeBranch('a', log), fakeBranch('b', log)];
    branches[1]?.connection.destroy();
    await expect(commitBranches(branches.map(({ branch }) => branch))).rejects.toMatchObject({
      id: 'SG5021',
    });
    expect(log).toEqual(['a: ROLLBACK']);
  });
});

describe('when the deciding COMMIT is not answered with OK', () => {
  test('the record says commit: the others are committed', async () => {
    record = 'commit';
    const branches = three({ a: { COMMIT: 'lost' } });
    expect((await commit(branches)).late).toEqual([]);
    expect(log).toEqual(expect.arrayContaining(['b: XA COMMIT xb', 'c: XA COMMIT xc']));
    expect(ended).toEqual(['done']);
  });

  test('there is no record: the others are rolled back', async () => {
    record = 'abort';
    const branches = three({ a: { COMMIT: 'lost' } });
    await expect(commit(branches)).rejects.toMatchObject({ id: 'SG5021' });
    expect(asked('XA COMMIT')).toEqual([]);
    expect(log).toEqual(expect.arrayContaining(['b: XA ROLLBACK xb', 'c: XA ROLLBACK xc']));
    expect(ended).toEqual(['done']);
  });

  test('an error of the server: it is rolled back there before the record is asked', async () => {
    record = 'abort';
    const branches = three({ a: { COMMIT: disk } });
    await expect(commit(branches)).rejects.toBe(disk);
    expect(at('a: ROLLBACK')).toBeLessThan(at('asked'));
    expect(ended).toEqual(['done']);
  });

  test('nobody knows: what is prepared stays and its connections are closed', async () => {
    const branches = three({ a: { COMMIT: 'lost' } });
    await expect(commit(branches)).rejects.toThrow(/SG5022.* d /);
    expect(asked('XA ROLLBACK')).toEqual([]);
    expect(asked('XA COMMIT')).toEqual([]);
    expect(branches.slice(1).map(({ connection }) => connection.alive)).toEqual([false, false]);
    expect(ended).toEqual(['open']);
  });
});

test('after the decision a lost branch is late, not lost', async () => {
  const branches = three({ b: { 'XA COMMIT': 'lost' } });
  const report = await commit(branches);
  expect(report.late).toEqual(['b']);
  expect(log).toContain('c: XA COMMIT xc');
  expect(ended).toEqual(['open']);
});
