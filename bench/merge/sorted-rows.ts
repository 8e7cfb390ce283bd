// What merging sorted rows costs in the proxy alone: rows as four shards send them, no sockets.

import { mergeSorted, type SortedRows } from '../../src/engine/merge/merge-sort.ts';
import { PacketSplitter } from '../../src/engine/merge/packet-splitter.ts';
import { RowWindow } from '../../src/engine/merge/row-window.ts';
import type { SortKey } from '../../src/plan/nodes.ts';
import { frame } from '../../src/protocol/packet-framing.ts';
import { type ColumnDefinition, FieldType } from '../../src/value/column-definition.ts';
import { encodeTextRow } from '../../src/value/text-row.ts';
import type { Figure } from '../report.ts';
import { ClientCounter } from './client-counter.ts';

const shards = 4;
const rowsPerShard = 25_000;
const rounds = 30;
const goalUs = 0.25;

/** Rows of (id BIGINT, name VARCHAR, created DATETIME, weight of the name), spread over shards like a hash spreads them. */
function shardRows(shard: number, sortBy: number): Buffer[] {
  const rows = Array.from({ length: rowsPerShard }, (_, i) => {
    const id = (i * shards + shard) * 7 + 1_000_000;
    const scrambled = Math.imul(id, 0x9e3779b1) >>> 0;
    const name = `customer ${scrambled.toString(36)}`;
    const created = new Date(1.6e12 + scrambled * 10).toISOString().slice(0, 19).replace('T', ' ');
    return [String(id), name, created, name.toUpperCase()].map((cell) => Buffer.from(cell));
  });
  const keyOf = (row: readonly Buffer[]): Buffer => row[sortBy] ?? Buffer.alloc(0);
  rows.sort((a, b) =>
    sortBy === 0 ? Number(keyOf(a)) - Number(keyOf(b)) : Buffer.compare(keyOf(a), keyOf(b)),
  );
  return rows.map((row) => encodeTextRow(row));
}

/** The payloads as they come out of chunks of 64 KB. */
function batchesOf(rows: readonly Buffer[]): Buffer[][] {
  const bytes = Buffer.concat(rows.map((row) => frame(row, 0)));
  const batches: Buffer[][] = [];
  let batch: Buffer[] = [];
  const splitter = new PacketSplitter((payload) => void batch.push(payload));
  for (let at = 0; at < bytes.length; at += 65_536) {
    splitter.push(bytes.subarray(at, at + 65_536));
    batches.push(batch);
    batch = [];
  }
  return batches.filter((one) => one.length > 0);
}

function streamOf(batches: readonly Buffer[][]): SortedRows {
  let at = 0;
  return { stream: { next: async () => batches[at++] ?? null } };
}

const column: ColumnDefinition = {
  schema: '',
  table: '',
  orgTable: '',
  name: 'c',
  orgName: '',
  collation: 45,
  length: 100,
  type: FieldType.varString,
  flags: 0,
  decimals: 0,
};

async function usPerRow(key: SortKey, hidden: boolean): Promise<number> {
  const batches = Array.from({ length: shards }, (_, shard) => batchesOf(shardRows(shard, key.column)));
  const columns = Array.from({ length: 4 }, () => column);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const client = new ClientCounter();
    const from = process.hrtime.bigint();
    const window = new RowWindow(0, Number.POSITIVE_INFINITY);
    await mergeSorted(client.execution, batches.map(streamOf), columns, [key], window, (view) =>
      hidden ? view.payload.subarray(0, view.start(3) - 1) : view.payload,
    );
    const us = Number(process.hrtime.bigint() - from) / 1000 / (shards * rowsPerShard);
    if (client.rows !== shards * rowsPerShard) throw new Error(`${client.rows} rows arrived`);
    best = Math.min(best, us);
  }
  return best;
}

/** The best of many rounds: anything else on the machine only ever adds. */
export async function sortedRowsFigures(): Promise<readonly Figure[]> {
  const key = (at: number, compare: SortKey['compare'], padHex: string | null = null): SortKey => ({
    column: at,
    descending: false,
    compare,
    padHex,
  });
  const figure = async (name: string, by: SortKey, hidden = false): Promise<Figure> => ({
    name: `merge-sort of 4 x 25,000 rows by ${name}, per row`,
    value: await usPerRow(by, hidden),
    unit: 'µs',
    goal: goalUs,
  });
  return [
    await figure('an integer', key(0, 'number')),
    await figure('a datetime', key(2, 'temporal')),
    await figure('text with its hidden weight', key(3, 'weight', '20'), true),
  ];
}
