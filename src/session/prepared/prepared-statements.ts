// Prepared statements of one client: ids, texts, remembered parameter types, long data.
import { SqlError } from '../../errors/sql-error.ts';
import type { LexMode } from '../../sql/mode.ts';

export interface PreparedStatement {
  readonly id: number;
  /** SqlText as the client prepared it, without a trailing semicolon. */
  readonly text: string;
  /** How the text was read. */
  readonly mode: LexMode;
  readonly paramCount: number;
  /** Those that say how many rows; see `limitParams`. */
  readonly limits: readonly number[];
  /** Type codes of the last execution that brought them (2 bytes per parameter); null before the first. */
  paramTypes: Buffer | null;
  /** Parameter data sent ahead by COM_STMT_SEND_LONG_DATA. */
  readonly longData: Map<number, Buffer[]>;
  longDataBytes: number;
  /** Why an execution must fail: long data beyond its cap, found while no answer was allowed. */
  failure: SqlError | null;
}

const statementsMax = 16_382;
const textBytesMax = 16 * 1024 * 1024;
const longDataBytesMax = 64 * 1024 * 1024;

/** MariaDB: an execution sent right behind its COM_STMT_PREPARE, whose id nobody knows yet. */
const lastPrepared = 0xffffffff;

/** Ids are the client's own, counted from 1, never reused within a session. */
export class PreparedStatements {
  readonly #statements = new Map<number, PreparedStatement>();
  /** Of all statements: one client's account, however many statements it spreads it over. */
  #longDataBytes = 0;
  #nextId = 1;
  #lastId = 0;
  #textBytes = 0;

  get size(): number {
    return this.#statements.size;
  }

  /** Throws 1461 when the client holds too many, as max_prepared_stmt_count does. */
  add(text: string, mode: LexMode, paramCount: number, limits: readonly number[]): PreparedStatement {
    if (this.#statements.size >= statementsMax || this.#textBytes + text.length > textBytesMax) {
      throw new SqlError(
        1461,
        '42000',
        `Can't create more than max_prepared_stmt_count statements (current value: ${statementsMax})`,
      );
    }
    const statement: PreparedStatement = {
      id: this.#nextId++,
      text,
      mode,
      paramCount,
      limits,
      paramTypes: null,
      longData: new Map(),
      longDataBytes: 0,
      failure: null,
    };
    this.#statements.set(statement.id, statement);
    this.#lastId = statement.id;
    this.#textBytes += text.length;
    return statement;
  }

  /** Throws 1243 for an id this client does not hold. */
  get(id: number, caller: string): PreparedStatement {
    const statement = this.#statements.get(id === lastPrepared ? this.#lastId : id);
    if (statement !== undefined) return statement;
    throw new SqlError(1243, 'HY000', `Unknown prepared statement handler (${id}) given to ${caller}`);
  }

  /** A COM_STMT_PREPARE failed: there is no last one any more. */
  preparationFailed(): void {
    this.#lastId = 0;
  }

  close(id: number): void {
    const statement = this.#statements.get(id);
    if (statement === undefined) return;
    this.#textBytes -= statement.text.length;
    this.#dropLongData(statement);
    this.#statements.delete(id);
  }

  /** COM_STMT_SEND_LONG_DATA has no answer: what is wrong surfaces at the execution. */
  appendLongData(id: number, param: number, data: Buffer): void {
    const statement = this.#statements.get(id);
    if (statement === undefined) return;
    if (statement.failure !== null) return;
    if (param >= statement.paramCount) {
      statement.failure = new SqlError(1210, 'HY000', 'Incorrect arguments to mysqld_stmt_send_long_data');
    } else if (this.#longDataBytes + data.length > longDataBytesMax) {
      statement.failure = new SqlError(
        1105,
        'HY000',
        `Parameter of prepared statement is longer than ${longDataBytesMax} bytes`,
      );
    } else {
      const parts = statement.longData.get(param) ?? [];
      parts.push(Buffer.from(data));
      statement.longData.set(param, parts);
      statement.longDataBytes += data.length;
      this.#longDataBytes += data.length;
    }
    if (statement.failure !== null) this.#dropLongData(statement);
  }

  #dropLongData(statement: PreparedStatement): void {
    this.#longDataBytes -= statement.longDataBytes;
    statement.longData.clear();
    statement.longDataBytes = 0;
  }

  /** COM_STMT_RESET, and after each execution: long data is gone. */
  reset(statement: PreparedStatement): void {
    this.#dropLongData(statement);
    statement.failure = null;
  }

  clear(): void {
    this.#statements.clear();
    this.#textBytes = 0;
    this.#longDataBytes = 0;
  }
}
