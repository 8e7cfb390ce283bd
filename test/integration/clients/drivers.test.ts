// What drivers ask of the protocol beyond statements: MariaDB's extensions, session tracking.
import { createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { beforeAll, describe, expect, test } from 'vitest';
import { Capability } from '../../../src/protocol/capabilities.ts';
import { Command } from '../../../src/protocol/commands.ts';
import { ByteWriter } from '../../../src/value/byte-writer.ts';
import { FieldType } from '../../../src/value/column-definition.ts';
import type { ExactClient, Prepared } from '../../support/exact-client.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { clientWorld } from './world.ts';

const shop = clientWorld();
let client: ExactClient;

beforeAll(async () => {
  client = await shop.world.proxy();
});

const isMariaDb = testFlavour() === 'mariadb';

async function prepared(sql: string): Promise<Prepared> {
  const answer = await client.prepare(sql);
  if ('kind' in answer) throw new Error(answer.message);
  return answer;
}

describe.runIf(isMariaDb)('trap 15: extended metadata', () => {
  const jsonFormat = '\u0001\u0004json';

  test.each([
    ['relayed', 'SELECT doc FROM notes WHERE id = 1'],
    ['merged', 'SELECT doc FROM notes WHERE id IN (1, 2, 3, 4) ORDER BY id'],
    ['finished on the workspace', 'SELECT doc, COUNT(*) FROM notes GROUP BY doc ORDER BY 1'],
  ])('tells JSON from text: %s', async (_how, sql) => {
    const extended = await shop.world.proxy({ flags: Capability.extendedMetadata });
    const answer = await extended.query(sql);
    expect(answer.kind === 'rows' && answer.columns[0]?.extended).toBe(jsonFormat);
    const plan = await extended.prepare(sql);
    expect('columns' in plan && plan.columns[0]?.extended).toBe(jsonFormat);
    expect('columns' in plan && (await extended.execute(plan)).kind).toBe('rows');
  });

  test('is not sent to clients that did not ask', async () => {
    const answer = await client.query('SELECT doc FROM notes WHERE id = 1');
    expect(answer.kind === 'rows' && answer.columns[0]?.extended).toBeUndefined();
  });
});

test('mysql2 parses JSON columns as it does from a server', async () => {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: shop.world.app.mysqlPort,
    user: 'app',
    password: 'app',
    database: 'shop',
  });
  try {
    await connection.query('INSERT INTO notes (id, doc) VALUES (70, \'{"a": [1]}\'), (71, NULL)');
    const [rows] = await connection.execute<RowDataPacket[]>(
      'SELECT doc FROM notes WHERE id IN (70, 71) ORDER BY id',
    );
    expect(rows.map((row) => row['doc'])).toEqual([{ a: [1] }, null]);
    const [ok] = await connection.query<ResultSetHeader>('DELETE FROM notes WHERE id >= 70');
    expect(ok.affectedRows).toBe(2);
    const [updated] = await connection.query<ResultSetHeader>(
      "UPDATE users SET name = 'x' WHERE id IN (1, 2)",
    );
    expect(updated.info).toBe('Rows matched: 2  Changed: 2  Warnings: 0');
  } finally {
    await connection.end();
  }
});

describe('session tracking', () => {
  const sessionStateChanged = 0x4000;
  /** The OK's bytes behind status, warnings and info. */
  const changesOf = async (payload: Uint8Array): Promise<string> => {
    const tracking = await shop.world.proxy({ flags: Capability.sessionTrack });
    const answer = await tracking.command(payload);
    if (answer.kind !== 'ok') throw new Error(JSON.stringify(answer));
    return (answer.status & sessionStateChanged) === 0 ? '' : 'changed';
  };
  const query = (sql: string): Buffer => Buffer.concat([Buffer.from([Command.query]), Buffer.from(sql)]);

  test.each([
    ['USE', query('USE main')],
    ['COM_INIT_DB', Buffer.concat([Buffer.from([Command.initDb]), Buffer.from('main')])],
    ['SET NAMES', query('SET NAMES latin1')],
    ['SET autocommit', query('SET autocommit = 0')],
    ['SET time_zone', query("SET time_zone = '+01:00'")],
  ])('%s is told', async (_name, payload) => {
    expect(await changesOf(payload)).toBe('changed');
  });

  test.each([
    ['a variable that is not tracked', query('SET unique_checks = 0')],
    ['a write', query('UPDATE users SET name = name WHERE id = 1')],
  ])('%s is not', async (_name, payload) => {
    expect(await changesOf(payload)).toBe('');
  });

  test('nor is anything to clients that did not ask', async () => {
    const answer = await client.query('USE shop');
    expect(answer.kind === 'ok' && answer.status & sessionStateChanged).toBe(0);
  });
});

