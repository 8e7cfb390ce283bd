// The printed list of refusals: every one is tried, and the README says what it says.
import { describe, expect, test } from 'vitest';
import { catalog } from '../../src/errors/catalog.ts';
import { SqlError } from '../../src/errors/sql-error.ts';
import { code, markdownTable, readmeSection } from '../support/readme-section.ts';
import { plan } from './support/planning.ts';
import { atRunTime, type Refused, refused } from './support/refused.ts';

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

describe('refusals', () => {
  test.each(refused.map((one) => [one.id, one.sql, one] as const))('%s: %s', (id, _, one) => {
    expect(refusalOf(one)).toMatch(new RegExp(`^${id}: `));
  });

  test('every planner and write error of the catalogue is tried, or happens at run time only', () => {
    const known = new Set<string>([...refused.map(({ id }) => id), ...Object.keys(atRunTime)]);
    const ids = Object.keys(catalog).filter((id) => /^SG[26]/.test(id));
    expect(ids.filter((id) => !known.has(id))).toEqual([]);
    expect([...known].filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('the README lists them', () => {
    const rows = refused.map((one) => {
      const [, ...text] = (refusalOf(one) ?? '').split(': ');
      return [one.id, code(one.sql), text.join(': ')];
    });
    const table = markdownTable(['id', 'tried with', 'what: why; what to do'], rows);
    expect(readmeSection('refusals', table)).toBe(table);
  });
});
