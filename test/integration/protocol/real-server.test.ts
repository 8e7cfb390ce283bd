// What real servers send and accept: ends of responses, binary rows, parameters spelled as literals.
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { Command, encodeStatementCommand, encodeTextCommand } from '../../../src/protocol/commands.ts';
import { decodePrepareOk } from '../../../src/protocol/messages.ts';
import { frame } from '../../../src/protocol/packet-framing.ts';
import { ResultScanner, responseShape, type TerminalPacket } from '../../../src/protocol/result-scanner.ts';
import { decodeExecute, encodeExecute, rebindExecute } from '../../../src/protocol/stmt-execute.ts';
import { BinaryRow } from '../../../src/value/binary-row.ts';
import { ByteWriter } from '../../../src/value/byte-writer.ts';
import { decodeColumnDefinition } from '../../../src/value/column-codec.ts';
import { FieldType } from '../../../src/value/column-definition.ts';
import { TextRow } from '../../../src/value/text-row.ts';
import { RawClient, type RawPacket } from '../../protocol/raw-client.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { cut } from '../../unit/protocol/cut.ts';
import { startServer, targetOf } from '../backend/backend-stage.ts';

let server: RunningServer;

beforeAll(async () => {
  server = await startServer('protocol');
});

afterAll(() => server.stop());

async function connect(): Promise<RawClient> {
  const { user, password } = targetOf(server);
  const client = await RawClient.connect(server.port);
  expect(await client.login({ user, password, database: 'shop_0' })).toBeNull();
  return client;
}

/** All packets of a result set's answer up to and including its last. */
async function answer(client: RawClient): Promise<RawPacket[]> {
  const packets: RawPacket[] = [];
  let ends = 0;
  while (ends < 2) {
    const packet = await client.packet();
    if (packet === null || packet.payload[0] === 0xff)
      throw new Error(packet?.payload.toString() ?? 'closed');
    packets.push(packet);
    if (packets.length === 1 && packet.payload[0] === 0) return packets;
    if (packet.payload[0] === 0xfe && packet.payload.length < 9) ends += 1;
  }
  return packets;
}

const query = (text: string): Buffer => encodeTextCommand(Command.query, text);

async function run(client: RawClient, text: string): Promise<void> {
  client.send(query(text));
  await answer(client);
}

const types = `t TINYINT, tu TINYINT UNSIGNED, s SMALLINT, m MEDIUMINT, mu MEDIUMINT UNSIGNED, i INT, iu INT UNSIGNED,
  b BIGINT, bu BIGINT UNSIGNED, d DECIMAL(20,4), c CHAR(5), v VARCHAR(300), tx TEXT, bl BLOB, dt DATE, dtm DATETIME,
  dtm6 DATETIME(6), ts TIMESTAMP(3) NULL, ti TIME, ti2 TIME(2), y YEAR, bi BIT(9), e ENUM('a','b'), se SET('x','y'),
  j JSON, db DOUBLE`;
const rows = [
  `(-128, 255, -32768, -8388608, 16777215, -2147483648, 4294967295, -9223372036854775808, 18446744073709551615,
   -12345678901234.5678, 'abc', REPEAT('v', 300), 'text', X'00FF', '2024-02-29', '2024-02-29 23:59:59',
   '2024-02-29 23:59:59.000001', '2024-02-29 23:59:59.120', '-838:59:59', '12:00:00.50', 2155, b'100000001', 'b', 'x,y',
   '{"a": [1, 2]}', -0.1)`,
  `(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', '', '1000-01-01', '1000-01-01 00:00:00', '1000-01-01 00:00:00',
   '1970-01-02 00:00:00', '00:00:00', '00:00:00', 1901, b'0', 'a', '', '{}', 1e300)`,
  `(${Array.from({ length: 26 }, () => 'NULL').join()})`,
];

