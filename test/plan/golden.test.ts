// Golden plans: every case of cases/*.json plans to what stands there. A failing file leaves its actual plans beside it.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type PlanOptions, planned } from './support/planning.ts';

interface Case {
  readonly comment: string;
  readonly sql: string;
  readonly options?: PlanOptions;
  readonly plan?: unknown;
  readonly error?: string;
}

const folder = new URL('./cases/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.endsWith('.actual.json'));

function withActual(one: Case): Case {
  const { comment, sql, options } = one;
  return { comment, sql, ...(options === undefined ? {} : { options }), ...planned(sql, options) };
}

describe.each(files)('%s', (file) => {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as readonly Case[];
  const actual = new URL(file.replace(/\.json$/, '.actual.json'), folder);

  test('has cases', () => {
    expect(cases.length).toBeGreaterThan(0);
  });

  test.each(cases.map((one) => [one.sql, one] as const))('%s', (_, one) => {
    const found = withActual(one);
    if (JSON.stringify(found) === JSON.stringify(one)) return;
    writeFileSync(actual, `${JSON.stringify(cases.map(withActual), null, 2)}\n`);
    expect(found).toEqual(one);
  });

  test('leaves no actual plans when all agree', () => {
    if (JSON.stringify(cases.map(withActual)) === JSON.stringify(cases)) rmSync(actual, { force: true });
  });
});
