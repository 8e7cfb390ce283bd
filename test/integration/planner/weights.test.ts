// trap 17 on a real server: the order of keys that merge-sort compares is the server's own, for every collation it is used for.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { padWeight } from '../../../src/planner/weights.ts';
import { testServers } from '../../support/test-servers.ts';

const ascii = [
  '',
  'a',
  'A',
  'b',
  'z',
  'Z',
  'a ',
  'a  ',
  ' a',
  'ab',
  'a b',
  'aB',
  'a\tb',
  'a\0',
  'ss',
  'SS',
  'ch',
  '0',
  '10',
  '_',
  '-',
  '~',
  'a!',
];
const latin = ['á', 'Á', 'ä', 'ß', 'é', 'ñ', 'Å', 'ÿ', '\u00ad', 'a\u00ad'];
const others = [
  'e\u0301',
  'ı',
  'İ',
  'œ',
  'æ',
  'č',
  'ł',
  '日',
  'ア',
  'あ',
  'ァ',
  '０',
  'Ω',
  'σ',
  'ς',
  'ё',
  'ж',
  '\u0300',
  'ﬁ',
  'dž',
  '\uffff',
];
const planes = ['😀', '😁', '𝒜', 'a😀'];

let server: RunningServer;
let admin: Connection;

beforeAll(async () => {
  const provider = await testServers();
  server = await provider.start({ name: 'weights', dataDirectory: null, port: 0, durable: false });
  admin = await connectAsAdmin(server.admin);
  await admin.query('CREATE DATABASE weights; USE weights');
});
afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

interface Collation extends RowDataPacket {
  readonly name: string;
  readonly charset: string;
}

interface Pair extends RowDataPacket {
  readonly x: string;
  readonly y: string;
  readonly left: Buffer;
  readonly right: Buffer;
  readonly order: number;
}

function wordsOf(charset: string): readonly string[] {
  if (charset === 'ascii') return ascii;
  if (charset === 'latin1') return [...ascii, ...latin];
  return charset === 'utf8mb4' ? [...ascii, ...latin, ...others, ...planes] : [...ascii, ...latin, ...others];
}

/** As merge-sort compares: the shorter key is continued by the weight of a space. */
function compare(left: Buffer, right: Buffer, padHex: string | null): number {
  if (padHex === null) return Math.sign(Buffer.compare(left, right));
  const pad = Buffer.from(padHex, 'hex');
  const length = Math.max(left.length, right.length);
  const padded = (key: Buffer): Buffer => {
    const rest = Buffer.alloc(length - key.length, pad);
    return Buffer.concat([key, rest]);
  };
  return Math.sign(Buffer.compare(padded(left), padded(right)));
}

test('the order of weights is the order of texts', async () => {
  const [known] = await admin.query<Collation[]>(
    `SELECT COLLATION_NAME AS name, CHARACTER_SET_NAME AS charset FROM information_schema.COLLATIONS
     WHERE CHARACTER_SET_NAME IN ('utf8mb4', 'utf8mb3', 'latin1', 'ascii')`,
  );
  const used = known.filter(({ name }) => padWeight(name) !== undefined);
  expect(used.length).toBeGreaterThan(10);
  const wrong: string[] = [];
  for (const { name, charset } of used) {
    await admin.query('DROP TABLE IF EXISTS w');
    await admin.query(`CREATE TABLE w (t VARCHAR(20) CHARACTER SET ${charset} COLLATE ${name})`);
    await admin.query('INSERT INTO w VALUES ?', [wordsOf(charset).map((word) => [word])]);
    const [pairs] = await admin.query<Pair[]>(
      'SELECT a.t AS x, b.t AS y, WEIGHT_STRING(a.t) AS `left`, WEIGHT_STRING(b.t) AS `right`, STRCMP(a.t, b.t) AS `order` FROM w a, w b',
    );
    expect(pairs.length).toBe(wordsOf(charset).length ** 2);
    for (const { x, y, left, right, order } of pairs) {
      if (compare(left, right, padWeight(name) ?? null) !== order) wrong.push(`${name}: ${x} and ${y}`);
    }
  }
  expect(wrong).toEqual([]);
});
