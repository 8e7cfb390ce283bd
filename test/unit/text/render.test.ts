import { describe, expect, test } from 'vitest';
import { hexLiteral, quoteIdentifier, quoteString } from '../../../src/text/quote.ts';
import {
  limitNumber,
  type RenderContext,
  renderTemplate,
  type ValueSource,
} from '../../../src/text/render.ts';
import type { Template, ValueRef } from '../../../src/text/template.ts';
import type { BindValue } from '../../../src/value/bind-value.ts';

function literal(kind: BindValue['kind'], sql: string, negative = false): BindValue {
  return { kind, negative, sql, value: negative ? `-${sql}` : sql };
}

const slots: readonly BindValue[] = [
  literal('integer', '7'),
  literal('string', "'a'"),
  literal('integer', '18446744073709551615'),
];
const items: readonly BindValue[] = [literal('integer', '1'), literal('integer', '2', true)];
const values: ValueSource = {
  slot: (slot) => slots[slot] ?? literal('null', 'NULL'),
  item: (_slot, item) => items[item] ?? literal('null', 'NULL'),
  itemCount: (slot) => (slot === 9 ? items.length : 0),
  slotText: () => '1, -2',
  param: () => literal('integer', '3', true),
};
const context: RenderContext = {
  values,
  database: (keyspace) => `${keyspace}_0`,
  workspaceTable: (fragment, copy) => `w${fragment}_${copy}`,
  keys: () => '1,2',
};

function slot(index: number, negative = false): ValueRef {
  return { kind: 'slot', slot: index, negative };
}

function render(...template: Template): string {
  return renderTemplate(template, context);
}

describe('renderTemplate', () => {
  test('spells values with their sign', () => {
    expect(render({ kind: 'text', text: 'a=' }, { kind: 'value', ref: slot(0) })).toBe('a=7');
    expect(render({ kind: 'text', text: 'a-' }, { kind: 'value', ref: slot(0, true) })).toBe('a- -7');
    expect(render({ kind: 'text', text: 'a-' }, { kind: 'value', ref: { kind: 'param', index: 0 } })).toBe(
      'a- -3',
    );
    expect(render({ kind: 'value', ref: { kind: 'item', slot: 9, item: 1 } })).toBe(' -2');
    expect(render({ kind: 'value', ref: slot(9) })).toBe('1, -2');
    expect(render({ kind: 'value', ref: { kind: 'constant', sql: 'NULL', valueKind: 'null' } })).toBe('NULL');
  });

  test('names databases, workspace tables and keys', () => {
    expect(render({ kind: 'database', keyspace: 'shop' }, { kind: 'text', text: '.t' })).toBe('`shop_0`.t');
    expect(render({ kind: 'workspace', fragment: 1, copy: 2 })).toBe('`w1_2`');
    expect(render({ kind: 'keys', fragment: 0, column: 0, orElse: 'c' })).toBe('1,2');
  });

  test('a share of LIMIT is offset + count, never beyond 64 bits', () => {
    expect(render({ kind: 'limit', offset: slot(0), count: slot(0) })).toBe('14');
    expect(render({ kind: 'limit', offset: null, count: slot(0) })).toBe('7');
    expect(render({ kind: 'limit', offset: slot(2), count: slot(0) })).toBe('18446744073709551615');
    // No number: the server is to say what is wrong with it.
    expect(render({ kind: 'limit', offset: null, count: slot(1) })).toBe("'a'");
    expect(limitNumber(slot(1), values)).toBeNull();
  });
});

describe('quoting', () => {
  test('names', () => {
    expect(quoteIdentifier('a`b')).toBe('`a``b`');
    expect(quoteIdentifier('é')).toBe(`\`${Buffer.from('é').toString('latin1')}\``);
  });

  test('strings mean the same under every sql_mode', () => {
    expect(quoteString('2024-01-01')).toBe("'2024-01-01'");
    expect(quoteString("it's")).toBe("_utf8mb4 x'69742773'");
    expect(quoteString('a\\b')).toBe("_utf8mb4 x'615c62'");
    expect(hexLiteral(Uint8Array.of(0, 255))).toBe("x'00ff'");
  });
});
