// The parser: what it reads, how operators and joins group, spans, errors, and what hostile texts cost.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import type { Expression, TableReference } from '../../../src/sql/ast.ts';
import { withSqlMode } from '../../../src/sql/mode.ts';
import { parseStatement, parse as parseWithFacts } from '../../../src/sql/parser/parse.ts';
import { extras, mysqlQueries, mysqlWrites, others, queries, writes } from './fixtures/statements.ts';
import { mariadb, mysql, parse, parseExpression, parseSelect, sqlText } from './support.ts';

describe('reads', () => {
  test.each([...queries, ...writes, ...others, ...extras])('%s', (sql) => {
    expect(parse(sql).kind).not.toBe('empty');
    expect(parse(`${sql};`).end).toBe(parse(sql).end);
  });
  test.each([...mysqlQueries, ...mysqlWrites, ...extras])('MySQL: %s', (sql) => {
    expect(parse(sql, mysql).kind).not.toBe('empty');
  });
});

/** The tree with every operator in parentheses. */
function grouped(node: Expression): string {
  switch (node.kind) {
    case 'literal':
      return node.text;
    case 'column':
      return node.name.name;
    case 'paren':
      return grouped(node.expression);
    case 'unary':
      return `(${node.operator} ${grouped(node.operand)})`;
    case 'not':
      return `(not ${grouped(node.operand)})`;
    case 'logical':
      return `(${node.operands.map(grouped).join(` ${node.operator} `)})`;
    case 'comparison':
    case 'binary':
      return `(${grouped(node.left)} ${node.operator} ${grouped(node.right)})`;
    case 'isNull':
    case 'isTruth':
      return `(${grouped(node.operand)} is)`;
    case 'between':
      return `(${grouped(node.operand)} between ${grouped(node.low)} : ${grouped(node.high)})`;
    case 'like':
      return `(${grouped(node.operand)} like ${grouped(node.pattern)})`;
    case 'regexp':
      return `(${grouped(node.operand)} regexp ${grouped(node.pattern)})`;
    case 'inList':
      return `(${grouped(node.operand)} in ${node.list.items.map(grouped).join()})`;
    case 'collate':
      return `(${grouped(node.operand)} collate)`;
    case 'interval':
      return `interval ${grouped(node.value)}`;
    default:
      throw new Error(node.kind);
  }
}

describe('precedence', () => {
  test.each([
    ['a OR b AND c', '(a or (b and c))'],
    ['a OR b XOR c OR d', '(a or (b xor c) or d)'],
    ['a AND b && c', '(a and b and c)'],
    ['a || b', '(a or b)'],
    ['NOT a = b', '(not (a = b))'],
    ['! a = b', '((! a) = b)'],
    ['NOT a IS NULL', '(not (a is))'],
    ['a = b IS NULL', '((a = b) is)'],
    ['a = b = c', '((a = b) = c)'],
    ['a < b + c * d', '(a < (b + (c * d)))'],
    ['a - b - c', '((a - b) - c)'],
    ['a | b & c << d + e', '(a | (b & (c << (d + e))))'],
    ['a * b ^ c', '(a * (b ^ c))'],
    ['- a ^ b', '((- a) ^ b)'],
    ['- a COLLATE x', '(- (a collate))'],
    ['BINARY a = b', '((binary a) = b)'],
    ['a BETWEEN b AND c AND d', '((a between b : c) and d)'],
    ['a BETWEEN b AND c BETWEEN d AND e', '(a between b : (c between d : e))'],
    ['a = b BETWEEN c AND d', '(a = (b between c : d))'],
    ['a LIKE b OR c LIKE d', '((a like b) or (c like d))'],
    ['a LIKE b LIKE c', '((a like b) like c)'],
    ['a LIKE b NOT IN (c)', '(a like (b in c))'],
    ['a BETWEEN b AND c NOT LIKE d', '(a between b : (c like d))'],
    ['a IN (b, c) = d', '((a in b,c) = d)'],
    ['a + INTERVAL b + c DAY + d', '((a + interval (b + c)) + d)'],
    ['INTERVAL (a) DAY + b', '(interval a + b)'],
    ['INTERVAL (a) + b DAY + c', '(interval (a + b) + c)'],
    ['a DIV b MOD c % d', '(((a div b) mod c) % d)'],
  ])('%s', (sql, expected) => {
    expect(grouped(parseExpression(sql))).toBe(expected);
  });

  test('sql_mode changes it', () => {
    const high = withSqlMode(mariadb, 'HIGH_NOT_PRECEDENCE');
    expect(grouped(parseExpression('NOT a = b', high))).toBe('((not a) = b)');
    const pipes = withSqlMode(mariadb, 'PIPES_AS_CONCAT');
    expect(grouped(parseExpression('a || b = c ^ d || e', pipes))).toBe('((a || b) = (c ^ (d || e)))');
  });
});

