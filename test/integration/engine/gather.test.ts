// The workspace on real servers: what is read from the shards stands there exactly, and the finish answers like one server.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import type { Fragment, FragmentColumn, GatherNode } from '../../../src/plan/nodes.ts';
import type { Template, TemplatePart } from '../../../src/text/template.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { type Rig, startRig } from './rig.ts';

const onMysql = testFlavour() === 'mysql';

const types: Readonly<Record<string, string>> = {
  iu: 'INT UNSIGNED NOT NULL',
  big: 'BIGINT UNSIGNED',
  tiny: 'TINYINT',
  dec_: 'DECIMAL(40,10)',
  f: 'FLOAT',
  d: 'DOUBLE',
  v: 'VARCHAR(30) CHARACTER SET latin1',
  u: 'VARCHAR(200) COLLATE utf8mb4_unicode_ci',
  t: 'TEXT',
  bin: 'VARBINARY(30)',
  bl: 'BLOB',
  bits: 'BIT(11)',
  e: "ENUM('small','Größe','big')",
  s: "SET('a','b','c')",
  day: 'DATE',
  at: 'DATETIME(6)',
  ts: 'TIMESTAMP(3) NULL',
  tm: 'TIME(3)',
  y: 'YEAR',
  j: 'JSON',
  z: 'INT(6) ZEROFILL',
  g: 'POINT',
  // Types of MariaDB only.
  uu: onMysql ? 'CHAR(36)' : 'UUID',
  ip: onMysql ? 'VARCHAR(39)' : 'INET6',
  c: 'CHAR(6)',
};
const names = Object.keys(types);
const schema = `
  CREATE TABLE odd (id BIGINT PRIMARY KEY, ${names.map((name) => `${name} ${types[name]}`).join(', ')});
  CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(20), country CHAR(2), KEY (country));
  CREATE TABLE orders (user_id BIGINT, id BIGINT, total DECIMAL(12,2), PRIMARY KEY (user_id, id));`;
const mainSchema = `
  CREATE TABLE settings (name VARCHAR(30) CHARACTER SET latin1 PRIMARY KEY, level ENUM('low','high') NOT NULL);`;

const oddRows = [
  `(1, 4294967295, 18446744073709551615, -128, -123456789012345678901234567890.0123456789, 1.234567, -0e0,
    _latin1 x'e9e8', 'Straße 😀', 'line\\nquote'' back\\\\slash', x'00ff27', REPEAT('x', 70000), b'10000000001',
    'Größe', 'a,c', '2024-02-29', '2024-02-29 23:59:59.999999', FROM_UNIXTIME(1711846800.123), '-838:59:58.5',
    2155, '{"a": 1.50, "é": [1, 2]}', 42, POINT(1.5, -2), '123e4567-e89b-12d3-a456-426614174000', '2001:db8::1', 'ab  ')`,
  `(2, 0, 0, 127, 0, 3.4e38, 1.7976931348623157e308, '', '', '', '', '', 0, 'small', '', '0000-00-00',
    '0000-00-00 00:00:00', FROM_UNIXTIME(1711850400.123), '00:00:00', 0, '[]', 999999, POINT(0, 0),
    '00000000-0000-0000-0000-000000000000', '::', '')`,
  `(3, 7${', NULL'.repeat(names.length - 1)})`,
  `(4, 1, 1, 1, 1.5, 0.1, 0.1, 'x', 'x', 'x', 'x', 'x', 1, 'big', 'b', '2024-02-31', '2024-02-31 00:00:00', '0000-00-00 00:00:00',
    '1:00', 1999, '1', 1, POINT(9, 9), NULL, NULL, 'x')`,
];

let rig: Rig;

