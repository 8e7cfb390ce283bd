// Warnings of the last statement, fetched from the shards that raised them.
import type { BackendConnection } from '../../backend/contract.ts';
import { renameInMessage } from '../../engine/physical-names.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { readResult } from './backend-read.ts';

export interface Warning {
  readonly level: 'Note' | 'Warning' | 'Error';
  readonly code: number;
  readonly message: string;
}

/** SHOW WARNINGS on the connection whose last answer had some; `shard`: whose database messages name. */
export async function fetchWarnings(
  connection: BackendConnection,
  shard: Shard | null,
): Promise<readonly Warning[]> {
  const { rows } = await readResult(connection, 'SHOW WARNINGS');
  return rows.map(([level, code, message]) => ({
    level: level === 'Note' || level === 'Error' ? level : 'Warning',
    code: Number(code),
    message: shown(Buffer.from(message ?? '', 'latin1').toString('utf8'), shard),
  }));
}

function shown(message: string, shard: Shard | null): string {
  return shard === null ? message : renameInMessage(message, shard.database, shard.keyspace);
}

export function withoutRepeated(warnings: readonly Warning[]): readonly Warning[] {
  const byText = new Map(warnings.map((warning) => [JSON.stringify(warning), warning]));
  return [...byText.values()];
}

/** ER_WARN_DEPRECATED_SYNTAX: a server says so once when it reads a statement, whatever rows there are. */
const deprecated = 1287;

/** `more` from another shard behind `known`: each shard has read the statement, and one server would have read it once. */
export function joined(known: readonly Warning[], more: readonly Warning[]): readonly Warning[] {
  const isNew = ({ code, message }: Warning): boolean =>
    code !== deprecated || !known.some((one) => one.code === code && one.message === message);
  return [...known, ...more.filter(isNew)];
}