describe('executions as MariaDB drivers send them', () => {
  const lastPrepared = 0xffffffff;
  const executeLast = (): Promise<unknown> =>
    client.execute({ statementId: lastPrepared, paramCount: 0, columns: [] });

  test('of the statement prepared last, whose id is not known yet', async () => {
    await prepared('SELECT COUNT(*) FROM users');
    expect(await executeLast()).toMatchObject({ kind: 'rows' });
  });

  test('fail when that preparation failed', async () => {
    expect(await client.prepare('SELECT nope FROM users')).toMatchObject({ errno: 1054 });
    expect(await executeLast()).toMatchObject({ errno: 1243 });
  });

  test('with a parameter flag although there are no parameters', async () => {
    const { statementId } = await prepared('SELECT id FROM users WHERE id IN (1, 2, 3) ORDER BY id');
    const payload = new ByteWriter().u8(Command.stmtExecute).u32(statementId).u8(0).u32(1).u8(1).finish();
    expect(await client.command(payload)).toMatchObject({ kind: 'rows' });
  });
});

describe('COM_STMT_BULK_EXECUTE', () => {
  interface Cell {
    readonly indicator?: number;
    readonly text?: string;
  }
  /** All parameters are sent as text. */
  const bulk = ({ statementId, paramCount }: Prepared, rows: readonly (readonly Cell[])[]): Buffer => {
    const writer = new ByteWriter().u8(Command.stmtBulkExecute).u32(statementId).u16(0x80);
    for (let i = 0; i < paramCount; i++) writer.u8(FieldType.varString).u8(0);
    for (const { indicator = 0, text = '' } of rows.flat()) {
      writer.u8(indicator);
      if (indicator === 0) writer.lenencText(text);
    }
    return writer.finish();
  };
  const asNull = { indicator: 1 };
  const asDefault = { indicator: 2 };

  test('an INSERT is one statement over all shards', async () => {
    const insert = await prepared('INSERT INTO notes (id, title, amount) VALUES (?, ?, ?)');
    const rows = [
      [{ text: '800' }, { text: "it's" }, { text: '1.5' }],
      [{ text: '801' }, asNull, asDefault],
      [{ text: '802' }, { text: 'ü' }, asNull],
    ];
    expect(await client.command(bulk(insert, rows))).toMatchObject({ kind: 'ok', affectedRows: 3n });
    const answer = await client.query('SELECT id, title, amount FROM notes WHERE id >= 800 ORDER BY id');
    expect(answer.kind === 'rows' && answer.rows.map((row) => row.toString('utf8'))).toEqual([
      "\u0003800\u0004it's\u00041.50",
      '\u0003801\ufffd\ufffd',
      '\u0003802\u0002ü\ufffd',
    ]);
    const twice = [
      [{ text: '803' }, asNull, asNull],
      [{ text: '800' }, asNull, asNull],
    ];
    expect(await client.command(bulk(insert, twice))).toMatchObject({ errno: 1062 });
    expect(await client.query('SELECT ROW_COUNT()')).toMatchObject({ kind: 'rows' });
    const left = await client.query('SELECT COUNT(*) FROM notes WHERE id >= 800');
    expect(left.kind === 'rows' && left.rows[0]?.toString('latin1')).toBe('\u00013');
  });

  test('other statements run row by row', async () => {
    const update = await prepared('UPDATE notes SET title = ? WHERE id = ?');
    const rows = [
      [{ text: 'a' }, { text: '800' }],
      [{ text: 'b' }, { text: '801' }],
      [{ text: 'c' }, { text: '999' }],
    ];
    expect(await client.command(bulk(update, rows))).toMatchObject({ kind: 'ok', affectedRows: 2n });
  });

  test('a broken packet is an error, not a crash', async () => {
    const insert = await prepared('INSERT INTO notes (id, title) VALUES (?, ?)');
    const payload = bulk(insert, [[{ text: '900' }, { text: 'x' }]]);
    expect(await client.command(payload.subarray(0, payload.length - 1))).toMatchObject({ errno: 1835 });
    expect(await client.query('SELECT 1')).toMatchObject({ kind: 'rows' });
  });
});
