// Five million rows through a process of 256 MB: sorted, to a client that reads slowly; grouped by text.
import type { Bench } from '../report.ts';
import { benchServers } from '../shards/stage.ts';
import { bigResults } from './big-results.ts';

const rows = 5_000_000;

export const memoryBench: Bench = async () => {
  const results = await bigResults(await benchServers(), rows);
  if (results.sortedRows !== rows) throw new Error(`${results.sortedRows} of ${rows} rows arrived`);
  process.stdout.write(`GROUP BY with millions of groups: ${results.manyGroups}\n`);
  return [
    {
      name: '5 million sorted rows, slow client: growth',
      value: results.sortedGrowthMb,
      unit: 'MB',
      goal: 64,
    },
    { name: '5 million rows: peak of the process', value: results.peakMb, unit: 'MB', goal: 512 },
  ];
};