describe('rows', () => {
  test('binary cells have the text of the text protocol', async () => {
    const client = await connect();
    await run(client, `CREATE TABLE all_types (${types})`);
    await run(client, `INSERT INTO all_types VALUES ${rows.join()}`);
    const sql = 'SELECT * FROM all_types ORDER BY b IS NULL, b';
    client.send(query(sql));
    const text = await answer(client);
    client.send(encodeTextCommand(Command.stmtPrepare, sql));
    const prepared = decodePrepareOk((await client.packet())?.payload ?? Buffer.alloc(0));
    for (let i = 0; i <= prepared.columnCount; i += 1) await client.packet();
    client.send(encodeExecute(prepared.statementId));
    const binary = await answer(client);
    const columns = binary.slice(1, 27).map((packet) => decodeColumnDefinition(packet.payload));
    const [textRow, binaryRow] = [new TextRow(26), new BinaryRow(columns)];
    expect(text).toHaveLength(binary.length);
    for (let at = 28; at < text.length - 1; at += 1) {
      textRow.load(text[at]?.payload ?? Buffer.alloc(0));
      binaryRow.load(binary[at]?.payload ?? Buffer.alloc(0));
      const isDouble = (i: number): boolean => columns[i]?.type === FieldType.double;
      const cells = columns.map((_, i) => (isDouble(i) ? textRow.double(i) : textRow.text(i)));
      expect(columns.map((_, i) => (isDouble(i) ? binaryRow.double(i) : binaryRow.text(i)))).toEqual(cells);
    }
    client.socket.destroy();
  });
});

/** Executes `SELECT CONCAT(?)` with one parameter; the first time on a handle that saw another type. */
async function executed(
  client: RawClient,
  type: number,
  value: Buffer,
  unsigned: boolean,
): Promise<string[]> {
  client.send(encodeTextCommand(Command.stmtPrepare, 'SELECT CONCAT(?)'));
  const prepared = decodePrepareOk((await client.packet())?.payload ?? Buffer.alloc(0));
  for (let i = 0; i < 4; i += 1) await client.packet();
  const head = (sent: boolean): ByteWriter =>
    new ByteWriter()
      .u8(23)
      .u32(1)
      .u8(0)
      .u32(1)
      .u8(0)
      .u8(sent ? 1 : 0);
  const withTypes = head(true)
    .u8(type)
    .u8(unsigned ? 0x80 : 0)
    .bytes(value)
    .finish();
  const remembered = Buffer.of(type, unsigned ? 0x80 : 0);
  // A handle that never saw the types, an execution that does not carry them: they must be put in (trap 14).
  const bare = head(false).bytes(value).finish();
  client.send(rebindExecute(bare, prepared.statementId, 1, remembered));
  const binary = await answer(client);
  client.send(encodeStatementCommand(Command.stmtClose, prepared.statementId));
  const microseconds = testFlavour() === 'mysql';
  const context = { paramCount: 1, types: null, longData: null, noBackslashEscapes: false, microseconds };
  const [bind] = decodeExecute(withTypes, context).params;
  client.send(query(`SELECT CONCAT(${bind?.negative === true ? '-' : ''}${bind?.sql})`));
  const text = await answer(client);
  const [binaryRow, textRow] = [
    new BinaryRow([decodeColumnDefinition(binary[1]?.payload ?? Buffer.alloc(0))]),
    new TextRow(1),
  ];
  binaryRow.load(binary[3]?.payload ?? Buffer.alloc(0));
  textRow.load(text[3]?.payload ?? Buffer.alloc(0));
  return [String(binaryRow.text(0)), String(textRow.text(0))];
}

describe('parameters', () => {
  test('a literal means what the parameter meant', async () => {
    const client = await connect();
    const write = (fill: (writer: ByteWriter) => ByteWriter): Buffer => fill(new ByteWriter()).finish();
    const text = (value: string): Buffer => write((w) => w.lenencText(value));
    const samples: readonly (readonly [number, Buffer, boolean])[] = [
      [FieldType.tiny, Buffer.of(0x80), false],
      [FieldType.tiny, Buffer.of(0x80), true],
      [FieldType.short, Buffer.of(0, 0x80), false],
      [FieldType.long, Buffer.of(0, 0, 0, 0x80), false],
      [FieldType.longLong, write((w) => w.u64(1n << 63n)), false],
      [FieldType.longLong, write((w) => w.u64((1n << 64n) - 1n)), true],
      [FieldType.double, write((w) => w.f64(-1.5e-7)), false],
      [FieldType.double, write((w) => w.f64(123456789.125)), false],
      [FieldType.newDecimal, text('-000123.4500'), false],
      [FieldType.newDecimal, text('18446744073709551616'), false],
      [FieldType.varString, text('it\'s \\ " % \n \0 ü'), false],
      [FieldType.blob, text("a'b"), false],
      [FieldType.date, write((w) => w.u8(4).u16(2024).u8(2).u8(29)), false],
      [FieldType.dateTime, write((w) => w.u8(7).u16(2024).u8(2).u8(29).u8(1).u8(2).u8(3)), false],
      [FieldType.dateTime, write((w) => w.u8(11).u16(2024).u8(2).u8(29).u8(1).u8(2).u8(3).u32(40)), false],
      [FieldType.time, write((w) => w.u8(8).u8(1).u32(2).u8(3).u8(4).u8(5)), false],
    ];
    for (const [type, value, unsigned] of samples) {
      const [fromParam, fromLiteral] = await executed(client, type, value, unsigned);
      expect(`${type}: ${fromLiteral}`).toBe(`${type}: ${fromParam}`);
    }
    client.socket.destroy();
  });
});

