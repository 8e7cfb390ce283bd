// Writes on real shards: rows to where their values belong, all or nothing, one answer.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DmlNode, EachShardNode, InsertCell, InsertNode } from '../../../src/plan/nodes.ts';
import type { Template } from '../../../src/text/template.ts';
import { createVindex } from '../../../src/vindex/registry.ts';
import type { RoutingKey } from '../../../src/vindex/routing-key.ts';
import { shardOf } from '../../../src/vindex/shard-map.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { type Rig, startRig } from './rig.ts';

const schema = `
  CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(5), n INT DEFAULT 0);
  CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name VARCHAR(20));`;

let rig: Rig;
let key: RoutingKey;

beforeAll(async () => {
  rig = await startRig(schema);
  key = hashKey();
});

afterAll(() => rig?.close());

beforeEach(async () => {
  for (let shard = 0; shard < 4; shard++) {
    await rig.admin.query(`DELETE FROM shop_${shard}.users; DELETE FROM shop_${shard}.countries`);
  }
});

afterEach(async () => {
  await expect.poll(() => rig.inUse(), { timeout: 5000 }).toBe(0);
});

function hashKey(): RoutingKey {
  const vindex = createVindex('hash', { type: 'hash', params: new Map(), owner: null });
  if (vindex.vindex === null) throw new Error(JSON.stringify(vindex));
  return {
    table: 'users',
    vindex: vindex.vindex,
    exact: true,
    columns: [
      {
        name: 'id',
        family: 'integer',
        dataType: 'bigint',
        unsigned: false,
        size: 64,
        scale: null,
        collation: null,
      },
    ],
  };
}

function text(sql: string): Template {
  return [{ kind: 'text', text: sql }];
}

function cell(sql: string): InsertCell {
  if (sql === 'DEFAULT') return { kind: 'default' };
  if (/^-?\d+$/.test(sql)) {
    return {
      kind: 'value',
      ref: { kind: 'constant', sql, valueKind: 'integer' },
      negative: sql.startsWith('-'),
    };
  }
  return { kind: 'expression', template: text(sql) };
}

function insert(rows: readonly (readonly string[])[], more: Partial<InsertNode> = {}): InsertNode {
  return {
    kind: 'insert',
    keyspace: 'shop',
    table: 'users',
    head: text('INSERT INTO users (id, name, n) VALUES'),
    tail: [],
    rows: {
      kind: 'cells',
      rows: rows.map((cells) => ({ template: text(`(${cells.join(', ')})`), cells: cells.map(cell) })),
    },
    key,
    unchanged: false,
    shardingCells: [0],
    sequence: null,
    everywhere: false,
    guardCell: null,
    pinTime: false,
    ...more,
  };
}

const write = { readOnly: false } as const;

/** Ids by shard, and whether each stands where its hash says. */
async function ids(): Promise<string[]> {
  const found: string[] = [];
  const { vindex } = key;
  for (const shard of rig.map.shards) {
    const rows = await rig.oracle(`SELECT id FROM ${shard.database}.users ORDER BY id`);
    for (const [id = null] of rows) {
      const mapping = vindex.kind === 'functional' ? vindex.map([{ kind: 'integer', text: id ?? '' }]) : null;
      if (mapping?.kind !== 'id' || shardOf(rig.map, mapping.id) !== shard)
        throw new Error(`row ${id} is misplaced`);
      found.push(id ?? '');
    }
  }
  return found.sort((a, b) => Number(a) - Number(b));
}