function joined(node: TableReference): string {
  switch (node.kind) {
    case 'table':
      return node.name.name.name;
    case 'tableList':
      return `[${node.tables.map(joined).join()}]`;
    case 'join':
      return `(${joined(node.left)} ${node.natural ? 'natural ' : ''}${node.type}${node.on ? ' on' : ''} ${joined(node.right)})`;
    default:
      throw new Error(node.kind);
  }
}

describe('joins', () => {
  test.each([
    ['a JOIN b JOIN c ON x', '((a inner b) inner on c)'],
    ['a JOIN b JOIN c ON x ON y', '(a inner on (b inner on c))'],
    ['a LEFT JOIN b JOIN c ON x ON y', '(a left on (b inner on c))'],
    ['a JOIN b LEFT JOIN c ON x JOIN d', '(((a inner b) left on c) inner d)'],
    ['a JOIN b NATURAL LEFT JOIN c', '((a inner b) natural left c)'],
    ['a JOIN b NATURAL JOIN c ON x', '(a inner on (b natural inner c))'],
    ['a JOIN (b, c) ON x', '(a inner on [b,c])'],
    ['a STRAIGHT_JOIN b ON x CROSS JOIN c', '((a straight on b) cross c)'],
  ])('%s', (sql, expected) => {
    const table = parseSelect(`SELECT 1 FROM ${sql}`).from?.tables[0];
    expect(table && joined(table)).toBe(expected);
  });

  test('an outer join needs its condition', () => {
    expect(() => parse('SELECT 1 FROM a LEFT JOIN b JOIN c ON x')).toThrow(SqlError);
  });
});

describe('set operations', () => {
  test('INTERSECT binds tighter, the rest goes left', () => {
    const node = parse('SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4 ORDER BY 1');
    if (node.kind !== 'setOperation' || node.left.kind !== 'setOperation') throw new Error(node.kind);
    expect(node.operator).toBe('except');
    expect(node.orderBy).not.toBeNull();
    expect(node.left.operator).toBe('union');
    expect(node.left.right).toMatchObject({ kind: 'setOperation', operator: 'intersect', orderBy: null });
  });

  test('ORDER BY of one operand needs parentheses', () => {
    expect(() => parse('SELECT 1 ORDER BY 1 UNION SELECT 2')).toThrow(SqlError);
  });
});

