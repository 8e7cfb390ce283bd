import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdleShelf } from '../../../src/backend/pool/idle-shelf.ts';
import { type Waiter, WaitingLines } from '../../../src/backend/pool/waiting-lines.ts';
import { present } from '../../../src/util/assert.ts';
import { Fifo } from '../../../src/util/fifo.ts';
import { LinkedList } from '../../../src/util/linked-list.ts';

describe('fifo', () => {
  test('behaves as an array does', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { freq: 2 })), (steps) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const step of steps) {
          if (step === null) expect(fifo.shift()).toBe(model.shift());
          else {
            fifo.push(step);
            model.push(step);
          }
          expect(fifo.length).toBe(model.length);
          expect(fifo.peek()).toBe(model[0]);
        }
      }),
    );
  });
});

describe('linked list', () => {
  test('members leave from anywhere, once', () => {
    const list = new LinkedList<number>();
    const nodes = [1, 2, 3, 4].map((value) => list.push(value));
    const [first, second, , last] = nodes;
    if (first === undefined || second === undefined || last === undefined) throw new Error('four nodes');
    expect(list.remove(second)).toBe(true);
    expect(list.remove(second)).toBe(false);
    expect(list.remove(last)).toBe(true);
    expect(list.length).toBe(2);
    expect(list.shift()).toBe(1);
    list.append(first);
    expect([list.shift(), list.shift(), list.shift()]).toEqual([3, 1, null]);
  });
});

describe('waiting lines', () => {
  function line(): {
    lines: WaitingLines<string>;
    served: string[];
    join(name: string, flags: number): ReturnType<WaitingLines<string>['push']>;
  } {
    const lines = new WaitingLines<string>();
    const served: string[] = [];
    let ticket = 0;
    return {
      lines,
      served,
      join(name, flags) {
        const waiter: Waiter<string> = {
          flags,
          ticket: ++ticket,
          serve: () => served.push(name),
          refuse: () => served.push(`${name} refused`),
        };
        return lines.push(waiter);
      },
    };
  }

  test('first come, first served among the same flags', () => {
    const { lines, served, join } = line();
    for (const name of ['a', 'b', 'c']) join(name, 0);
    for (let n = 0; n < 3; n++) lines.next(0)?.serve('');
    expect(served).toEqual(['a', 'b', 'c']);
    expect(lines.next(0)).toBeNull();
  });

  test('a connection of other flags goes to its own kind first, but nobody is passed over for ever', () => {
    const { lines, served, join } = line();
    join('patient', 2);
    for (let n = 0; n < 40; n++) join(`other ${n}`, 0);
    for (let n = 0; n < 41; n++) lines.next(0)?.serve('');
    expect(served).toHaveLength(41);
    expect(served.indexOf('patient')).toBe(16);
  });

  test('a connection that suits nobody in front still serves somebody', () => {
    const { lines, served, join } = line();
    join('only', 2);
    expect(lines.frontFlags()).toBe(2);
    lines.next(0)?.serve('');
    expect(served).toEqual(['only']);
    expect(lines.frontFlags()).toBeNull();
  });

  test('who leaves is counted out once; the rest can be sent away together', () => {
    const { lines, served, join } = line();
    const node = join('a', 0);
    join('b', 2);
    join('c', 0);
    expect(lines.leave(node)).toBe(true);
    expect(lines.leave(node)).toBe(false);
    expect(lines.length).toBe(2);
    for (const waiter of lines.takeAll()) waiter.serve('');
    expect(served).toEqual(['b', 'c']);
    expect(lines.length).toBe(0);
  });
});

describe('idle shelf', () => {
  const item = (flags: number): { flags: number; shelvedAtTick: number } => ({ flags, shelvedAtTick: 0 });

  test('gives the warmest of the right flags', () => {
    const shelf = new IdleShelf<ReturnType<typeof item>>();
    const [a, b, c] = [item(0), item(0), item(2)];
    for (const one of [a, b, c]) shelf.put(one);
    expect(shelf.take(0)).toBe(b);
    expect(shelf.take(2)).toBe(c);
    expect(shelf.take(2)).toBeNull();
    expect(shelf.size).toBe(1);
  });

  test('exchanges what was taken for one near the top that suits better', () => {
    const shelf = new IdleShelf<ReturnType<typeof item>>();
    const items = Array.from({ length: 8 }, () => item(0));
    for (const one of items) shelf.put(one);
    const top = present(shelf.take(0), 'the shelf is not empty');
    expect(shelf.better(top, (other) => other === items[3])).toBe(items[3]);
    expect(shelf.size).toBe(7);
    expect(shelf.take(0)).toBe(top);
    // The deepest is too far down, and of none that suits the warmest stays.
    const next = present(shelf.take(0), 'the shelf is not empty');
    expect(shelf.better(next, (other) => other === items[0])).toBe(next);
    expect(shelf.size).toBe(5);
  });

  test('what lies for long is swept, what was used meanwhile is not', () => {
    const shelf = new IdleShelf<ReturnType<typeof item>>();
    const [cold, warm] = [item(0), item(0)];
    shelf.put(cold);
    shelf.put(warm);
    for (let tick = 0; tick < 8; tick++) expect(shelf.sweep(9)).toEqual([]);
    const used = shelf.take(0);
    if (used !== null) shelf.put(used);
    expect(shelf.sweep(9)).toEqual([cold]);
    expect(shelf.size).toBe(1);
    expect(shelf.remove(warm)).toBe(true);
    expect(shelf.remove(warm)).toBe(false);
  });

  test('the coldest of any flags, when room must be made', () => {
    const shelf = new IdleShelf<ReturnType<typeof item>>();
    const [old, young] = [item(2), item(0)];
    shelf.put(old);
    shelf.sweep(9);
    shelf.put(young);
    expect(shelf.takeColdest()).toBe(old);
    expect(shelf.takeAll()).toEqual([young]);
    expect(shelf.takeColdest()).toBeNull();
  });
});