describe('insert', () => {
  test('rows go where their values belong, counts add up', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => [String(i - 5), `'n${i}'`, '1']);
    const { ok } = await rig.run(insert(rows), write);
    expect(ok).toEqual({
      affectedRows: 20n,
      lastInsertId: 0n,
      warnings: 0,
      info: 'Records: 20  Duplicates: 0  Warnings: 0',
    });
    expect(await ids()).toEqual(rows.map(([id]) => id));
  });

  test('one row is relayed', async () => {
    const answer = await rig.run(insert([['7', "'x'", '1']]), write);
    expect(answer.sent.length).toBe(1);
    expect(answer.ok?.affectedRows).toBe(1n);
    expect(await ids()).toEqual(['7']);
  });

  test('trap 18: values in other forms are stored as the column stores them', async () => {
    await rig.run(
      insert([
        ["'8'", "'a'", '1'],
        ['3.6', "'b'", '1'],
        ['0x0A', "'c'", '1'],
        ['40+2', "'d'", '1'],
      ]),
      write,
    );
    expect(await ids()).toEqual(['4', '8', '10', '42']);
  });

  test('an expression is evaluated once: the row lies where its value says', async () => {
    const answer = await rig.run(insert([['FLOOR(1 + RAND() * 1e9)', "'r'", '1']]), write);
    expect(answer.ok?.affectedRows).toBe(1n);
    expect((await ids()).length).toBe(1);
  });

  test('errors of the conversion name the client row', async () => {
    const running = rig.run(
      insert([
        ['1', "'a'", '1'],
        ['2', "'a'", '1'],
        ["'zwei'", "'a'", '1'],
      ]),
      write,
    );
    await expect(running).rejects.toThrow(/'zwei'.* at row 3$/);
    expect(await ids()).toEqual([]);
  });

  test('trap 28: "at row" is the client row, the lowest one speaks, nothing stays', async () => {
    const rows = Array.from({ length: 16 }, (_, i) => [
      String(i),
      i === 5 || i === 11 ? "'much too long'" : "'ok'",
      '1',
    ]);
    await expect(rig.run(insert(rows), write)).rejects.toMatchObject({
      errno: 1406,
      message: "Data too long for column 'name' at row 6",
    });
    expect(await ids()).toEqual([]);
  });

  test('a duplicate undoes all shards', async () => {
    await rig.run(insert([['3', "'x'", '1']]), write);
    const rows = Array.from({ length: 8 }, (_, i) => [String(i), "'y'", '1']);
    await expect(rig.run(insert(rows), write)).rejects.toMatchObject({ errno: 1062 });
    expect(await ids()).toEqual(['3']);
    const replace = await rig.run(
      insert(rows, { head: text('REPLACE INTO users (id, name, n) VALUES') }),
      write,
    );
    expect(replace.ok).toMatchObject({ affectedRows: 9n, info: 'Records: 8  Duplicates: 1  Warnings: 0' });
    const ignore = await rig.run(
      insert(rows, { head: text('INSERT IGNORE INTO users (id, name, n) VALUES') }),
      write,
    );
    expect(ignore.ok).toMatchObject({ affectedRows: 0n, info: 'Records: 8  Duplicates: 8  Warnings: 8' });
  });

  test('a value the vindex has no place for is refused', async () => {
    await expect(rig.run(insert([['NULL', "'x'", '1']]), write)).rejects.toThrow(
      /1048|cannot be null|SG6030/,
    );
  });

  test('sequences fill the cells left to them', async () => {
    const [column] = hashKey().columns;
    if (column === undefined) throw new Error('no column');
    const sequence = {
      source: { kind: 'sequence', sequence: 'seq' },
      cell: 0,
      append: false,
      column,
    } as const;
    await expect(rig.run(insert([['DEFAULT', "'x'", '1']], { sequence }), write)).rejects.toMatchObject({
      id: 'SG6031',
    });
  });

  test('reference tables get every row on every shard, counted once', async () => {
    const node = insert(
      [
        ["'DE'", "'Germany'"],
        ["'FR'", "'France'"],
      ],
      {
        table: 'countries',
        head: text('INSERT INTO countries VALUES'),
        everywhere: true,
        key: null,
        shardingCells: [],
      },
    );
    const { ok } = await rig.run(node, write);
    expect(ok).toMatchObject({ affectedRows: 2n, info: 'Records: 2  Duplicates: 0  Warnings: 0' });
    for (const shard of rig.map.shards) {
      expect(await rig.oracle(`SELECT COUNT(*) FROM ${shard.database}.countries`)).toEqual([['2']]);
    }
  });
});