describe('spans', () => {
  const sql =
    'SELECT  a + 1  AS x , f( b ) FROM s.t AS u  WHERE  /* c */ u.id = 7  GROUP BY a HAVING b ORDER BY c DESC LIMIT 5';
  const node = parseSelect(sql);
  const cut = (part: { start: number; end: number } | null | undefined): string =>
    part ? sql.slice(part.start, part.end) : '';

  test('clauses begin at their keywords', () => {
    expect(cut(node)).toBe(sql);
    expect(cut(node.list)).toBe('a + 1  AS x , f( b )');
    expect(cut(node.from)).toBe('FROM s.t AS u');
    expect(cut(node.where)).toBe('WHERE  /* c */ u.id = 7');
    expect(cut(node.groupBy)).toBe('GROUP BY a');
    expect(cut(node.having)).toBe('HAVING b');
    expect(cut(node.orderBy)).toBe('ORDER BY c DESC');
    expect(cut(node.limit)).toBe('LIMIT 5');
  });

  test('items, expressions, names', () => {
    const [first, second] = node.list.items;
    expect(cut(first)).toBe('a + 1  AS x');
    expect(cut(first?.expression)).toBe('a + 1');
    expect(first?.text).toBe('a + 1');
    expect(cut(first?.alias)).toBe('x');
    expect(cut(second)).toBe('f( b )');
    expect(cut(node.where?.expression)).toBe('u.id = 7');
    const table = node.from?.tables[0];
    expect(table?.kind === 'table' && cut(table.name)).toBe('s.t');
  });

  test('offsets are bytes, names are Unicode', () => {
    const item = parseSelect("SELECT 'ä', `größe` FROM t").list.items[1];
    expect(item?.expression).toMatchObject({
      kind: 'column',
      name: { name: 'größe', quoted: true },
      start: 13,
      end: 22,
    });
  });

  test('an item that ends in an executable comment takes it along', () => {
    expect(parseSelect('SELECT 1 /*!50000 + 1 */, 2').list.items[0]?.text).toBe('1 /*!50000 + 1 */');
    expect(parseSelect('SELECT /*!50000 1 + */ 1').list.items[0]?.text).toBeNull();
  });

  test('a statement made of executable comments is whole', () => {
    const view =
      '/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=`a`@`b` */ /*!50001 VIEW v AS SELECT 1 */';
    expect(parse(view)).toMatchObject({ kind: 'createView', text: view });
  });
});

describe('literals', () => {
  test.each([
    ["'a' 'b'", 'string', "'a' 'b'", null],
    ["_UTF8MB4 'x'", 'string', "_UTF8MB4 'x'", 'utf8mb4'],
    ['1e3', 'float', '1e3', null],
    ['9223372036854775808', 'integer', '9223372036854775808', null],
    ['1.50', 'decimal', '1.50', null],
    ["x'41'", 'hex', "x'41'", null],
    ["{ts '2024-01-01 00:00:00'}", 'timestamp', "{ts '2024-01-01 00:00:00'}", null],
  ])('%s', (sql, type, text, introducer) => {
    expect(parseExpression(sql)).toMatchObject({ kind: 'literal', type, text, introducer });
  });
});

describe('calls', () => {
  test('a blank before the parenthesis makes another function of some', () => {
    expect(parseExpression('COUNT(*)')).toMatchObject({ kind: 'aggregate', star: true });
    expect(parseExpression('SUM (a)')).toMatchObject({ kind: 'call', ident: { name: 'SUM', quoted: true } });
    expect(parseExpression('SUM (a)', withSqlMode(mariadb, 'IGNORE_SPACE'))).toMatchObject({
      kind: 'aggregate',
    });
    expect(parseExpression('CONCAT (a)')).toMatchObject({
      kind: 'call',
      name: 'concat',
      ident: { quoted: false },
    });
  });

  test('names from the prototype of objects are plain functions', () => {
    expect(parseExpression('constructor(a, toString(b))')).toMatchObject({
      kind: 'call',
      name: 'constructor',
    });
  });

  test('SUBSTRING has one shape', () => {
    expect(parseExpression('SUBSTRING(a FROM 2 FOR 3)')).toMatchObject({ kind: 'call', args: [{}, {}, {}] });
  });
});

