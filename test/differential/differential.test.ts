// Hand-written statements: Shardgate's answer equals one plain server's to the last byte, in both protocols.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ColumnDefinition } from '../../src/value/column-definition.ts';
import { columnsDifference, differenceOf, essenceOf, summary } from '../support/compare-answers.ts';
import type { ExactClient } from '../support/exact-client.ts';
import { Stage, type World } from '../support/stage.ts';
import { testFlavour, testServers } from '../support/test-servers.ts';
import { allCases } from './cases/all.ts';
import { type Case, isOrdered, sqlOf } from './support/case.ts';
import { inserts } from './support/rows.ts';
import { shopWorld } from './support/world.ts';

const same = 'the same answer';
const flavour = testFlavour();

let stage: Stage;
let world: World;
let oracle: ExactClient;
let proxy: ExactClient;

beforeAll(async () => {
  stage = await Stage.open(await testServers());
  world = await stage.world(shopWorld(flavour));
  oracle = await world.oracle();
  proxy = await world.proxy();
  for (const sql of inserts) {
    const [expected, found] = [await oracle.query(sql), await proxy.query(sql)];
    if (expected.kind !== 'ok' || differenceOf(expected, found, { ordered: true }) !== null) {
      throw new Error(
        `${sql.slice(0, 200)}\none server: ${summary(expected)}\nShardgate:  ${summary(found)}`,
      );
    }
  }
});
afterAll(async () => {
  await world?.close();
  await stage?.close();
});

async function textDifference(one: Case): Promise<string | null> {
  const sql = sqlOf(one);
  const [expected, found] = await Promise.all([oracle.query(sql), proxy.query(sql)]);
  return differenceOf(expected, found, { ordered: isOrdered(one), flavour });
}

async function preparedDifference(one: Case): Promise<string | null> {
  const sql = sqlOf(one);
  const params = (typeof one === 'string' ? null : one.params) ?? [];
  const [expected, found] = await Promise.all([oracle.prepare(sql), proxy.prepare(sql)]);
  if ('kind' in expected || 'kind' in found) {
    if ('kind' in expected && 'kind' in found) return differenceOf(expected, found, { ordered: true });
    return `prepare: one server ${JSON.stringify(expected)}\nShardgate:  ${JSON.stringify(found)}`;
  }
  if (expected.paramCount !== found.paramCount)
    return `parameters: ${expected.paramCount} ${found.paramCount}`;
  // Nobody can prepare a statement over two keyspaces as it stands: its columns come with the execution.
  const announced = found.columns.length > 0 || !sql.includes('main.');
  const columns = announced ? columnsDifference(expected.columns, found.columns, { flavour }) : null;
  const [left, right] = await Promise.all([oracle.execute(expected, params), proxy.execute(found, params)]);
  oracle.closeStatement(expected);
  proxy.closeStatement(found);
  const options = { ordered: isOrdered(one), withParams: expected.paramCount > 0, flavour };
  const difference = differenceOf(left, right, options);
  return difference ?? (columns === null ? null : `at prepare: ${columns}`);
}

describe.each(allCases)('$theme', ({ cases: all }) => {
  const cases = all.filter((one) => typeof one === 'string' || (one.only ?? flavour) === flavour);
  const asText = cases.filter((one) => typeof one === 'string' || one.params === undefined);
  test.each(asText.map((one) => [sqlOf(one), one] as const))('text: %s', async (_, one) => {
    expect((await textDifference(one)) ?? same).toBe(same);
  });

  test.each(cases.map((one) => [sqlOf(one), one] as const))('prepared: %s', async (_, one) => {
    expect((await preparedDifference(one)) ?? same).toBe(same);
  });
});

test('one server alone: what the comparison leaves out changes with the path, the essence does not', async () => {
  let changed = 0;
  for (const sql of [
    'SELECT id, name FROM users',
    'SELECT COUNT(*) FROM orders',
    'SELECT CONCAT(name, id) FROM users',
    'SELECT YEAR(created_at), id IS NULL FROM users',
  ]) {
    const direct = await oracle.query(sql);
    const buffered = await oracle.query(sql.replace('SELECT', 'SELECT SQL_BUFFER_RESULT'));
    if (direct.kind !== 'rows' || buffered.kind !== 'rows') throw new Error(summary(direct));
    if (JSON.stringify(direct.columns) !== JSON.stringify(buffered.columns)) changed++;
    const essence = (column: ColumnDefinition): object => essenceOf(column, flavour);
    expect(direct.columns.map(essence)).toEqual(buffered.columns.map(essence));
  }
  expect(changed).toBeGreaterThan(0);
});

test('there are at least 300 statements, none twice', () => {
  const texts = allCases.flatMap(({ cases }) =>
    cases.map((one) => JSON.stringify([sqlOf(one), paramsText(one)])),
  );
  expect(texts.length).toBeGreaterThanOrEqual(300);
  expect(new Set(texts).size).toBe(texts.length);
});

function paramsText(one: Case): string {
  return typeof one === 'string' ? '' : (one.params ?? []).map((value) => `${typeof value} ${value}`).join();
}
