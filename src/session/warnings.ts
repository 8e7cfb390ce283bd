// Warnings of the last statement, fetched from the shards that raised them.
import type { BackendConnection } from '../backend/contract.ts';
import { readResult } from './backend-read.ts';

export interface Warning {
  readonly level: 'Note' | 'Warning' | 'Error';
  readonly code: number;
  readonly message: string;
}

/** SHOW WARNINGS on the connection whose last answer had some. */
export async function fetchWarnings(connection: BackendConnection): Promise<readonly Warning[]> {
  const { rows } = await readResult(connection, 'SHOW WARNINGS');
  return rows.map(([level, code, message]) => ({
    level: level === 'Note' || level === 'Error' ? level : 'Warning',
    code: Number(code),
    message: Buffer.from(message ?? '', 'latin1').toString('utf8'),
  }));
}