describe('SET', () => {
  test('a scope counts for the names after it, not for @@', () => {
    const node = parse('SET a = 1, GLOBAL b = 2, c = ON, @@d = 4, SESSION e = 5, f = 6');
    if (node.kind !== 'set') throw new Error(node.kind);
    const scopes = node.items.map((item) => (item.kind === 'setVariable' ? item.scope : item.kind));
    expect(scopes).toEqual([null, 'global', 'global', null, 'session', 'session']);
  });

  test('bare words are keywords, DEFAULT is the default', () => {
    expect(parse('SET a = utf8, b = DEFAULT, c = NULL')).toMatchObject({
      items: [
        { value: { kind: 'keyword', word: 'utf8' } },
        { value: { kind: 'default', column: null } },
        { value: { kind: 'literal', type: 'null' } },
      ],
    });
  });
});

describe('CREATE TABLE', () => {
  const node = parse(`CREATE TABLE s.t (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    name VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT 'x' COMMENT 'n',
    price DECIMAL(12,2) NOT NULL DEFAULT -1.5,
    kind ENUM('a','b') COLLATE latin1_bin,
    at DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    total INT GENERATED ALWAYS AS (price * 2) STORED,
    flag BOOL, nat NATIONAL VARCHAR(5), ser SERIAL,
    PRIMARY KEY (id, name(5)), UNIQUE KEY u (price DESC), KEY (kind),
    CONSTRAINT f FOREIGN KEY (id) REFERENCES r (id) ON DELETE CASCADE, CHECK (price > 0)
  ) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci`);
  if (node.kind !== 'createTable') throw new Error(node.kind);

  test('columns', () => {
    expect(
      node.columns.map(({ name, type, nullable }) => [name.name, type.name, type.length, nullable]),
    ).toEqual([
      ['id', 'BIGINT', null, false],
      ['name', 'VARCHAR', 20, null],
      ['price', 'DECIMAL', 12, false],
      ['kind', 'ENUM', null, null],
      ['at', 'DATETIME', 6, null],
      ['total', 'INT', null, null],
      ['flag', 'TINYINT', 1, null],
      ['nat', 'VARCHAR', 5, null],
      ['ser', 'BIGINT', null, false],
    ]);
    expect(node.columns[0]).toMatchObject({ autoIncrement: true, type: { unsigned: true } });
    expect(node.columns[1]).toMatchObject({ type: { charset: 'utf8mb4', collation: 'utf8mb4_bin' } });
    expect(node.columns[3]).toMatchObject({ type: { collation: 'latin1_bin', members: [{}, {}] } });
    expect(node.columns[5]).toMatchObject({ stored: true, generated: { kind: 'binary' } });
    expect(node.columns[8]).toMatchObject({ autoIncrement: true, key: 'unique', type: { unsigned: true } });
  });

  test('keys and options', () => {
    expect(
      node.keys.map(({ type, name, parts }) => [type, name?.name, parts.map((part) => part.column?.name)]),
    ).toEqual([
      ['primary', undefined, ['id', 'name']],
      ['unique', 'u', ['price']],
      ['index', undefined, ['kind']],
      ['foreign', 'f', ['id']],
      ['check', undefined, []],
    ]);
    expect(node.keys[0]?.parts[1]?.length).toBe(5);
    expect(node.keys[3]?.references).toMatchObject({ table: { name: { name: 'r' } }, onDelete: 'CASCADE' });
    expect(node.options.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'ENGINE=InnoDB',
      'AUTO_INCREMENT=5',
      'CHARSET=utf8mb4',
      'COLLATE=utf8mb4_unicode_ci',
    ]);
  });
});

describe('ALTER TABLE', () => {
  test('actions are told apart', () => {
    const node = parse(
      'ALTER TABLE t ADD a INT, ADD (b INT, KEY (b)), DROP COLUMN c, MODIFY d INT, DROP PRIMARY KEY, DROP FOREIGN KEY f, ' +
        "RENAME COLUMN g TO h, RENAME INDEX i TO j, COMMENT = 'x', CONVERT TO CHARACTER SET utf8mb4, RENAME k",
    );
    if (node.kind !== 'alterTable') throw new Error(node.kind);
    expect(node.actions.map(({ kind }) => kind)).toEqual([
      'alterAddColumn',
      'alterAddColumn',
      'alterAddKey',
      'alterDropColumn',
      'alterChangeColumn',
      'alterDropKey',
      'alterDropKey',
      'alterRenameColumn',
      'alterRenameKey',
      'alterOptions',
      'alterOther',
      'alterRenameTable',
    ]);
  });
});