beforeAll(async () => {
  rig = await startRig(schema, mainSchema);
  await rig.admin.query("SET sql_mode='ALLOW_INVALID_DATES', time_zone='+00:00', NAMES utf8mb4");
  for (const [i, row] of oddRows.entries()) {
    await rig.admin.query(`INSERT INTO oracle.odd VALUES ${row}`);
    await rig.admin.query(`INSERT INTO shop_${i}.odd SELECT * FROM oracle.odd WHERE id = ${i + 1}`);
  }
  const users = Array.from(
    { length: 40 },
    (_, i) => `(${i}, 'user${i % 9}', '${['DE', 'FR', 'es', 'ES'][i % 4]}')`,
  );
  const orders = Array.from({ length: 120 }, (_, i) => `(${i % 40}, ${i}, ${i}.25)`);
  for (const [shard, database] of ['shop_0', 'shop_1', 'shop_2', 'shop_3', 'oracle'].entries()) {
    const here = (_: string, i: number) => database === 'oracle' || i % 4 === shard;
    await rig.admin.query(`INSERT INTO ${database}.users VALUES ${users.filter(here).join(',')}`);
    await rig.admin.query(`INSERT INTO ${database}.orders VALUES ${orders.filter(here).join(',')}`);
  }
  const settings = "INSERT INTO settings VALUES ('café', 'high'), ('b', 'low')";
  await rig.admin.query(`USE main_0; ${settings}`);
  await rig.admin.query(`USE oracle; CREATE TABLE settings LIKE main_0.settings; ${settings}`);
});

afterAll(() => rig?.close());

afterEach(async () => {
  await expect.poll(() => rig.inUse(), { timeout: 5000 }).toBe(0);
});

function text(sql: string): Template {
  return [{ kind: 'text', text: Buffer.from(sql, 'utf8').toString('latin1') }];
}

function bare(table: string, column: string, more: Partial<FragmentColumn> = {}): FragmentColumn {
  const origin = { keyspace: 'shop', table, alias: table, column };
  return { name: column, kind: 'bare', sql: text(column), origin, indexed: false, ...more };
}

function fragment(
  id: number,
  table: string,
  columns: readonly FragmentColumn[],
  more: Partial<Fragment> = {},
): Fragment {
  const select = columns.map(({ name, carry }) =>
    carry === 'double' ? `${name}+0e0` : carry === 'unixTime' ? `UNIX_TIMESTAMP(${name})` : name,
  );
  return {
    id,
    keyspace: 'shop',
    destination: { kind: 'all' },
    template: text(`SELECT ${select.join(', ')} FROM ${table}`),
    columns,
    shape: text(table),
    keys: [],
    copies: 1,
    note: '',
    ...more,
  };
}

