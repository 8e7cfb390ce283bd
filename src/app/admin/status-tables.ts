// Rows of SHOW SHARDGATE POOLS, STATUS, QUERIES, TRANSACTIONS.

import type { StatusTables } from '../../session/dependencies.ts';
import type { RunningParts } from '../parts.ts';
import { transactionViews } from './transactions.ts';

type Table = ReturnType<StatusTables['table']>;

export function statusTables(parts: RunningParts): StatusTables {
  return { table: (name) => tables[name](parts) };
}

const tables: Readonly<Record<Parameters<StatusTables['table']>[0], (parts: RunningParts) => Table>> = {
  pools: (parts) => ({
    columns: ['Shard', 'Role', 'Active', 'Idle', 'Waiting', 'Max'],
    rows: parts.gateway
      .pools()
      .map((pool) => [
        pool.shardId,
        pool.role,
        ...[pool.active, pool.idle, pool.waiting, pool.max].map(String),
      ]),
  }),
  status: (parts) => ({
    columns: ['Variable_name', 'Value'],
    rows: [
      ['statements', String(parts.registry.statements)],
      ['sessions', String(parts.registry.size)],
      ['plan_cache_size', String(parts.planCache.size)],
      ['plan_cache_hits', String(parts.planCache.hits)],
      ['plan_cache_misses', String(parts.planCache.misses)],
      ['vschema_version', String(parts.holder.current().version)],
      ['uptime_seconds', String(Math.floor(process.uptime()))],
    ],
  }),
  queries: (parts) => ({
    columns: ['Statement', 'Plan', 'Count', 'Failed', 'Mean_seconds', 'Max_seconds'],
    rows: parts.statistics
      .top()
      .slice(0, 100)
      .map((query) => [
        query.statement,
        query.plan,
        String(query.count),
        String(query.failed),
        query.meanSeconds.toFixed(6),
        query.maxSeconds.toFixed(6),
      ]),
  }),
  transactions: (parts) => ({
    columns: ['Id', 'State', 'Owner', 'Shards', 'Age_seconds', 'Problem'],
    rows: transactionViews(parts.twopc).map(({ id, state, owner, shards, ageSeconds, problem }) => [
      id,
      state,
      owner,
      shards.join(', '),
      ageSeconds.toFixed(1),
      problem ?? '',
    ]),
  }),
};
