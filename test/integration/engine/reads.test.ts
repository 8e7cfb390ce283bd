// Reads on real shards: relay, concat, merge-sort and fold against the same rows on one plain database.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import type { Destination } from '../../../src/plan/destination.ts';
import type { Merge, RouteNode, ScatterNode, SortKey } from '../../../src/plan/nodes.ts';
import type { Template } from '../../../src/text/template.ts';
import { integer, type Rig, startRig } from './rig.ts';

const schema = `
  CREATE TABLE items (
    id BIGINT PRIMARY KEY, grp INT, price DECIMAL(20,4), name VARCHAR(40) COLLATE utf8mb4_general_ci,
    ratio DOUBLE, day DATE, at DATETIME(3), span TIME(2), raw VARBINARY(20)
  );`;

let rig: Rig;

beforeAll(async () => {
  rig = await startRig(schema);
  const rows: string[] = [];
  for (let i = 1; i <= 400; i++) {
    const sign = i % 3 === 0 ? '-' : '';
    const nothing = i % 17 === 0;
    rows.push(
      `(${i}, ${i % 7}, ${nothing ? 'NULL' : `${sign}${i * 7919}.${i % 100}`}, '${'xyz'[i % 3]}${i % 5}${' '.repeat(i % 2)}', ` +
        `${sign}${i}e-3, '20${10 + (i % 15)}-0${1 + (i % 9)}-1${i % 10}', '2024-01-01 00:00:0${i % 10}.${i % 1000}', ` +
        `'${sign}${i % 50}:00:0${i % 10}.5', x'${i.toString(16).padStart(4, '0')}')`,
    );
  }
  const insert = (database: string, part: readonly string[]) =>
    rig.admin.query(`INSERT INTO ${database}.items VALUES ${part.join(',')}`);
  await insert('oracle', rows);
  for (let shard = 0; shard < 4; shard++)
    await insert(
      `shop_${shard}`,
      rows.filter((_, i) => i % 4 === shard),
    );
});

afterAll(() => rig?.close());

afterEach(async () => {
  await expect.poll(() => rig.inUse(), { timeout: 5000 }).toBe(0);
});

const all: Destination = { kind: 'all' };

function text(sql: string): Template {
  return [{ kind: 'text', text: sql }];
}

function scatter(sql: string, merge: Merge, more: Partial<ScatterNode> = {}): ScatterNode {
  return {
    kind: 'scatter',
    keyspace: 'shop',
    destination: all,
    template: text(sql),
    merge,
    limit: null,
    hiddenColumns: 0,
    pinTime: false,
    ...more,
  };
}

function key(
  column: number,
  compare: SortKey['compare'],
  descending = false,
  padHex: string | null = null,
): SortKey {
  return { column, compare, descending, padHex };
}

function route(sql: string | null, shards: readonly string[], qualified = false): RouteNode {
  const refuse = {
    kind: 'refuse',
    errno: 1235,
    sqlState: '42000',
    message: 'several',
    id: null,
    ask: null,
  } as const;
  const template: Template | null = qualified
    ? [
        { kind: 'text', text: 'SELECT id FROM ' },
        { kind: 'database', keyspace: 'shop' },
        { kind: 'text', text: '.items ORDER BY id LIMIT 1' },
      ]
    : sql === null
      ? null
      : text(sql);
  return {
    kind: 'route',
    keyspace: 'shop',
    destination: { kind: 'shard', shards },
    template,
    several: refuse,
    whenNone: 'anyShard',
  };
}

describe('route', () => {
  test.each(['text', 'binary'] as const)('relays one shard (%s) under the keyspace name', async (format) => {
    const answer = await rig.run(route('SELECT id, name, NOW() FROM items ORDER BY id LIMIT 2', ['40-80']), {
      format: 'text',
    });
    expect(answer.rows.map((row) => row[0])).toEqual(['2', '6']);
    expect(answer.columns.map((column) => column.schema)).toEqual(['shop', 'shop', '']);
    const binary = await rig.run(route('SELECT id FROM items WHERE id < 0', ['40-80']), { format });
    expect(binary.columns[0]?.schema).toBe('shop');
    expect(binary.rows).toEqual([]);
  });

  test('sends qualified names with the physical database', async () => {
    const answer = await rig.run(route(null, ['c0-'], true));
    expect(answer.sent).toEqual(['shop/c0-: SELECT id FROM `shop_3`.items ORDER BY id LIMIT 1']);
    expect(answer.rows).toEqual([['4']]);
  });

  test('trap 15: errors name the keyspace, never the physical database', async () => {
    await expect(rig.run(route('SELECT * FROM missing', ['-40']))).rejects.toMatchObject({
      errno: 1146,
      sqlState: '42S02',
      message: "Table 'shop.missing' doesn't exist",
    });
    await expect(rig.run(scatter('SELECT * FROM missing', { kind: 'concat' }))).rejects.toMatchObject({
      message: "Table 'shop.missing' doesn't exist",
    });
  });

  test('a large result flows with a client that stops again and again', async () => {
    const sql = "SELECT a.id, REPEAT('x', 1000) FROM items a, items b LIMIT 8000";
    const answer = await rig.run(route(sql, ['-40']));
    expect(answer.rows.length).toBe(8000);
    expect(answer.columns[0]?.schema).toBe('shop');
  });
});

