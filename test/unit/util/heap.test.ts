import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../../src/util/heap.ts';

test('members come out in order, also when the least one grows in place', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer(), { minLength: 1 }), { maxLength: 8 }), (lists) => {
      const sources = lists.map((list) => ({ list: [...list].sort((a, b) => a - b), at: 0 }));
      const head = (source: { list: number[]; at: number }) => source.list[source.at] ?? 0;
      const heap = new Heap<(typeof sources)[number]>((a, b) => head(a) < head(b));
      for (const source of sources) heap.push(source);
      const out: number[] = [];
      for (let top = heap.peek(); top !== undefined; top = heap.peek()) {
        out.push(head(top));
        top.at++;
        if (top.at < top.list.length) heap.settleTop();
        else heap.pop();
      }
      expect(out).toEqual(lists.flat().sort((a, b) => a - b));
    }),
  );
});