describe('facts beside the tree', () => {
  test('parameters and directives', () => {
    const parsed = parseWithFacts('/*vt+ SHARD=-80 */ SELECT ? FROM t WHERE a IN (?, ?)', mariadb);
    expect(parsed.paramCount).toBe(3);
    expect(parsed.directives).toEqual(['/*vt+ SHARD=-80 */']);
  });
});

describe('errors', () => {
  test.each([
    ['SELECT FROM t', 'FROM t', 1],
    ['SELECT 1 FROM t WHERE', '', 1],
    ['SELECT a\nFROM t\nWHERE a = = 1', '= 1', 3],
    ['SELEC 1', 'SELEC 1', 1],
    ['SELECT (1', '', 1],
    ['INSERT INTO t VALUES (1', '', 1],
    ['UPDATE t SET', '', 1],
    ['SELECT 1 2', '2', 1],
    ['SELECT * FROM t LIMIT', '', 1],
    ['SELECT 1; SELECT 2', 'SELECT 2', 1],
    ['CREATE TABLE t (a)', ')', 1],
    ['ALTER TABLE t PARTITION', 'PARTITION', 1],
    ['ALTER TABLE t PARTITION p', 'PARTITION p', 1],
    ['ALTER TABLE t ADD a INT PARTITION', 'PARTITION', 1],
    ['SELECT a.* + 1 FROM a', '+ 1 FROM a', 1],
    ['USE shop\nSELECT 1', 'SELECT 1', 2],
    ['USE `shop` x', 'x', 1],
    ['SELECT a FROM t LIMIT 1 LIMIT 2', 'LIMIT 2', 1],
    ['SELECT a FROM t ORDER BY a ORDER BY b', 'ORDER BY b', 1],
    ['SELECT a FROM t FOR UPDATE LIMIT 1', 'LIMIT 1', 1],
    ['SELECT 1 INTO @x INTO @y', 'INTO @y', 1],
    ['SELECT 1 FOR UPDATE UNION SELECT 2', 'UNION SELECT 2', 1],
    ['SELECT 1 LIMIT -1', '-1', 1],
    ["SELECT 1 LIMIT '1'", "'1'", 1],
    ['SELECT a, * FROM t', '* FROM t', 1],
    ['SELECT a IS NULL + 1', '+ 1', 1],
    ['SELECT a IN (1) * 2', '* 2', 1],
    ['SELECT NOT a IS NULL IN (1)', 'IN (1)', 1],
    ['SELECT COUNT(a, b) FROM t', ' b) FROM t', 1],
    ['SELECT t.a FROM t JOIN u USING ()', ')', 1],
    ['UPDATE t SET a = 1 LIMIT 1, 2', ' 2', 1],
    ['DELETE t FROM t LIMIT 1', 'LIMIT 1', 1],
    ['START TRANSACTION READ ONLY, READ WRITE', 'READ WRITE', 1],
    ['COMMIT AND CHAIN RELEASE', 'RELEASE', 1],
  ])('%s', (sql, near, line) => {
    const message = (server: string): string =>
      `You have an error in your SQL syntax; check the manual that corresponds to your ${server} server version ` +
      `for the right syntax to use near '${near}' at line ${line}`;
    expect(() => parse(sql)).toThrow(message('MariaDB'));
    expect(() => parse(sql, mysql)).toThrow(message('MySQL'));
  });
});

/** The error that a text gives, which must be MySQL's syntax error and nothing else. */
function outcome(sql: string): string {
  try {
    return parseStatement(sql, mariadb).kind;
  } catch (error) {
    if (error instanceof SqlError && error.errno === 1064) return 'syntax error';
    throw error;
  }
}