describe('update and delete', () => {
  function dml(sql: string, more: Partial<DmlNode> = {}): DmlNode {
    return {
      kind: 'dml',
      keyspace: 'shop',
      destination: { kind: 'all' },
      template: text(sql),
      unchanged: false,
      everywhere: false,
      pinTime: false,
      ...more,
    };
  }

  beforeEach(() =>
    rig.run(insert(Array.from({ length: 12 }, (_, i) => [String(i), "'x'", String(i % 3)])), write),
  );

  test('counts and infos add up', async () => {
    const { ok } = await rig.run(dml('UPDATE users SET n = 2 WHERE n > 0'), write);
    expect(ok).toMatchObject({ affectedRows: 4n, info: 'Rows matched: 8  Changed: 4  Warnings: 0' });
    const gone = await rig.run(dml('DELETE FROM users WHERE n = 2'), write);
    expect(gone.ok).toMatchObject({ affectedRows: 8n, info: '' });
  });

  test('an error on one shard undoes the others', async () => {
    await rig.admin.query('ALTER TABLE shop_2.users ADD CONSTRAINT small CHECK (n < 5)');
    await expect(rig.run(dml('UPDATE users SET n = 9'), write)).rejects.toMatchObject({
      errno: testFlavour() === 'mysql' ? 3819 : 4025,
    });
    await rig.admin.query('ALTER TABLE shop_2.users DROP CONSTRAINT small');
    for (const shard of rig.map.shards) {
      expect(await rig.oracle(`SELECT COUNT(*) FROM ${shard.database}.users WHERE n = 9`)).toEqual([['0']]);
    }
  });

  test('cancel undoes all shards within a second', async () => {
    const controller = new AbortController();
    const running = rig.run(dml('UPDATE users SET n = 50 + SLEEP(5)'), {
      ...write,
      signal: controller.signal,
    });
    const started = Date.now();
    setTimeout(() => controller.abort(), 100);
    await expect(running).rejects.toMatchObject({ errno: 1317 });
    expect(Date.now() - started).toBeLessThan(1300);
    for (const shard of rig.map.shards) {
      expect(await rig.oracle(`SELECT COUNT(*) FROM ${shard.database}.users WHERE n >= 50`)).toEqual([['0']]);
    }
  });

  test('trap 29: one instant for NOW() on all shards', async () => {
    await rig.admin.query('ALTER TABLE shop_0.users ADD at DATETIME(6)');
    for (let shard = 1; shard < 4; shard++) {
      await rig.admin.query(`ALTER TABLE shop_${shard}.users ADD at DATETIME(6)`);
    }
    await rig.run(dml('UPDATE users SET at = NOW(6)', { pinTime: true }), write);
    const union = rig.map.shards.map((shard) => `SELECT at FROM ${shard.database}.users`).join(' UNION ');
    expect(await rig.oracle(`SELECT COUNT(*) FROM (${union}) q`)).toEqual([['1']]);
    for (const shard of rig.map.shards) await rig.admin.query(`ALTER TABLE ${shard.database}.users DROP at`);
  });

  test('one shard is relayed', async () => {
    const equal = {
      kind: 'equal',
      key,
      values: [{ kind: 'constant', sql: '7', valueKind: 'integer' }],
    } as const;
    const answer = await rig.run(dml('UPDATE users SET n = 100 WHERE id = 7', { destination: equal }), write);
    expect(answer.sent.length).toBe(1);
    expect(answer.ok).toMatchObject({ affectedRows: 1n, info: 'Rows matched: 1  Changed: 1  Warnings: 0' });
  });
});

describe('each shard', () => {
  function everywhere(sql: string, result: EachShardNode['result']): EachShardNode {
    return {
      kind: 'eachShard',
      keyspace: 'shop',
      destination: { kind: 'all' },
      template: text(sql),
      result,
      warning: null,
    };
  }

  test('DDL runs on all, a partial failure is said by shard', async () => {
    const made = await rig.run(everywhere('CREATE TABLE fresh (a INT)', 'ok'), write);
    expect(made.ok).toMatchObject({ affectedRows: 0n });
    await rig.admin.query('DROP TABLE shop_1.fresh');
    const running = rig.run(everywhere('ALTER TABLE fresh ADD b INT', 'ok'), write);
    await expect(running).rejects.toMatchObject({ id: 'SG4024' });
    await expect(running).rejects.toThrow("failed on shop/40-80: 1146 Table 'shop.fresh' doesn't exist");
    const again = rig.run(everywhere('CREATE TABLE users (a INT)', 'ok'), write);
    await expect(again).rejects.toMatchObject({ errno: 1050, message: "Table 'users' already exists" });
  });

  test('rows of administration statements name the keyspace', async () => {
    const answer = await rig.run(everywhere('CHECK TABLE users', 'concat'), write);
    expect(answer.rows).toEqual(Array.from({ length: 4 }, () => ['shop.users', 'check', 'status', 'OK']));
    const tables = await rig.run(everywhere("SHOW TABLES LIKE 'users'", 'firstShard'), write);
    expect(tables.columns[0]?.name).toBe('Tables_in_shop (users)');
    expect(tables.rows).toEqual([['users']]);
  });
});
