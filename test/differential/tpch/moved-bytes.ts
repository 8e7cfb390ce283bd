// How many bytes of rows travel from shards for a statement, beside what its tables hold.
import { TextRow } from '../../../src/value/text-row.ts';
import { summary } from '../../support/compare-answers.ts';
import type { ExactClient, RowsAnswer } from '../../support/exact-client.ts';
import { type TableName, tableNames } from './schema.ts';

export type TableBytes = Readonly<Record<TableName, number>>;

async function rowsOf(client: ExactClient, sql: string): Promise<RowsAnswer> {
  const answer = await client.query(sql);
  if (answer.kind !== 'rows') throw new Error(`${sql}: ${summary(answer)}`);
  return answer;
}

/** Row payloads of every table read whole from one server. */
export async function tableBytes(oracle: ExactClient): Promise<TableBytes> {
  const sizes: [TableName, number][] = [];
  for (const name of tableNames) {
    const { rows } = await rowsOf(oracle, `SELECT * FROM ${name}`);
    sizes.push([name, rows.reduce((sum, row) => sum + row.length, 0)]);
  }
  return Object.fromEntries(sizes) as Record<TableName, number>;
}

/** Tables a statement names, each once. */
export function tablesOf(sql: string): readonly TableName[] {
  return tableNames.filter((name) => new RegExp(`\\b${name}\\b`).test(sql));
}

/** Sum over shards of the rows they sent; what the workspace sends to the client has moved already. */
export async function movedBytes(proxy: ExactClient, sql: string): Promise<number> {
  const { columns, rows } = await rowsOf(proxy, `VEXPLAIN TRACE ${sql}`);
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const row = new TextRow(columns.length);
  let moved = 0;
  for (const payload of rows) {
    row.load(payload);
    const isFinish = /`_sg_\d/.test(row.text(at('query')) ?? '');
    if (!isFinish) moved += Number(row.text(at('bytes')));
  }
  return moved;
}
