import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { planLines } from '../../src/plan/describe.ts';
import { plan, planned } from './support/planning.ts';

test('scratch', () => {
  for (const sql of readFileSync('/tmp/hs/q.sql', 'utf8').split('\n').filter(Boolean)) {
    let out: string;
    try {
      out = planLines(plan(sql)).join('\n');
    } catch (e) {
      out = String((e as Error).message) + (/SG|1146|1046/.test(String(e)) ? '' : (e as Error).stack);
    }
    console.log(`### ${sql}\n${out}\n`);
  }
  void planned;
});
