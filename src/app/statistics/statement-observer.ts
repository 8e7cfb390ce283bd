// What finished statements leave behind: metrics, statistics, the slow query log.
import type { Counters } from '../../observability/counters.ts';
import type { Logger } from '../../observability/log.ts';
import type { LoadProgress, SessionObserver, StatementRecord } from '../../session/dependencies.ts';
import type { QueryStatistics } from './query-statistics.ts';
import { readable } from './readable-text.ts';
import type { SlowStatements } from './slow-statements.ts';

export function statementObserver(
  counters: Counters,
  statistics: QueryStatistics,
  slow: SlowStatements,
  log: Logger,
  slowQueryMs: number,
): SessionObserver {
  return {
    statement(record: StatementRecord): void {
      counters.query(record.keyspace, record.plan).finish(!record.failed, record.seconds);
      if (record.shards > 1) counters.scatterFanout.observe(record.shards);
      statistics.add(record);
      if (record.seconds * 1000 >= slowQueryMs) {
        slow.add(record);
        const { keyspace, plan, shards, user } = record;
        const statement = readable(record.digest);
        log.warn(
          { keyspace, plan, shards, user, ms: Math.round(record.seconds * 1000), statement },
          'slow statement',
        );
      }
    },
    loading({ digest, bytes, seconds, ...progress }: LoadProgress): void {
      const megabytes = Math.round(bytes / 1e6);
      log.info(
        { ...progress, megabytes, seconds: Math.round(seconds), statement: readable(digest) },
        'LOAD DATA goes on',
      );
    },
    shardQuery(shardId: string, replica: boolean): void {
      const series = counters.shard(shardId);
      if (replica) series.replicaTotal++;
      else series.primaryTotal++;
    },
    shardAnswered(shardId: string, seconds: number): void {
      counters.shard(shardId).durations.observe(seconds);
    },
    workspaceRun(rows: number, bytes: number): void {
      counters.workspaceRuns++;
      counters.workspaceRows += rows;
      counters.workspaceBytes += bytes;
    },
    fault(error: unknown): void {
      log.error({ err: error }, 'internal error');
    },
    transaction: (mode, shards, outcome) => counters.transaction(mode, shards, outcome),
  };
}