describe('hostile texts', () => {
  const many = 100_000;
  // By name: texts this long would end up in the titles.
  const refused: Readonly<Record<string, () => string>> = {
    parentheses: () => `SELECT ${'('.repeat(many)}`,
    'balanced parentheses': () => `SELECT ${'('.repeat(many)}1${')'.repeat(many)}`,
    subqueries: () => `SELECT ${'(SELECT '.repeat(many)}`,
    'derived tables': () => `SELECT * FROM ${'(SELECT * FROM '.repeat(many)}`,
    joins: () => `SELECT * FROM ${'(a JOIN '.repeat(many)}`,
    NOTs: () => `SELECT ${'NOT '.repeat(many)}1`,
    'minus signs': () => `SELECT ${'- '.repeat(many)}1`,
    calls: () => `SELECT ${'f('.repeat(many)}`,
    CASEs: () => `SELECT ${'CASE WHEN '.repeat(many)}`,
    INTERVALs: () => `SELECT 1 + ${'INTERVAL ('.repeat(many)}`,
    sums: () => `SELECT ${Array(many).fill('1').join('+')}`,
    unions: () => Array(many).fill('SELECT 1').join(' UNION '),
    EXPLAINs: () => 'EXPLAIN '.repeat(many),
    CTEs: () => 'WITH a AS ('.repeat(many),
  };
  const read: Readonly<Record<string, () => string>> = {
    ORs: () => `SELECT * FROM t WHERE ${Array(many).fill('a = 1').join(' OR ')}`,
    'IN list': () => `SELECT * FROM t WHERE a IN (${Array(many).fill('1').join()})`,
    rows: () => `INSERT INTO t VALUES ${Array(many).fill('(1)').join()}`,
    columns: () => `SELECT ${Array(many).fill('a').join()} FROM t`,
  };

  test.each(Object.keys(refused))('%s: refused, not overflowed', (key) => {
    expect(outcome(refused[key]?.() ?? '')).toBe('syntax error');
  });

  test.each(Object.keys(read))('%s: read', (key) => {
    expect(['select', 'insert']).toContain(outcome(read[key]?.() ?? ''));
  });

  test('nesting that people write is read', () => {
    const nest = (n: number, open: string, core: string, close: string): string =>
      `SELECT ${open.repeat(n)}${core}${close.repeat(n)}`;
    expect(outcome(nest(300, '(', '1', ')'))).toBe('select');
    expect(outcome(nest(300, 'f(', '1', ')'))).toBe('select');
    expect(outcome(nest(150, '(SELECT ', '1', ')'))).toBe('select');
    expect(outcome(`SELECT ${Array(900).fill('a').join(' + ')}`)).toBe('select');
  });

  test('any mixture of words gives a tree or a syntax error', () => {
    const words =
      `SELECT FROM WHERE ( ) , . * = a t 1 'x' JOIN ON USING NOT IN AND OR BETWEEN LIKE CASE WHEN THEN END
      INTERVAL DAY UNION WITH AS VALUES INSERT INTO SET UPDATE DELETE GROUP BY ORDER LIMIT ? @v @@g := -> CREATE TABLE
      ALTER ADD KEY SHOW USE EXPLAIN CAST OVER COUNT FOR NULL DEFAULT ; { } IS ESCAPE COLLATE`.split(/\s+/);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (list) => {
        outcome(list.join(' '));
      }),
      { numRuns: 3000 },
    );
  });

  test('cut anywhere, statements give a tree or a syntax error', () => {
    const all = [...queries, ...writes, ...others];
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.nat(), fc.nat(), (sql, from, length) => {
        const text = sqlText(sql);
        const start = from % text.length;
        outcome(text.slice(0, start) + text.slice(start + (length % 8)));
      }),
      { numRuns: 3000 },
    );
  });
});
