// The printed list of refusals: every one is tried, and the README says what it says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { catalog } from '../../src/errors/catalog.ts';
import { SqlError } from '../../src/errors/sql-error.ts';
import { code, markdownTable, readmeSection } from '../support/readme-section.ts';
import { plan } from './support/planning.ts';
import { ofOtherVschemas, type Refused, refused } from './support/refused.ts';

/** The error's text, whether planning throws it or the plan is one. */
function refusalOf({ sql, options }: Refused): string | null {
  try {
    const { root } = plan(sql, options);
    if (root.kind === 'refuse') return root.message;
    return root.kind === 'route' && root.several.kind === 'refuse' ? root.several.message : null;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.message;
  }
}

function plannerText(): string {
  const folder = fileURLToPath(new URL('../../src/planner', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}

describe('refusals', () => {
  test.each(refused.map((one) => [one.id, one.sql, one] as const))('%s: %s', (id, _, one) => {
    expect(refusalOf(one)).toMatch(new RegExp(`^${id}: `));
  });

  test('every refusal of the planner is tried', () => {
    const tried = new Set([...refused.map(({ id }) => id), ...Object.keys(ofOtherVschemas)]);
    const thrown = new Set(plannerText().match(/\bSG\d{4}\b/g));
    expect([...thrown].filter((id) => !tried.has(id)).sort()).toEqual([]);
    expect([...tried].filter((id) => !thrown.has(id) || !(id in catalog))).toEqual([]);
  });

  test('the README lists them', () => {
    const listed = refused.filter((one) => one.sessionAnswers !== true);
    const rows = listed.map((one) => {
      const [, ...text] = (refusalOf(one) ?? '').split(': ');
      return [one.id, code(one.sql), text.join(': ')];
    });
    const table = markdownTable(['id', 'tried with', 'what: why; what to do'], rows);
    expect(readmeSection('refusals', table)).toBe(table);
  });
});