describe('concat', () => {
  test.each(['text', 'binary'] as const)('gives every row once (%s)', async (format) => {
    const answer = await rig.run(scatter('SELECT id, name, price FROM items', { kind: 'concat' }), {
      format,
    });
    const sorted = [...answer.rows].sort((a, b) => Number(a[0]) - Number(b[0]));
    expect(sorted).toEqual(await rig.oracle('SELECT id, name, price FROM items ORDER BY id'));
  });

  test('LIMIT stops the other shards', async () => {
    const sql = "SELECT a.id, REPEAT('x', 2000) FROM items a, items b, items c";
    const limit = { offset: null, count: { kind: 'slot', slot: 0, negative: false } as const };
    const started = Date.now();
    const answer = await rig.run(scatter(sql, { kind: 'concat' }, { limit }), { literals: [integer(10)] });
    expect(answer.rows.length).toBe(10);
    expect(Date.now() - started).toBeLessThan(3000);
  });

  test('fault 64: shards that disagree give an error, no mixed rows', async () => {
    await rig.admin.query('CREATE TABLE shop_0.drift (a INT); CREATE TABLE shop_1.drift (a BIGINT)');
    await rig.admin.query('CREATE TABLE shop_2.drift (a INT); CREATE TABLE shop_3.drift (a INT)');
    const running = rig.run(scatter('SELECT a FROM drift', { kind: 'concat' }));
    await expect(running).rejects.toMatchObject({ id: 'SG4020' });
  });

  test.each(['text', 'binary'] as const)(
    'trap 29: one instant for NOW() on all shards (%s)',
    async (format) => {
      const node = scatter('SELECT NOW(6), id FROM items', { kind: 'concat' }, { pinTime: true });
      const answer = await rig.run(node, { format });
      expect(answer.rows.length).toBe(400);
      expect(new Set(answer.rows.map((row) => row[0])).size).toBe(1);
      const behind = await rig.run(
        route(
          'SELECT @@timestamp BETWEEN UNIX_TIMESTAMP(SYSDATE(6)) - 1 AND UNIX_TIMESTAMP(SYSDATE(6)) + 1',
          ['-40'],
        ),
      );
      expect(behind.rows).toEqual([['1']]);
    },
  );
});

describe('merge-sort', () => {
  const cases: readonly (readonly [string, string, SortKey['compare']])[] = [
    ['integer', 'id', 'number'],
    ['decimal', 'price', 'number'],
    ['double', 'ratio', 'float'],
    ['date', 'day', 'temporal'],
    ['datetime', 'at', 'temporal'],
    ['time', 'span', 'time'],
    ['binary', 'raw', 'bytes'],
  ];
  for (const [label, column, compare] of cases) {
    for (const format of ['text', 'binary'] as const) {
      for (const descending of [false, true]) {
        test(`by ${label} ${descending ? 'descending' : 'ascending'} (${format}), ties by id`, async () => {
          const direction = descending ? 'DESC' : '';
          const sql = `SELECT ${column}, id FROM items ORDER BY ${column} ${direction}, id`;
          const keys = [key(0, compare, descending), key(1, 'number')];
          const answer = await rig.run(scatter(sql, { kind: 'mergeSort', keys }), { format });
          expect(answer.rows.map((row) => row[1])).toEqual((await rig.oracle(sql)).map((row) => row[1]));
        });
      }
    }
  }

  test.each(['text', 'binary'] as const)(
    'trap 17: PAD SPACE text by padded weights, hidden column cut (%s)',
    async (format) => {
      const [[weight] = []] = await rig.oracle(
        "SELECT HEX(WEIGHT_STRING(_utf8mb4' ' COLLATE utf8mb4_general_ci))",
      );
      const sql = 'SELECT name, id, WEIGHT_STRING(name) FROM items ORDER BY name, id';
      const keys = [key(2, 'weight', false, weight ?? null), key(1, 'number')];
      const node = scatter(sql, { kind: 'mergeSort', keys }, { hiddenColumns: 1 });
      const answer = await rig.run(node, { format });
      expect(answer.rows).toEqual(await rig.oracle('SELECT name, id FROM items ORDER BY name, id'));
      expect(answer.columns.length).toBe(2);
    },
  );

  test('OFFSET and LIMIT apply after the merge', async () => {
    const template: Template = [
      { kind: 'text', text: 'SELECT id FROM items ORDER BY id LIMIT ' },
      {
        kind: 'limit',
        offset: { kind: 'slot', slot: 0, negative: false },
        count: { kind: 'slot', slot: 1, negative: false },
      },
    ];
    const limit = {
      offset: { kind: 'slot', slot: 0, negative: false },
      count: { kind: 'slot', slot: 1, negative: false },
    } as const;
    const node = scatter('', { kind: 'mergeSort', keys: [key(0, 'number')] }, { template, limit });
    const answer = await rig.run(node, { literals: [integer(95), integer(10)], slowAfterRows: 3 });
    expect(answer.rows.map((row) => Number(row[0]))).toEqual([96, 97, 98, 99, 100, 101, 102, 103, 104, 105]);
    expect(answer.sent[0]).toContain('LIMIT 105');
  });
});

