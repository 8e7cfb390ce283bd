// Values sent from one fragment to another: distinct, none, too many.
import { expect, test } from 'vitest';
import { dependenciesOf, KeyValues } from '../../../src/engine/workspace/key-values.ts';
import type { Fragment, GatherNode } from '../../../src/plan/nodes.ts';

const keys = { kind: 'keys', fragment: 0, column: 1, orElse: '`c`' } as const;

function fragment(id: number, template: Fragment['template']): Fragment {
  return {
    id,
    keyspace: 'shop',
    destination: { kind: 'all' },
    template,
    columns: [],
    shape: null,
    keys: [],
    copies: 1,
    note: '',
  };
}

const asking = fragment(1, [{ kind: 'text', text: 'SELECT a FROM t WHERE c IN (' }, keys]);
const node: GatherNode = {
  kind: 'gather',
  keyspace: 'shop',
  fragments: [fragment(0, []), asking],
  finish: [],
  describe: null,
  pinTime: false,
};

test('distinct values as a list; NULL when there are none', () => {
  const values = new KeyValues(node);
  expect(values.list(0, 1)).toBe('NULL');
  const set = values.collector(0, 1);
  for (const literal of ['5', '7', '5']) set?.add(literal);
  expect(values.list(0, 1)).toBe('5,7');
});

test('columns nobody asks for are not collected', () => {
  expect(new KeyValues(node).collector(0, 0)).toBe(null);
  expect(dependenciesOf(asking)).toEqual([0]);
  expect(dependenciesOf(fragment(0, []))).toEqual([]);
});

test('too many values: no list, and nobody waits for the rest', async () => {
  const values = new KeyValues(node);
  const set = values.collector(0, 1);
  for (let value = 0; value <= 10_000; value++) set?.add(String(value));
  await values.overflow(asking, 0);
  expect(values.list(0, 1)).toBe(null);
});
