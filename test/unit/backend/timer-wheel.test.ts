import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TimerWheel, type WheelTimeout } from '../../../src/util/timer-wheel.ts';

describe('timer wheel', () => {
  const tickMs = 10;
  let wheel: TimerWheel;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    wheel = new TimerWheel(tickMs, 8);
  });

  afterEach(() => {
    wheel.close();
    vi.useRealTimers();
  });

  function expiring(log: string[], name: string): { expire(): void } {
    return { expire: () => log.push(name) };
  }

  test('never early, at most two ticks late, for delays over many rounds', () => {
    for (const delayMs of [1, 10, 55, 79, 80, 81, 160, 1234]) {
      let expiredAtMs = -1;
      const startedAtMs = performance.now();
      wheel.schedule({ expire: () => (expiredAtMs = performance.now()) }, delayMs);
      vi.advanceTimersByTime(delayMs + 3 * tickMs);
      expect(expiredAtMs - startedAtMs, String(delayMs)).toBeGreaterThanOrEqual(delayMs);
      expect(expiredAtMs - startedAtMs, String(delayMs)).toBeLessThanOrEqual(delayMs + 2 * tickMs);
    }
  });

  test('scheduled between ticks: not early either', () => {
    wheel.schedule({ expire: () => {} }, 10_000);
    vi.advanceTimersByTime(7);
    const log: string[] = [];
    wheel.schedule(expiring(log, 'a'), 20);
    vi.advanceTimersByTime(19);
    expect(log).toEqual([]);
    vi.advanceTimersByTime(21);
    expect(log).toEqual(['a']);
  });

  test('cancelled ones do not expire, also after rounds have passed and from within an expiry', () => {
    const log: string[] = [];
    const far = wheel.schedule(expiring(log, 'far'), 500);
    vi.advanceTimersByTime(300);
    wheel.cancel(far);
    wheel.cancel(far);
    let second: WheelTimeout | null = null;
    wheel.schedule(
      {
        expire: () => {
          log.push('first');
          if (second !== null) wheel.cancel(second);
        },
      },
      30,
    );
    second = wheel.schedule(expiring(log, 'second'), 30);
    vi.advanceTimersByTime(1_000);
    expect(log).toEqual(['first']);
    expect(wheel.size).toBe(0);
  });

  test('rescheduling from within an expiry, a whole turn ahead, waits that turn', () => {
    const log: number[] = [];
    const startedAtMs = performance.now();
    const again = {
      expire: () => {
        log.push(performance.now() - startedAtMs);
        if (log.length < 3) wheel.schedule(again, 8 * tickMs);
      },
    };
    wheel.schedule(again, 8 * tickMs);
    vi.advanceTimersByTime(1_000);
    expect(log).toHaveLength(3);
    for (const [index, atMs] of log.entries()) expect(atMs).toBeGreaterThanOrEqual((index + 1) * 80);
  });

  test('no interval runs while nothing is scheduled', () => {
    const timeout = wheel.schedule({ expire: () => {} }, 50);
    expect(vi.getTimerCount()).toBe(1);
    wheel.cancel(timeout);
    expect(vi.getTimerCount()).toBe(0);
  });
});