describe('fold', () => {
  test.each(['text', 'binary'] as const)(
    'sums, counts, least and greatest are exact (%s)',
    async (format) => {
      const sql =
        'SELECT COUNT(*), SUM(price), MIN(price), MAX(day), BIT_XOR(id), SUM(id), MIN(at) FROM items';
      const merge: Merge = {
        kind: 'fold',
        columns: [
          { fold: 'sum', compare: 'number' },
          { fold: 'sum', compare: 'number' },
          { fold: 'min', compare: 'number' },
          { fold: 'max', compare: 'temporal' },
          { fold: 'bitXor', compare: 'number' },
          { fold: 'sum', compare: 'number' },
          { fold: 'min', compare: 'temporal' },
        ],
      };
      const answer = await rig.run(scatter(sql, merge), { format });
      expect(answer.rows).toEqual(await rig.oracle(sql));
      const none = await rig.run(scatter(`${sql} WHERE id < 0`, merge), { format });
      expect(none.rows).toEqual(await rig.oracle(`${sql} WHERE id < 0`));
    },
  );
});

describe('lost connections', () => {
  const killAll = async (pattern: string) => {
    const threads = await rig.oracle(
      `SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'app' AND ID <> CONNECTION_ID() AND IFNULL(INFO, '') LIKE '${pattern}'`,
    );
    for (const [id] of threads) await rig.admin.query(`KILL CONNECTION ${id}`);
    return threads.length;
  };

  test('fault 8: idle connections that died are replaced without an error', async () => {
    for (const node of [
      scatter('SELECT COUNT(*) FROM items', { kind: 'concat' }),
      route('SELECT 1', ['-40']),
    ]) {
      await rig.run(node);
      await killAll('');
      expect((await rig.run(node)).rows.length).toBeGreaterThan(0);
    }
  });

  test('fault 59: a shard lost on the way fails the whole read, by name', async () => {
    const running = rig.run(scatter('SELECT SLEEP(5)', { kind: 'concat' }));
    const twice = async () => {
      await expect.poll(() => killAll('SELECT SLEEP(5)%')).toBeGreaterThan(0);
      await expect.poll(() => killAll('SELECT SLEEP(5)%')).toBeGreaterThan(0);
    };
    await Promise.all([expect(running).rejects.toMatchObject({ id: 'SG4004' }), twice()]);
  });
});

describe('cancel', () => {
  test('ends a scatter and a relay within a second, the connections are usable or gone', async () => {
    for (const node of [
      scatter('SELECT SLEEP(20)', { kind: 'concat' }),
      route('SELECT SLEEP(20)', ['-40']),
    ]) {
      const controller = new AbortController();
      const started = Date.now();
      const running = rig.run(node, { signal: controller.signal });
      // A killed SLEEP answers with a row on MySQL: the client waits for an answer no longer than it was told.
      setTimeout(() => controller.abort(new SqlError(3024, 'HY000', 'too long')), 100);
      await expect(running).rejects.toMatchObject({ errno: 3024 });
      expect(Date.now() - started).toBeLessThan(1300);
    }
    await expect
      .poll(
        async () =>
          (
            await rig.oracle(
              "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(20)%' AND INFO NOT LIKE '%PROCESSLIST%'",
            )
          )[0]?.[0],
      )
      .toBe('0');
  });

  test('inside a transaction the connections survive a LIMIT that is full', async () => {
    const scope = rig.transaction();
    const limit = { offset: null, count: { kind: 'slot', slot: 0, negative: false } as const };
    const node = scatter('SELECT a.id FROM items a, items b', { kind: 'concat' }, { limit });
    for (let i = 0; i < 3; i++) {
      const answer = await rig.run(node, { literals: [integer(5)], scope });
      expect(answer.rows.length).toBe(5);
    }
    await scope.rollback();
  });
});
