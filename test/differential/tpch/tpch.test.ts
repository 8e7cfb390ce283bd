// TPC-H over four shards, sharded two ways: every question answered as one server answers it, and what it moves.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceOf, summary } from '../../support/compare-answers.ts';
import type { ExactClient } from '../../support/exact-client.ts';
import { Stage, type World } from '../../support/stage.ts';
import { testServers } from '../../support/test-servers.ts';
import { population } from './data.ts';
import { loadTpch } from './load.ts';
import { questions } from './queries.ts';
import { byCustomer, byOrder } from './schema.ts';

const scale = Number(process.env['SHARDGATE_TPCH_SCALE'] ?? '0.002');
const answerTimeoutMs = 60_000;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open(await testServers());
});
afterAll(() => stage?.close());

describe.each([byOrder, byCustomer])('$name', (sharding) => {
  let world: World;
  let oracle: ExactClient;
  let proxy: ExactClient;

  beforeAll(async () => {
    world = await stage.world(sharding.world);
    [oracle, proxy] = await Promise.all([world.oracle({ answerTimeoutMs }), world.proxy({ answerTimeoutMs })]);
    const start = performance.now();
    await loadTpch([oracle, proxy], population(scale));
    console.log(`loaded in ${performance.now() - start}`);
  });
  afterAll(() => world?.close());

  test.each(questions.map((question) => [question.name, question] as const))('%s', async (_, question) => {
    const t0 = performance.now();
    const expected = await oracle.query(question.sql);
    const t1 = performance.now();
    const found = await proxy.query(question.sql);
    const t2 = performance.now();
    console.log(`${question.name}: ${Math.round(t1 - t0)} ${Math.round(t2 - t1)} ${summary(expected).slice(0, 300)}`);
    if (expected.kind !== 'rows') throw new Error(summary(expected));
    expect(expected.rows.length).toBeGreaterThan(0);
    expect(expected.rows[0]?.[0]).not.toBe(0xfb);
    expect(differenceOf(expected, found, { ordered: question.ordered })).toBe(null);
  });
});
