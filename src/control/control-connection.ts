// A connection beside the traffic, through mysql2: made when needed, dropped when it fails, bounded in time.
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  type RowDataPacket,
} from 'mysql2/promise';
import type { BackendTarget } from '../backend/options.ts';

const connectTimeoutMs = 3_000;

/** Rows as mysql2 gives them; big numbers and temporals come as text. */
export type ControlRows = readonly Readonly<Record<string, unknown>>[];

/** One query at a time: a second call waits for the first. */
export class ControlConnection {
  readonly #target: BackendTarget;
  #connection: Promise<Connection> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(target: BackendTarget) {
    this.#target = target;
  }

  /** Rejects with mysql2's error, or after `timeoutMs` for the whole exchange; the connection is dropped then. */
  query(sql: string, values: readonly string[], timeoutMs: number): Promise<ControlRows> {
    const answer = this.#last.then(() => this.#query(sql, values, timeoutMs));
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Ends it; later queries fail. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #query(sql: string, values: readonly string[], timeoutMs: number): Promise<ControlRows> {
    if (this.#closed) throw new Error('the control connection is closed');
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([this.#ask(sql, values), timeUp]);
    } catch (error) {
      this.#drop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(sql: string, values: readonly string[]): Promise<ControlRows> {
    this.#connection ??= this.#open();
    const connection = await this.#connection;
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
    return rows;
  }

  async #open(): Promise<Connection> {
    const connection = await createConnection(mysqlOptions(this.#target));
    // Without a listener a broken idle connection would end the process.
    connection.on('error', () => this.#drop());
    return connection;
  }

  /** Whoever still waits on it gets its error; nothing of it is used again. */
  #drop(): void {
    const dropped = this.#connection;
    this.#connection = null;
    dropped?.then(
      (connection) => connection.destroy(),
      () => {},
    );
  }
}

/** How mysql2 reaches a server. */
export function mysqlOptions(target: BackendTarget): ConnectionOptions {
  const { ca, cert, key, mode } = target.tls;
  const tls = {
    rejectUnauthorized: ca !== null || mode === 'required',
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
  return {
    ...(target.socket === null ? { host: target.host, port: target.port } : { socketPath: target.socket }),
    user: target.user,
    password: target.password,
    ...(target.database === '' ? {} : { database: target.database }),
    // mysql2 knows no "preferred": the control connection is plain then, and carries no rows of clients.
    ...(mode === 'required' && target.socket === null ? { ssl: tls } : {}),
    charset: 'utf8mb4',
    connectTimeout: connectTimeoutMs,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    enableKeepAlive: true,
  };
}