const commands: readonly (readonly [Buffer, TerminalPacket['kind']])[] = [
  [Buffer.of(Command.ping), 'ok'],
  [query('SELECT 1 AS a, NULL AS b'), 'eof'],
  [query('CREATE TABLE IF NOT EXISTS ends (id INT PRIMARY KEY, v LONGTEXT)'), 'ok'],
  [query("REPLACE INTO ends VALUES (1, REPEAT('x', 300)), (2, NULL)"), 'ok'],
  [query('UPDATE ends SET id = id WHERE id > 0'), 'ok'],
  [query('SELECT * FROM ends WHERE id < 0'), 'eof'],
  [query('SELECT REPEAT(CHAR(254), 70000), 1 FROM ends'), 'eof'],
  [query('SELECT nothing FROM nowhere'), 'error'],
  [query('SELECT 1; SELECT 2 FROM ends; DO 1; UPDATE ends SET id = id; SELECT 3'), 'eof'],
  [query('SELECT 1; SELECT nothing FROM nowhere; SELECT 3'), 'error'],
  [query('SELECT 1; DO 1'), 'ok'],
  [encodeTextCommand(Command.fieldList, 'ends\0'), 'eof'],
  [encodeTextCommand(Command.fieldList, 'missing\0'), 'error'],
  [Buffer.of(Command.statistics), 'ok'],
  [Buffer.of(Command.setOption, 0, 0), 'eof'],
  [encodeTextCommand(Command.initDb, 'shop_0'), 'ok'],
  [encodeTextCommand(Command.initDb, 'missing'), 'error'],
  [encodeTextCommand(Command.stmtPrepare, 'SELECT id, v FROM ends WHERE id = ? OR id = ?'), 'eof'],
  [encodeTextCommand(Command.stmtPrepare, 'SELECT 1'), 'eof'],
  [encodeTextCommand(Command.stmtPrepare, 'DELETE FROM ends WHERE id = ?'), 'eof'],
  [encodeTextCommand(Command.stmtPrepare, 'COMMIT'), 'ok'],
  [encodeTextCommand(Command.stmtPrepare, 'SELECT FROM'), 'error'],
  [Buffer.of(Command.resetConnection), 'ok'],
  [query('SELECT table_name FROM information_schema.tables LIMIT 50'), 'eof'],
  [Buffer.of(99), 'error'],
];

/** Everything a server sends in answer to the commands, written one after the other. */
async function recorded(): Promise<Buffer> {
  const client = await connect();
  const chunks: Buffer[] = [];
  client.socket.on('data', (chunk) => chunks.push(chunk));
  client.socket.write(
    Buffer.concat([...commands.map(([payload]) => frame(payload, 0)), frame(Buffer.of(Command.quit), 0)]),
  );
  await once(client.socket, 'close');
  return Buffer.concat(chunks);
}

/** Kinds of the ends that the scanner finds, in order; all bytes must belong to some response. */
function ends(chunks: readonly Buffer[]): string[] {
  const scanner = new ResultScanner();
  const kinds: string[] = [];
  const begin = (): void => {
    const shape = responseShape(commands[kinds.length]?.[0][0] ?? 0);
    if (shape !== null && kinds.length < commands.length) scanner.begin(shape);
  };
  begin();
  for (const chunk of chunks) {
    let rest: Buffer | null = chunk;
    while (rest !== null) {
      rest = scanner.push(rest, {
        data: () => true,
        end: (_bytes, _at, terminal) => {
          kinds.push(terminal.kind);
          begin();
        },
      });
    }
  }
  expect(scanner.active).toBe(false);
  return kinds;
}

test('the ends of pipelined responses are found for any split', async () => {
  const stream = await recorded();
  const expected = commands.map(([, kind]) => kind);
  expect(ends([stream])).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 200 }), (places) => {
      expect(ends(cut(stream, places))).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});
