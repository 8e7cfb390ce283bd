// One shard's server for commands that read rows: text as UTF-8, times in UTC, results as they come.
import { type Connection, createConnection } from 'mysql2/promise';
import type { ShardTargets } from '../../backend/options.ts';
import { mysqlOptions } from '../../control/control-connection.ts';

/** Cells as binary strings (one char = one byte); null for NULL. */
export type Cells = readonly (string | null)[];

export class ShardSession {
  readonly shard: ShardTargets;
  readonly #connection: Connection;

  private constructor(shard: ShardTargets, connection: Connection) {
    this.shard = shard;
    this.#connection = connection;
  }

  static async open(shard: ShardTargets): Promise<ShardSession> {
    const connection = await createConnection(mysqlOptions(shard.primary));
    await connection.query("SET time_zone='+00:00', sql_mode=''");
    return new ShardSession(shard, connection);
  }

  close(): void {
    this.#connection.destroy();
  }

  /** `sql` is SqlText. */
  async run(sql: string): Promise<number> {
    const [result] = await this.#connection.query(utf8(sql));
    return 'affectedRows' in result ? result.affectedRows : 0;
  }

  async rows(sql: string): Promise<readonly Cells[]> {
    const [rows] = await this.#connection.query({ sql: utf8(sql), rowsAsArray: true, typeCast: asBytes });
    return Array.isArray(rows) ? rows.flatMap((row) => (Array.isArray(row) ? [row.map(cellOf)] : [])) : [];
  }
}

/** mysql2 sends texts as UTF-8. */
function utf8(sql: string): string {
  return Buffer.from(sql, 'latin1').toString('utf8');
}

function asBytes(field: { buffer(): Buffer | null }): string | null {
  return field.buffer()?.toString('latin1') ?? null;
}

function cellOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
