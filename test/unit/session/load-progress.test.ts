// A long LOAD DATA says now and then how far it has come.
import { afterEach, expect, test, vi } from 'vitest';
import type { Plan } from '../../../src/plan/nodes.ts';
import type { LoadProgress, SessionObserver } from '../../../src/session/dependencies.ts';
import { StatementLog } from '../../../src/session/statement/statement-log.ts';

const plan: Plan = {
  label: 'insert',
  keyspace: 'shop',
  reasons: [],
  root: { kind: 'refuse', error: { id: 'SG2001', params: {} } } as unknown as Plan['root'],
  readOnly: false,
  locks: true,
};

afterEach(() => vi.useRealTimers());

test('every ten seconds, counted from its beginning', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const told: LoadProgress[] = [];
  const observer = { loading: (progress: LoadProgress) => told.push(progress) } as unknown as SessionObserver;
  const log = new StatementLog(observer, 'app');
  log.begin(plan, 'LOAD DATA ...', false);
  for (let second = 1; second <= 25; second++) {
    vi.advanceTimersByTime(1_000);
    log.loading(second * 100, second * 4_000);
  }
  expect(told.map(({ rows, bytes, seconds }) => ({ rows, bytes, seconds }))).toEqual([
    { rows: 1_000, bytes: 40_000, seconds: 10 },
    { rows: 2_000, bytes: 80_000, seconds: 20 },
  ]);
  expect(told[0]).toMatchObject({ keyspace: 'shop', digest: 'LOAD DATA ...', user: 'app' });
});
