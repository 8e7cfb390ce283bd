// The printer: what it prints means what was parsed, and rewritten trees stay right.
import { describe, expect, test } from 'vitest';
import { type Expression, type Ident, synthetic } from '../../../src/sql/ast.ts';
import { withSqlMode } from '../../../src/sql/mode.ts';
import { printStatement } from '../../../src/sql/printer/print.ts';
import { isPlainName } from '../../../src/sql/printer/writer.ts';
import { extras, mysqlQueries, mysqlWrites, others, queries, writes } from './fixtures/statements.ts';
import { mariadb, meaning, mysql, parse, parseExpression, parseSelect } from './support.ts';

const print = (node: Parameters<typeof printStatement>[0]): string =>
  Buffer.from(printStatement(node), 'latin1').toString('utf8');

describe('print(parse(x)) means x', () => {
  test.each([...queries, ...writes, ...others, ...extras].map((sql) => [sql, mariadb] as const))(
    '%s',
    (sql, mode) => {
      const node = parse(sql, mode);
      const printed = print(node);
      expect(meaning(parse(printed, mode))).toEqual(meaning(node));
      expect(print(parse(printed, mode))).toBe(printed);
    },
  );
  test.each([...mysqlQueries, ...mysqlWrites])('MySQL: %s', (sql) => {
    const node = parse(sql, mysql);
    expect(meaning(parse(print(node), mysql))).toEqual(meaning(node));
  });
});

describe('result columns keep their names', () => {
  test('an item without alias is printed as written', () => {
    expect(print(parse('select COUNT( * ), a+1 , `b` from t'))).toBe('SELECT COUNT( * ), a+1, `b` FROM t');
  });

  test('text = null prints the tree', () => {
    const node = parseSelect('select COUNT( * ) , a+1 from t');
    const items = node.list.items.map((item) => ({ ...item, text: null }));
    expect(print({ ...node, list: { ...node.list, items } })).toBe('SELECT COUNT(*), a + 1 FROM t');
  });
});

function name(text: string): Ident {
  return { kind: 'ident', name: text, quoted: false, ...synthetic };
}

function column(text: string): Expression {
  return { kind: 'column', schema: null, table: null, name: name(text), ...synthetic };
}

describe('trees made by hand', () => {
  const sum: Expression = {
    kind: 'binary',
    operator: '+',
    left: column('a'),
    right: column('b'),
    ...synthetic,
  };
  const or: Expression = {
    kind: 'logical',
    operator: 'or',
    operands: [column('a'), column('b')],
    ...synthetic,
  };

  test('operands that bind too loosely get parentheses', () => {
    expect(print({ kind: 'binary', operator: '*', left: sum, right: sum, ...synthetic })).toBe(
      '(a + b) * (a + b)',
    );
    expect(print({ kind: 'binary', operator: '-', left: sum, right: sum, ...synthetic })).toBe(
      'a + b - (a + b)',
    );
    expect(print({ kind: 'logical', operator: 'and', operands: [or, column('c')], ...synthetic })).toBe(
      '(a OR b) AND c',
    );
    expect(print({ kind: 'not', operand: or, ...synthetic })).toBe('NOT (a OR b)');
    const minus: Expression = { kind: 'unary', operator: '-', operand: column('a'), ...synthetic };
    expect(print({ kind: 'unary', operator: '-', operand: minus, ...synthetic })).toBe('- -a');
  });

  test('a comparison under NOT means the same under HIGH_NOT_PRECEDENCE', () => {
    const equal: Expression = {
      kind: 'comparison',
      operator: '=',
      left: column('a'),
      right: column('b'),
      ...synthetic,
    };
    const printed = print({ kind: 'not', operand: equal, ...synthetic });
    expect(parseExpression(printed, withSqlMode(mariadb, 'HIGH_NOT_PRECEDENCE'))).toMatchObject({
      kind: 'not',
    });
  });

  test('names are quoted where they must be', () => {
    expect(print(column('select'))).toBe('`select`');
    expect(print(column('rank'))).toBe('`rank`');
    expect(print(column('a`b'))).toBe('`a``b`');
    expect(print(column('größe'))).toBe('`größe`');
    expect(print(column('1a'))).toBe('`1a`');
    expect(print(column(''))).toBe('``');
    expect(isPlainName('user_id2')).toBe(true);
    // Reserved by some versions of MySQL only.
    for (const name of ['external', 'Library', 'manual', 'PARALLEL']) expect(isPlainName(name)).toBe(false);
  });
});
