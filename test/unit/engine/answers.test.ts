import { describe, expect, test } from 'vitest';
import type { Terminal } from '../../../src/backend/contract.ts';
import { insertAnswer, lowestRowError, splitInsert } from '../../../src/engine/insert/insert-split.ts';
import { RowWindow } from '../../../src/engine/merge/row-window.ts';
import { renameError, renameInMessage } from '../../../src/engine/physical-names.ts';
import { sumInfos } from '../../../src/engine/write/write-info.ts';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { createShardMap } from '../../../src/vindex/shard-map.ts';

const made = createShardMap('shop', [
  { name: '-80', database: 'shop_0' },
  { name: '80-', database: 'shop_1' },
]);
const shards = 'map' in made ? made.map.shards : [];

function shard(index: number) {
  const found = shards[index];
  if (found === undefined) throw new Error('no shard');
  return found;
}

function terminal(affectedRows: bigint, info = '', lastInsertId = 0n, warnings = 0): Terminal {
  return { kind: 'ok', affectedRows, lastInsertId, warnings, status: 2, info, error: null };
}

describe('physical names in errors', () => {
  test.each([
    ["Table 'shop_0.users' doesn't exist", "Table 'shop.users' doesn't exist"],
    ['Cannot delete: `shop_0`.`orders`, CONSTRAINT', 'Cannot delete: `shop`.`orders`, CONSTRAINT'],
    ["Access denied to database 'shop_0'", "Access denied to database 'shop'"],
    ["Duplicate entry 'shop_0x' for key", "Duplicate entry 'shop_0x' for key"],
    ["Duplicate entry 'my shop_0' for key", "Duplicate entry 'my shop_0' for key"],
    ["Duplicate entry 'shop_0' for key 'shop_0.t.id'", "Duplicate entry 'shop_0' for key 'shop.t.id'"],
    ["Incorrect integer value: 'shop_0.t'", "Incorrect integer value: 'shop_0.t'"],
    [
      "Incorrect integer value: 'shop_0' for column `shop_0`.`t`.`n` at row 1",
      "Incorrect integer value: 'shop_0' for column `shop`.`t`.`n` at row 1",
    ],
    ["Unknown VIEW: 'shop_0.a,shop_0.b'", "Unknown VIEW: 'shop.a,shop.b'"],
    ["'shop_0.a' and 'shop_0.b'", "'shop.a' and 'shop.b'"],
  ])('%s', (message, expected) => {
    expect(renameInMessage(message, 'shop_0', 'shop')).toBe(expected);
  });

  test('an error that names nothing is the same object', () => {
    const error = new SqlError(1064, '42000', 'syntax');
    expect(renameError(error, shard(0))).toBe(error);
  });
});

describe('RowWindow', () => {
  test('offset and count, row by row and in batches alike', () => {
    const rows = Array.from({ length: 20 }, (_, i) => i);
    for (const [skip, left] of [
      [0, 5],
      [3, 4],
      [18, 10],
      [0, Number.POSITIVE_INFINITY],
      [25, 1],
      [0, 0],
    ] as const) {
      const expected = rows.slice(skip, skip + left);
      const single = new RowWindow(skip, left);
      expect(rows.filter(() => single.take())).toEqual(expected);
      const batches = new RowWindow(skip, left);
      const taken = [rows.slice(0, 7), rows.slice(7, 8), rows.slice(8)].flatMap((batch) =>
        batches.takeBatch(batch),
      );
      expect(taken).toEqual(expected);
      expect(batches.full).toBe(expected.length === left);
    }
  });
});

describe('answers of split INSERTs', () => {
  const text = (row: number) => `(${row})`;

  test('counts rows, duplicates and warnings of one-row and many-row statements', () => {
    const one = splitInsert(shard(0), 'INSERT INTO t VALUES', '', [1], text);
    const many = splitInsert(shard(1), 'INSERT INTO t VALUES', '', [0, 2, 3], text);
    expect(one.statements).toEqual(['INSERT INTO t VALUES (1)']);
    expect(many.statements).toEqual(['INSERT INTO t VALUES (0), (2), (3)']);
    const answers = [
      { write: one, terminals: [terminal(2n, '', 5n)] },
      { write: many, terminals: [terminal(4n, 'Records: 3  Duplicates: 1  Warnings: 2', 9n, 2)] },
    ];
    const conflict = { onConflict: 'update', warningsBefore: 0 } as const;
    const facts = { everywhere: false, firstId: null, lastGiven: 0n, ...conflict } as const;
    expect(insertAnswer(answers, { ...facts, rowCount: 4, informs: true })).toEqual({
      affectedRows: 6n,
      lastInsertId: 9n,
      warnings: 2,
      info: 'Records: 4  Duplicates: 2  Warnings: 2',
    });
    expect(insertAnswer(answers.slice(0, 1), { ...facts, rowCount: 1, informs: false }).info).toBe('');
  });

  test('large statements are split, the tail stands behind each', () => {
    const wide = 'x'.repeat(3 << 20);
    const split = splitInsert(
      shard(0),
      'INSERT',
      'ON DUPLICATE KEY UPDATE a=1',
      [4, 5, 6],
      (row) => `(${row}${wide})`,
    );
    expect(split.rows).toEqual([[4], [5], [6]]);
    expect(split.statements.every((sql) => sql.endsWith(' ON DUPLICATE KEY UPDATE a=1'))).toBe(true);
  });

  test('trap 28: the error of the lowest row speaks, with the row of the client', () => {
    const write = splitInsert(shard(0), 'INSERT', '', [0, 4, 8], text);
    const other = splitInsert(shard(1), 'INSERT', '', [1, 2], text);
    const error = lowestRowError([
      { write, statement: 0, error: new SqlError(1406, '22001', "Data too long for column 'a' at row 2") },
      {
        write: other,
        statement: 0,
        error: new SqlError(1406, '22001', "Data too long for column 'a' at row 2"),
      },
    ]);
    expect(error.message).toBe("Data too long for column 'a' at row 3");
  });
});

test('UPDATE infos add up', () => {
  const infos = ['Rows matched: 3  Changed: 2  Warnings: 0', 'Rows matched: 1  Changed: 0  Warnings: 1'];
  expect(sumInfos(infos)).toBe('Rows matched: 4  Changed: 2  Warnings: 1');
  expect(sumInfos(['', ''])).toBe('');
});
