// Sessions other people recorded: every step on one plain server and over four shards, in order.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceOf, summary } from '../../support/compare-answers.ts';
import type { ExactClient } from '../../support/exact-client.ts';
import { Stage, type World } from '../../support/stage.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';
import { corpusIsHere, readSuites, type Step, shardings, worldOf } from './sessions.ts';

describe.runIf(corpusIsHere)('recorded sessions', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open(await testServers());
  });
  afterAll(() => stage?.close());

  const runs = readSuites().flatMap((suite) =>
    shardings.map((sharding) => [suite.suite, sharding, suite] as const),
  );
  test.each(runs)(
    '%s, sharding %s',
    async (_, sharding, suite) => {
      const world = await stage.world(worldOf(suite, sharding));
      try {
        const differences = await differencesOf(world, suite.steps);
        expect(differences).toEqual([]);
      } finally {
        await world.close();
      }
    },
    120_000,
  );
});

async function differencesOf(world: World, steps: readonly Step[]): Promise<readonly string[]> {
  const [oracle, proxy] = await Promise.all([world.oracle(), world.proxy()]);
  const differences: string[] = [];
  for (const step of steps) {
    const difference = await stepDifference(oracle, proxy, step);
    if (difference !== null) differences.push(`${step.test}: ${step.sql}\n${difference}`);
  }
  return differences;
}

/** The order inside GROUP_CONCAT is the access path's unless it says ORDER BY. */
const anyOrder = /\bgroup_concat\((?![^)]*\border by\b).*\bfrom t1, t2\b/i;

/** Which of the spellings that a collation holds equal stands for a group ('a' for 'a' and 'A') is the access path's. */
const anySpelling = /\b(?:distinct val1|group by (?:val1|a))\b/i;

const reads = /^[\s(]*(?:select|with|values|table)\b/i;

/** What one server refuses is nobody's answer; a write it refused must not happen on the shards either. */
async function stepDifference(oracle: ExactClient, proxy: ExactClient, step: Step): Promise<string | null> {
  const expected = await oracle.query(step.sql);
  if (expected.kind === 'error' && !reads.test(step.sql)) return null;
  const found = await proxy.query(step.sql);
  if (expected.kind !== 'error') {
    const flavour = testFlavour();
    const countOnly = anyOrder.test(step.sql) || (flavour === 'mysql' && anySpelling.test(step.sql));
    return differenceOf(expected, found, { ordered: false, countOnly, flavour });
  }
  return found.kind === 'error' ? null : `one server: ${summary(expected)}\nShardgate:  ${summary(found)}`;
}
