// Who is let in and who is slowed down: the frontend's book-keeping.
import { describe, expect, test } from 'vitest';
import { Admission, type Pending } from '../../../src/frontend/admission.ts';
import { AuthThrottle } from '../../../src/frontend/auth-throttle.ts';

function admitMany(admission: Admission<Pending>, count: number, address: string, nowMs: number): Pending[] {
  return Array.from({ length: count }, () => {
    expect(admission.judge(address, nowMs).kind).toBe('admit');
    const pending = { address, acceptedAtMs: nowMs };
    admission.add(pending);
    return pending;
  });
}

describe('Admission', () => {
  test('a burst of logins from one address is let in', () => {
    expect(admitMany(new Admission<Pending>(5000), 500, 'a', 0)).toHaveLength(500);
  });

  test('an address that holds 100 stale logins gives up its oldest for a new one', () => {
    const admission = new Admission<Pending>(5000);
    const [oldest] = admitMany(admission, 100, 'a', 0);
    expect(admission.judge('a', 1_000)).toEqual({ kind: 'replace', victim: oldest });
    expect(admission.judge('b', 1_000)).toEqual({ kind: 'admit' });
  });

  test('logins hold at most a fifth of the slots', () => {
    const admission = new Admission<Pending>(500);
    const [oldest] = Array.from({ length: 100 }, (_, i) => admitMany(admission, 1, `${i}`, 0)).flat();
    expect(admission.judge('x', 10)).toEqual({ kind: 'refuse' });
    expect(admission.judge('x', 1_000)).toEqual({ kind: 'replace', victim: oldest });
    if (oldest !== undefined) admission.loggedIn(oldest);
    expect(admission.judge('x', 10)).toEqual({ kind: 'admit' });
  });

  test('established clients keep their slots', () => {
    const admission = new Admission<Pending>(100);
    for (let i = 0; i < 100; i += 1) {
      for (const pending of admitMany(admission, 1, 'a', 0)) admission.loggedIn(pending);
    }
    expect(admission.judge('b', 5_000)).toEqual({ kind: 'refuse' });
    expect([admission.connections, admission.pending]).toEqual([100, 0]);
  });
});

describe('AuthThrottle', () => {
  test('four failures are free, then the delay doubles', () => {
    const throttle = new AuthThrottle();
    const delays = Array.from({ length: 12 }, (_, i) => throttle.failed('a', 'u', i));
    expect(delays).toEqual([0, 0, 0, 0, 100, 200, 400, 800, 1600, 3200, 6400, 6400]);
    expect(throttle.failed('a', 'other', 0)).toBe(0);
    expect(throttle.failed('b', 'u', 0)).toBe(0);
  });

  test('twenty block for a minute, success forgets', () => {
    const throttle = new AuthThrottle();
    for (let i = 0; i < 20; i += 1) throttle.failed('a', 'u', 0);
    expect(throttle.blocked('a', 'u', 59_999)).toBe(true);
    expect(throttle.blocked('a', 'u', 60_000)).toBe(false);
    expect(throttle.failed('a', 'u', 60_000)).toBe(0);
    throttle.succeeded('a', 'u');
    expect(throttle.blocked('a', 'u', 60_000)).toBe(false);
  });

  test('remembers a bounded number', () => {
    const throttle = new AuthThrottle();
    for (let i = 0; i < 20; i += 1) throttle.failed('a', 'u', 0);
    for (let i = 0; i < 10_000; i += 1) throttle.failed('a', `u${i}`, 0);
    expect(throttle.blocked('a', 'u', 0)).toBe(false);
  });
});
