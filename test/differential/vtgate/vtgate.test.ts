// Every construct vtgate refuses: answered as one server answers it, or refused with a reason; the README lists them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TextRow } from '../../../src/value/text-row.ts';
import { differenceOf, summary } from '../../support/compare-answers.ts';
import type { ExactClient } from '../../support/exact-client.ts';
import { code, markdownTable, readmeSection } from '../../support/readme-section.ts';
import { Stage, type World } from '../../support/stage.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';
import { hasOuterOrderBy } from '../support/case.ts';
import { inserts } from '../support/rows.ts';
import { shopWorld } from '../support/world.ts';
import { type Construct, constructs } from './constructs.ts';

const flavour = testFlavour();
const same = 'the same answer';

let stage: Stage;
let world: World;
let oracle: ExactClient;
let proxy: ExactClient;
const rows: (readonly string[])[] = [];

beforeAll(async () => {
  stage = await Stage.open(await testServers());
  world = await stage.world(shopWorld(flavour));
  [oracle, proxy] = await Promise.all([world.oracle(), world.proxy()]);
  // MySQL 9.7.4 loses the WHERE of a subquery that it materializes for a semijoin in an outer join's ON.
  if (flavour === 'mysql') await oracle.query("SET optimizer_switch = 'semijoin=off'");
  for (const sql of inserts) expect(await difference(sql)).toBe(same);
});
afterAll(async () => {
  await world?.close();
  await stage?.close();
});

async function difference(sql: string): Promise<string> {
  const [expected, found] = await Promise.all([oracle.query(sql), proxy.query(sql)]);
  if (expected.kind === 'error') return `one server refuses: ${summary(expected)}`;
  // MySQL warns of SQL_CALC_FOUND_ROWS, which no shard gets to see.
  const warnings = flavour === 'mariadb';
  return differenceOf(expected, found, { ordered: hasOuterOrderBy(sql), flavour, warnings }) ?? same;
}

/** The plan's label, as metrics count it; `session` where no plan is made; null when its tables are gone by now. */
async function labelOf(sql: string): Promise<string | null> {
  const answer = await proxy.query(`VEXPLAIN PLAN ${sql}`);
  if (answer.kind !== 'rows') return null;
  const row = new TextRow(1);
  row.load(answer.rows[0] ?? Buffer.alloc(0));
  const { label }: { label?: string } = JSON.parse(row.text(0) ?? '{}');
  return label ?? 'session';
}

/** ORDER BY within JSON_ARRAYAGG and its like, which MySQL does not parse. */
async function isOfBoth(sql: string): Promise<boolean> {
  if (flavour === 'mariadb') return true;
  const answer = await oracle.prepare(sql);
  if (!('kind' in answer)) oracle.closeStatement(answer);
  return !('kind' in answer && answer.errno === 1064);
}

async function tried({ construct, cases, statements: all, after, refused }: Construct): Promise<void> {
  const statements: string[] = [];
  for (const sql of all) if (refused !== undefined || (await isOfBoth(sql))) statements.push(sql);
  expect(statements.length).toBeGreaterThan(0);
  for (const sql of statements) {
    if (refused === undefined) expect(await difference(sql)).toBe(same);
    else expect(summary(await proxy.query(sql))).toContain(`${refused}: `);
  }
  if (after !== undefined) expect(await difference(after)).toBe(same);
  const labels = new Set<string>();
  if (refused !== undefined) labels.add(`refused: ${refused}`);
  else for (const sql of statements) labels.add((await labelOf(sql)) ?? '');
  labels.delete('');
  const plan = [...labels].join(', ');
  rows.push([construct, String(cases), plan, code(statements[0] ?? '')]);
}

describe('what vtgate refuses', () => {
  test.each(constructs.map((one) => [one.construct, one] as const))('%s', (_, one) => tried(one));

  // Plans are the same on both; what a server of the other flavour cannot do is missing from the table.
  test.runIf(flavour === 'mariadb')('the README lists them', () => {
    const table = markdownTable(['vtgate refuses', 'cases', 'plan here', 'for example'], rows);
    expect(readmeSection('refused by vtgate', table)).toBe(table);
  });
});
