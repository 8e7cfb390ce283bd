// Our grammar beside a real server's: what it reads we read, what it refuses we refuse with its words.
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';
import {
  corporaAreHere,
  corpusSamples,
  grammarSamples,
  type Sample,
  type Verdict,
  verdictsOn,
} from './server-grammar.ts';

const seconds = 1_000;
let server: RunningServer;
let admin: Connection;

beforeAll(async () => {
  const provider = await testServers();
  server = await provider.start({ name: 'grammar', dataDirectory: null, port: 0, durable: false });
  admin = await connectAsAdmin(server.admin);
  await admin.query("CREATE DATABASE g; USE g; SET sql_mode = ''");
});
afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

/** Of a server newer than the newest we know by name, nothing is hidden behind a version. */
const mode = defaultMode(testFlavour());

/** What MariaDB 10.11 or MySQL 9.7 reads and we do not, each with the reason. */
const leftOut = new Map<string, string>([
  ['SELECT a FROM t GROUP BY a WITH CUBE', 'the server reads it to say that it does not know it'],
  ['SELECT a FROM t PROCEDURE ANALYSE()', 'gone from MySQL 8, and no answer of several shards'],
  ['SELECT a FROM t PROCEDURE ANALYSE(10, 2000)', 'gone from MySQL 8, and no answer of several shards'],
  ['SELECT f(a b)', 'names of arguments, of loadable functions only'],
  ['SELECT f(a AS b)', 'names of arguments, of loadable functions only'],
  ['SET a = 1,', 'an oversight of its grammar'],
  // What only MySQL 9.7 reads:
  ['SELECT a FROM t GROUP BY CUBE (a, b)', 'groupings beyond ROLLUP'],
  ['SELECT a FROM t GROUP BY GROUPING SETS ((a), (b))', 'groupings beyond ROLLUP'],
  ['SELECT a FROM t QUALIFY ROW_NUMBER() OVER () = 1', 'a filter of windows'],
  ['DO 1 AS a', 'a name nobody sees'],
  ["SET PASSWORD = 'x' REPLACE 'y' RETAIN CURRENT PASSWORD", 'users of the servers are not set here'],
]);

function share(verdicts: readonly Verdict[], holds: (one: Verdict) => boolean): number {
  return verdicts.length === 0 ? 1 : verdicts.filter(holds).length / verdicts.length;
}

const isRead = (one: Verdict): boolean => one.ours === null;

describe('every production of the grammar', () => {
  let verdicts: readonly Verdict[];
  beforeAll(async () => {
    verdicts = await verdictsOn(admin, mode, grammarSamples());
  }, 60 * seconds);

  test('what the server reads, we read', () => {
    const read = verdicts.filter(({ server: error }) => error === null);
    expect(read.length).toBeGreaterThan(testFlavour() === 'mariadb' ? 1_000 : 800);
    const missed = read.filter((one) => one.ours !== null && !leftOut.has(one.sql));
    expect(missed).toEqual([]);
  });

  test('what neither reads is refused at the same place', () => {
    const refused = verdicts.filter((one) => one.server !== null && one.ours !== null);
    const elsewhere = refused.filter((one) => one.server !== one.ours);
    expect(refused.length).toBeGreaterThan(150);
    // Our words are MariaDB's; MySQL's parser often gives up one token earlier.
    const most = testFlavour() === 'mariadb' ? 0.06 : 0.2;
    expect(elsewhere.length / refused.length, JSON.stringify(elsewhere, null, 1)).toBeLessThan(most);
  });

  test.runIf(testFlavour() === 'mariadb')(
    'what we read beyond it is what MySQL or newer servers read',
    () => {
      const beyond = verdicts.filter((one) => one.server !== null && one.ours === null);
      // A ratchet: most are MySQL's own statements, the others lack something that only matters to a server.
      expect(beyond.length, beyond.map(({ sql }) => sql).join('\n')).toBeLessThanOrEqual(beyondMax);
    },
  );
});

const beyondMax = 261;

describe.runIf(corporaAreHere)('the corpora', () => {
  let verdicts: readonly Verdict[];
  beforeAll(async () => {
    verdicts = await verdictsOn(admin, mode, corpusSamples());
  }, 60 * seconds);

  test.each([
    ['query', 0.995],
    ['write', 0.995],
    ['other', 0.99],
  ] satisfies readonly [Sample['sort'], number][])('%s: what the server reads, we read', (sort, least) => {
    const read = verdicts.filter((one) => one.sort === sort && one.server === null);
    expect(read.length).toBeGreaterThan(20);
    const missed = read.filter((one) => one.ours !== null);
    expect(share(read, isRead), JSON.stringify(missed, null, 1)).toBeGreaterThanOrEqual(least);
  });

  test('what neither reads is refused at the same place', () => {
    const refused = verdicts.filter((one) => one.server !== null && one.ours !== null);
    const elsewhere = refused.filter((one) => one.server !== one.ours);
    expect(elsewhere.length / refused.length, JSON.stringify(elsewhere, null, 1)).toBeLessThan(0.2);
  });
});
