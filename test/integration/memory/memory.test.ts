// More rows than memory: a process of 256 MB sorts them for a slow client, and refuses by budget what it cannot carry.
import { expect, test } from 'vitest';
import { bigResults } from '../../../bench/memory/big-results.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';

/** `npm run bench -- memory` does the same with five million. */
const rows = 600_000;
const queryMemoryBytes = 8 << 20;

// The rows come from MariaDB's sequence engine.
test.runIf(testFlavour() === 'mariadb')(
  'sorted rows stream to a slow client, a GROUP BY of too many texts is refused, and the process lives',
  async () => {
    const results = await bigResults(await testServers(), rows, { queryMemoryBytes });
    expect(results.sortedRows).toBe(rows);
    expect(results.sortedGrowthMb).toBeLessThan(80);
    expect(String(results.manyGroups)).toMatch(/^SG4021: .*shop\.big/);
    expect(results.fewGroups).toBe(1000);
    expect(results.peakMb).toBeLessThan(512);
  },
  120_000,
);
