// Splicing: no edit is the identity, edits replace exactly their spans, literals become holes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeTemplate } from '../../../src/plan/describe.ts';
import { type Edit, identifier, join, splice, text } from '../../../src/planner/splice.ts';
import { statementUnit } from '../../../src/planner/statement-unit.ts';
import type { TextUnit } from '../../../src/planner/text-unit.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { normalize } from '../../../src/sql/normalize/normalize.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';

function plain(sql: string): TextUnit {
  return { text: sql, holes: [], slotAt: () => null };
}

function rendered(unit: TextUnit, edits: readonly Edit[]): string {
  return splice(unit, 0, unit.text.length, edits)
    .map((part) => (part.kind === 'text' ? part.text : '?'))
    .join('');
}

describe('splice', () => {
  test('without edits is the identity', () => {
    fc.assert(fc.property(fc.string(), (sql) => rendered(plain(sql), []) === sql));
  });

  test('replaces exactly the spans of the edits, in any order given', () => {
    const edits = [
      { start: 8, end: 9, parts: text('Z') },
      { start: 0, end: 1, parts: text('A') },
      { start: 4, end: 4, parts: text('+') },
    ];
    expect(rendered(plain('0123456789'), edits)).toBe('A123+4567Z9');
  });

  test('an outer edit speaks for the edits inside it', () => {
    const edits = [
      { start: 3, end: 4, parts: text('inner') },
      { start: 2, end: 6, parts: text('outer') },
    ];
    expect(rendered(plain('0123456789'), edits)).toBe('01outer6789');
  });

  test('lifts literals and parameters into values, lists as a whole', () => {
    const sql = 'SELECT a FROM t WHERE b = 7 AND c IN (1, 2, 3) AND d = ? AND e = -4';
    const mode = defaultMode();
    const unit = statementUnit(sql, parseStatement(sql, mode), normalize(sql, mode));
    expect(describeTemplate(splice(unit, 0, sql.length, []))).toBe(
      'SELECT a FROM t WHERE b = :v0 AND c IN (:v1) AND d = :p0 AND e = -:v2',
    );
  });
});

test('join melts neighbouring texts', () => {
  expect(join(text('a'), text(''), text('b'), [{ kind: 'workspace', fragment: 0, copy: 0 }])).toEqual([
    { kind: 'text', text: 'ab' },
    { kind: 'workspace', fragment: 0, copy: 0 },
  ]);
});

test('identifiers are quoted as bytes of UTF-8', () => {
  expect(identifier('a`b')).toBe('`a``b`');
  expect(Buffer.from(identifier('é'), 'latin1').toString('utf8')).toBe('`é`');
});
