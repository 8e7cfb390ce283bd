// TPC-H over four shards, sharded two ways: every question answered as one server answers it, and what it moves.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceOf, summary } from '../../support/compare-answers.ts';
import type { ExactClient } from '../../support/exact-client.ts';
import { markdownTable, readmeSection } from '../../support/readme-section.ts';
import { Stage, type World } from '../../support/stage.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';
import { population } from './data.ts';
import { loadTpch } from './load.ts';
import { movedBytes, type TableBytes, tableBytes, tablesOf } from './moved-bytes.ts';
import { questions } from './queries.ts';
import { byCustomer, byOrder } from './schema.ts';

/** 60,000 lines; another scale with SHARDGATE_TPCH_SCALE. Below 0.01 some questions find nothing. */
const scale = Number(process.env['SHARDGATE_TPCH_SCALE'] ?? '0.01');
const answerTimeoutMs = 60_000;
const same = 'the same answer';

/** By question: bytes moved and bytes of its tables, once per sharding. */
const moved = new Map<string, (readonly [number, number])[]>();

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open(await testServers());
});
afterAll(() => stage?.close());

describe.each([byOrder, byCustomer])('$name', (sharding) => {
  let world: World;
  let oracle: ExactClient;
  let proxy: ExactClient;
  let sizes: TableBytes;

  beforeAll(async () => {
    world = await stage.world(sharding.world);
    [oracle, proxy] = await Promise.all([
      world.oracle({ answerTimeoutMs }),
      world.proxy({ answerTimeoutMs }),
    ]);
    await loadTpch([oracle, proxy], population(scale));
    sizes = await tableBytes(oracle);
  });
  afterAll(() => world?.close());

  test.each(questions.map((question) => [question.name, question] as const))('%s', async (name, question) => {
    const expected = await oracle.query(question.sql);
    if (expected.kind !== 'rows') throw new Error(summary(expected));
    expect(expected.rows.length).toBeGreaterThan(0);
    // A question whose only answer is NULL found nothing.
    expect(expected.rows[0]?.[0]).not.toBe(0xfb);
    const found = await proxy.query(question.sql);
    expect(differenceOf(expected, found, { ordered: question.ordered, flavour: testFlavour() }) ?? same).toBe(
      same,
    );
    const bytes = await movedBytes(proxy, question.sql);
    const bytesMax = tablesOf(question.sql).reduce((sum, table) => sum + sizes[table], 0);
    moved.set(name, [...(moved.get(name) ?? []), [bytes, bytesMax]]);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(bytesMax);
  });

  test('keys that are too many for a list narrow nothing down, and nothing is lost', async () => {
    const sql =
      'SELECT COUNT(*), SUM(l_quantity) FROM orders, lineitem WHERE o_orderkey = l_orderkey AND o_totalprice > 0 AND l_quantity > 10';
    const [expected, found] = await Promise.all([oracle.query(sql), proxy.query(sql)]);
    expect(differenceOf(expected, found, { ordered: true, flavour: testFlavour() }) ?? same).toBe(same);
  });
});

test('a table of what every question moves', () => {
  const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);
  const rows = questions.map(({ name }) => [
    name,
    ...(moved.get(name) ?? []).flatMap(([bytes, bytesMax]) => [kilobytes(bytes), kilobytes(bytesMax)]),
  ]);
  const table = markdownTable(['question', 'moved, kB', 'tables, kB', 'moved, kB', 'tables, kB'], rows);
  process.stdout.write(`\n${table}`);
  expect(rows.every((row) => row.length === 5)).toBe(true);
  if (scale === 0.01) readmeSection('tpch', table);
});