/** `#0`, `#1.1` stand for fragment 0 and for the second copy of fragment 1. */
function finish(sql: string): Template {
  const parts: TemplatePart[] = [];
  for (const [i, piece] of sql.split(/#(\d(?:\.\d)?)/).entries()) {
    const [id = '0', copy = '0'] = piece.split('.');
    if (i % 2 === 0) parts.push({ kind: 'text', text: piece });
    else parts.push({ kind: 'workspace', fragment: Number(id), copy: Number(copy) });
  }
  return parts;
}

function gather(fragments: readonly Fragment[], sql: string, describeSql: string | null = null): GatherNode {
  return {
    kind: 'gather',
    keyspace: 'shop',
    fragments,
    finish: finish(sql),
    describe: describeSql === null ? null : text(describeSql),
    pinTime: false,
  };
}

const users = fragment(
  0,
  'users',
  [bare('users', 'id'), bare('users', 'name'), bare('users', 'country', { indexed: true })],
  {
    keys: [{ unique: true, primary: true, columns: ['id'] }],
  },
);
const orders = fragment(
  1,
  'orders',
  [bare('orders', 'user_id'), bare('orders', 'id'), bare('orders', 'total')],
  {
    keys: [{ unique: true, primary: true, columns: ['user_id', 'id'] }],
  },
);

function oddColumns(): FragmentColumn[] {
  const carry = (name: string) => (name === 'f' ? 'double' : name === 'ts' ? 'unixTime' : undefined);
  return ['id', ...names].map((name) => {
    const how = carry(name);
    return bare('odd', name, how === undefined ? {} : { carry: how });
  });
}

describe('exactness', () => {
  // Printed by the server from what it stores, so that nothing hides in the way a client reads values.
  const printed = [
    'id',
    ...names.map((name) => {
      if (name === 'f') return 'f+0e0';
      if (name === 'ts') return 'UNIX_TIMESTAMP(ts)';
      if (name === 'e' || name === 's') return `CONCAT(${name}, ${name}+0)`;
      return ['v', 'u', 't', 'bin', 'bl', 'bits', 'g', 'c'].includes(name) ? `HEX(${name})` : name;
    }),
  ].join(', ');

  test('trap 1, 7: every type arrives as it was stored', async () => {
    const node = gather([fragment(0, 'odd', oddColumns())], `SELECT ${printed} FROM #0 AS odd ORDER BY id`);
    const answer = await rig.run(node);
    expect(answer.rows).toEqual(await rig.oracle(`SELECT ${printed} FROM odd ORDER BY id`));
  });

  test('trap 1: bare columns keep their types to the letter', async () => {
    const node = gather([fragment(0, 'odd', oddColumns())], 'SELECT * FROM #0 AS odd WHERE id < 0');
    const described = await rig.run({ ...node, describe: text('SELECT * FROM odd WHERE id < 0') });
    const own = await rig.run(node);
    const typeOf = (column: { type: number; length: number; decimals: number; collation: number }) => [
      column.type,
      column.length,
      column.decimals,
      column.collation,
    ];
    expect(own.columns.map(typeOf)).toEqual(described.columns.map(typeOf));
    expect(described.columns[0]).toMatchObject({
      schema: 'shop',
      table: 'odd',
      orgTable: 'odd',
      orgName: 'id',
    });
    expect(own.columns[0]).toMatchObject({ schema: 'shop', table: 'odd', orgTable: 'odd', orgName: 'id' });
  });

  test('trap 1: computed columns hold more than the expression type says', async () => {
    const computed = (name: string): FragmentColumn => ({
      name,
      kind: 'computed',
      sql: text(name),
      origin: null,
      indexed: false,
    });
    const node = gather(
      [
        fragment(0, 'odd', [computed('n'), computed('w'), computed('x')], {
          template: text('SELECT iu+1, CONCAT(u, d), dec_/3 FROM odd'),
          shape: null,
        }),
      ],
      'SELECT n, w, x FROM #0 AS q ORDER BY n, w',
    );
    const answer = await rig.run(node);
    expect(answer.rows).toEqual(
      await rig.oracle('SELECT iu+1 AS n, CONCAT(u, d) AS w, dec_/3 AS x FROM odd ORDER BY n, w'),
    );
  });

  test('tables are expected to be as last time, and made anew where they are not', async () => {
    const computed: FragmentColumn = { name: 'n', kind: 'computed', sql: [], origin: null, indexed: true };
    const counted = fragment(0, 'odd', [computed], { shape: null, copies: 2 });
    const node = gather([counted], 'SELECT n FROM #0 AS q UNION ALL SELECT n FROM #0.1 AS p ORDER BY 1');
    const expressions = [
      'iu+1',
      'iu+1',
      "CONCAT('x', iu)",
      "CONCAT('x', iu)",
      'iu+1',
      'iu/7',
      'iu/7',
      'u',
      'iu+1',
    ];
    for (const expression of expressions) {
      Object.assign(counted, { template: text(`SELECT ${expression} FROM odd`) });
      const answer = await rig.run(node);
      expect(answer.rows, expression).toEqual(
        await rig.oracle(
          `SELECT ${expression} AS n FROM odd UNION ALL SELECT ${expression} FROM odd ORDER BY 1`,
        ),
      );
    }
  });

  test('trap 11: the client gets the columns one server would announce', async () => {
    const partial: FragmentColumn[] = [
      bare('users', 'country'),
      { name: 'n', kind: 'computed', sql: text('COUNT(*)'), origin: null, indexed: false },
    ];
    const counted = fragment(0, 'users', partial, {
      template: text('SELECT country, COUNT(*) FROM users GROUP BY country'),
    });
    const sql = 'SELECT country, COUNT( * ) FROM users GROUP BY country ORDER BY 2 DESC, 1';
    const finishSql =
      'SELECT country, CAST(SUM(n) AS SIGNED) AS `COUNT( * )` FROM #0 AS users GROUP BY country ORDER BY 2 DESC, 1';
    for (const format of ['text', 'binary'] as const) {
      const answer = await rig.run(gather([counted], finishSql, sql), { format });
      expect(answer.columns.map((column) => [column.name, column.type])).toEqual([
        ['country', 254],
        ['COUNT( * )', 8],
      ]);
      expect(answer.rows).toEqual(await rig.oracle(sql));
    }
    // The finish's DECIMAL sum is announced and sent as the BIGINT the client's COUNT is.
    const untyped = finishSql.replace('CAST(SUM(n) AS SIGNED)', 'SUM(n)');
    const answer = await rig.run(gather([counted], untyped, sql), { format: 'binary' });
    expect(answer.rows).toEqual(await rig.oracle(sql));
  });

  test('tables of another keyspace keep their types too', async () => {
    const origin = (column: string) => ({ keyspace: 'main', table: 'settings', alias: 's', column });
    const settings = fragment(
      1,
      'settings',
      [
        bare('settings', 'name', { origin: origin('name') }),
        bare('settings', 'level', { origin: origin('level') }),
      ],
      { keyspace: 'main', keys: [{ unique: true, primary: true, columns: ['name'] }] },
    );
    const answer = await rig.run(
      gather(
        [users, settings],
        'SELECT u.id, s.name, s.level, s.level+0 FROM #0 u JOIN #1 s ON s.level = "high" ORDER BY 1',
      ),
    );
    expect(answer.rows).toEqual(
      await rig.oracle(
        'SELECT u.id, s.name, s.level, s.level+0 FROM users u JOIN settings s ON s.level = "high" ORDER BY 1',
      ),
    );
    expect(answer.columns[1]).toMatchObject({ schema: 'main', orgTable: 'settings', orgName: 'name' });
  });
});

describe('joins', () => {
  const sql = (u: string, o: string) =>
    `SELECT u.country, COUNT(*), SUM(SUM(o.total)) OVER (), AVG(o.total), GROUP_CONCAT(DISTINCT u.name ORDER BY u.name)
     FROM ${u} u LEFT JOIN ${o} o ON o.user_id = u.id GROUP BY u.country ORDER BY 1`;

  test('two fragments finish like one server', async () => {
    const answer = await rig.run(gather([users, orders], sql('#0', '#1'), sql('users', 'orders')));
    expect(answer.rows).toEqual(await rig.oracle(sql('users', 'orders')));
  });

  test('trap 10: a copy per reference', async () => {
    const twice = { ...users, copies: 2 };
    const answer = await rig.run(
      gather([twice], 'SELECT COUNT(*) FROM #0 a JOIN #0.1 b ON a.country = b.country'),
    );
    expect(answer.rows).toEqual(
      await rig.oracle('SELECT COUNT(*) FROM users a JOIN users b ON a.country = b.country'),
    );
  });

  test('keys of one fragment narrow another', async () => {
    const some = fragment(0, 'users', users.columns, {
      template: text("SELECT id, name, country FROM users WHERE country = 'FR'"),
    });
    const template: Template = [
      { kind: 'text', text: 'SELECT user_id, id, total FROM orders WHERE user_id IN (' },
      { kind: 'keys', fragment: 0, column: 0, orElse: 'c' },
      { kind: 'text', text: ')' },
    ];
    const answer = await rig.run(
      gather([{ ...orders, template }, some], 'SELECT SUM(o.total) FROM #0 u JOIN #1 o ON o.user_id = u.id'),
    );
    expect(answer.rows).toEqual(
      await rig.oracle(
        "SELECT SUM(o.total) FROM users u JOIN orders o ON o.user_id = u.id WHERE u.country = 'FR'",
      ),
    );
    const nobody = { ...some, template: text('SELECT id, name, country FROM users WHERE id < 0') };
    const none = await rig.run(gather([nobody, { ...orders, template }], 'SELECT COUNT(*) FROM #1 o'));
    expect(none.rows).toEqual([['0']]);
  });

  test('a transaction reads its own writes, its connections keep their settings', async () => {
    const scope = rig.transaction();
    const one = {
      kind: 'route',
      keyspace: 'shop',
      destination: { kind: 'shard', shards: ['-40'] },
      whenNone: 'anyShard',
    } as const;
    const refuse = {
      kind: 'refuse',
      errno: 1235,
      sqlState: '42000',
      message: '',
      id: null,
      ask: null,
    } as const;
    await rig.run(
      { ...one, template: text("INSERT INTO users VALUES (1000, 'own', 'XX')"), several: refuse },
      { scope, readOnly: false },
    );
    const answer = await rig.run(gather([users], "SELECT COUNT(*) FROM #0 u WHERE country = 'XX'"), {
      scope,
    });
    expect(answer.rows).toEqual([['1']]);
    const settings = await rig.run(
      { ...one, template: text('SELECT @@character_set_results, @@sql_select_limit'), several: refuse },
      { scope },
    );
    expect(settings.rows).toEqual([['utf8mb4', '18446744073709551615']]);
    await scope.rollback();
  });
});

describe('failures', () => {
  const leftovers = async () => {
    const tables = onMysql
      ? 'SELECT COUNT(*) FROM information_schema.INNODB_TEMP_TABLE_INFO'
      : "SELECT COUNT(*) FROM information_schema.INNODB_SYS_TABLES WHERE NAME LIKE '%#sql%'";
    return (await rig.oracle(tables))[0]?.[0];
  };

  test('errors of the statement come from the server, in the keyspace name, before any work', async () => {
    const node = gather([users], 'SELECT 1', 'SELECT nothing FROM users');
    await expect(rig.run(node)).rejects.toMatchObject({
      errno: 1054,
      message: `Unknown column 'nothing' in '${onMysql ? 'field list' : 'SELECT'}'`,
    });
    const missing = gather([fragment(0, 'gone', [bare('gone', 'id')])], 'SELECT 1 FROM #0 g');
    await expect(rig.run(missing)).rejects.toMatchObject({
      errno: 1146,
      message: "Table 'shop.gone' doesn't exist",
    });
  });

  test('an error of the finish leaves a clean workspace behind', async () => {
    const node = gather([users], 'SELECT (SELECT id FROM #0 u) AS x');
    await expect(rig.run(node)).rejects.toMatchObject({ errno: 1242 });
    await expect.poll(leftovers, { timeout: 5000 }).toBe('0');
  });

  test('the byte budget names the fragment and its size', async () => {
    let reserved = 0;
    const limits = {
      queryMemoryBytes: 300,
      reserve: (bytes: number) => {
        reserved += bytes;
        return true;
      },
      free: (bytes: number) => {
        reserved -= bytes;
      },
    };
    const running = rig.run(gather([users], 'SELECT COUNT(*) FROM #0 u'), { limits });
    await expect(running).rejects.toMatchObject({ id: 'SG4021', errno: 1104 });
    await expect(running).rejects.toThrow(/shop\.users has \d+ bytes/);
    expect(reserved).toBe(0);
    await expect.poll(leftovers, { timeout: 5000 }).toBe('0');
  });

  test.each([
    ['a fragment', 'SELECT id, SLEEP(20), country FROM users', 'SELECT COUNT(*) FROM #0 u'],
    ['the finish', 'SELECT id, name, country FROM users', 'SELECT SLEEP(20) FROM #0 u'],
  ])('cancel in %s stops within a second and drops the tables', async (_where, fragmentSql, finishSql) => {
    const controller = new AbortController();
    const node = gather([{ ...users, template: text(fragmentSql) }], finishSql);
    const running = rig.run(node, { signal: controller.signal });
    const started = Date.now();
    setTimeout(() => controller.abort(new SqlError(3024, 'HY000', 'too long')), 150);
    await expect(running).rejects.toMatchObject({ errno: 3024 });
    expect(Date.now() - started).toBeLessThan(1400);
    await expect.poll(leftovers, { timeout: 5000 }).toBe('0');
  });

  test('many gathers at once do not starve each other', async () => {
    const node = gather([users, orders], 'SELECT COUNT(*) FROM #0 u JOIN #1 o ON o.user_id = u.id');
    const answers = await Promise.all(Array.from({ length: 30 }, () => rig.run(node)));
    expect(new Set(answers.map((answer) => answer.rows[0]?.[0]))).toEqual(new Set(['120']));
  });
});
