// A client that keeps every byte of an answer, so that two servers' answers can be compared to the last flag.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BackendLogin } from '../../src/protocol/backend-login.ts';
import { backendCapabilities, Capability } from '../../src/protocol/capabilities.ts';
import { Command, encodeStatementCommand } from '../../src/protocol/commands.ts';
import { decodeEof, decodeError, decodeOk, decodePrepareOk } from '../../src/protocol/messages.ts';
import { frame } from '../../src/protocol/packet-framing.ts';
import { ByteWriter } from '../../src/value/byte-writer.ts';
import { decodeColumnDefinition } from '../../src/value/column-codec.ts';
import { type ColumnDefinition, FieldType } from '../../src/value/column-definition.ts';

export interface RowsAnswer {
  readonly kind: 'rows';
  readonly binary: boolean;
  readonly columns: readonly ColumnDefinition[];
  /** Row packets' payloads as they came. */
  readonly rows: readonly Buffer[];
  readonly warnings: number;
  readonly status: number;
}

export interface OkAnswer {
  readonly kind: 'ok';
  readonly affectedRows: bigint;
  readonly lastInsertId: bigint;
  readonly warnings: number;
  readonly status: number;
  readonly info: string;
}

export interface ErrorAnswer {
  readonly kind: 'error';
  readonly errno: number;
  readonly sqlState: string;
  readonly message: string;
}

export type Answer = RowsAnswer | OkAnswer | ErrorAnswer;

/** Value of a `?`: bigint = BIGINT, number = DOUBLE, string = text, Buffer = BLOB. */
export type ParamValue = bigint | number | string | Buffer | null;

export interface Prepared {
  readonly statementId: number;
  readonly paramCount: number;
  readonly columns: readonly ColumnDefinition[];
}

export interface ExactClientOptions {
  readonly database?: string | null;
  readonly user?: string;
  readonly password?: string;
  /** Capability flags beside the usual ones (FOUND_ROWS ...). */
  readonly flags?: number;
  /** An answer that takes longer rejects, and the connection is of no more use. */
  readonly answerTimeoutMs?: number;
}

const moreResults = 8;
const localFileRequest = 0xfb;
const utf8mb4GeneralCi = 45;

export class ExactClient {
  readonly #socket: Socket;
  readonly #answerTimeoutMs: number;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #closed = false;
  #wake: (() => void) | null = null;
  #file: Uint8Array | null = null;

  /** For tests that send bytes of their own. */
  get socket(): Socket {
    return this.#socket;
  }

  private constructor(socket: Socket, answerTimeoutMs: number) {
    this.#socket = socket;
    this.#answerTimeoutMs = answerTimeoutMs;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      const rest = this.#bytes.subarray(this.#at);
      this.#bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      this.#at = 0;
      this.#wake?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  /** Logs in as app on 127.0.0.1, database shop unless told otherwise. Rejects with the server's error. */
  static async connect(port: number, options: ExactClientOptions = {}): Promise<ExactClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const client = new ExactClient(socket, options.answerTimeoutMs ?? 30_000);
    await client.#login(options);
    return client;
  }

  async #login(options: ExactClientOptions): Promise<void> {
    const database = options.database === undefined ? 'shop' : options.database;
    const login = new BackendLogin({
      user: options.user ?? 'app',
      password: options.password ?? 'app',
      database,
      capabilities:
        backendCapabilities | (options.flags ?? 0) | (database === null ? 0 : Capability.connectWithDb),
      collation: utf8mb4GeneralCi,
      tls: 'disabled',
      privateTransport: false,
      attributes: new Map(),
    });
    for (;;) {
      const { payload, sequence } = await this.#packet();
      const step = login.packet(payload);
      if (step.kind === 'done') return;
      if (step.kind === 'failed') throw step.error;
      if (step.kind === 'send') this.#socket.write(frame(step.payload, sequence + 1));
    }
  }

  async #packet(): Promise<{ payload: Buffer; sequence: number }> {
    for (;;) {
      const left = this.#bytes.length - this.#at;
      if (left >= 4) {
        const start = this.#at + 4;
        const end = start + this.#bytes.readUIntLE(this.#at, 3);
        if (this.#bytes.length >= end) {
          const sequence = this.#bytes[this.#at + 3] ?? 0;
          this.#at = end;
          return { payload: this.#bytes.subarray(start, end), sequence };
        }
      }
      if (this.#closed) throw new Error('the connection closed inside an answer');
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#socket.destroy();
        reject(new Error(`no answer within ${this.#answerTimeoutMs} ms`));
      }, this.#answerTimeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }

  #send(payload: Uint8Array): void {
    this.#socket.write(frame(payload, 0));
  }

  /** All answers to one COM_QUERY. */
  async queryAll(sql: string | Buffer): Promise<readonly Answer[]> {
    this.#send(textPacket(Command.query, sql));
    const answers: Answer[] = [];
    for (;;) {
      const answer = await this.#answer(false);
      answers.push(answer);
      if (answer.kind === 'error' || (answer.status & moreResults) === 0) return answers;
    }
  }

  /** The first answer to one COM_QUERY; there must be no second. */
  async query(sql: string | Buffer): Promise<Answer> {
    const [answer, second] = await this.queryAll(sql);
    if (answer === undefined || second !== undefined) throw new Error('more than one answer');
    return answer;
  }

  /** LOAD DATA LOCAL: the file is what the server is sent when it asks for one. Logged in with `Capability.localFiles`. */
  async load(sql: string | Buffer, file: Uint8Array): Promise<Answer> {
    this.#file = file;
    try {
      return await this.query(sql);
    } finally {
      this.#file = null;
    }
  }

  async command(payload: Uint8Array): Promise<Answer> {
    this.#send(payload);
    return this.#answer(false);
  }

  async prepare(sql: string | Buffer): Promise<Prepared | ErrorAnswer> {
    this.#send(textPacket(Command.stmtPrepare, sql));
    const { payload } = await this.#packet();
    if (payload[0] === 0xff) return errorAnswer(payload);
    const { statementId, columnCount, paramCount } = decodePrepareOk(payload);
    for (let index = 0; index < paramCount; index++) await this.#packet();
    if (paramCount > 0) await this.#packet();
    const columns: ColumnDefinition[] = [];
    for (let index = 0; index < columnCount; index++) {
      columns.push(decodeColumnDefinition((await this.#packet()).payload));
    }
    if (columnCount > 0) await this.#packet();
    return { statementId, paramCount, columns };
  }

  /** `bindTypes` false: the new-params flag is 0, as drivers send from the second execution on. */
  async execute(prepared: Prepared, params: readonly ParamValue[] = [], bindTypes = true): Promise<Answer> {
    this.#send(executePacket(prepared.statementId, params, bindTypes));
    return this.#answer(true);
  }

  closeStatement(prepared: Prepared): void {
    this.#send(encodeStatementCommand(Command.stmtClose, prepared.statementId));
  }

  async #answer(binary: boolean): Promise<Answer> {
    const { payload, sequence } = await this.#packet();
    if (payload[0] === 0xff) return errorAnswer(payload);
    if (payload[0] === localFileRequest && this.#file !== null) {
      this.#sendFile(this.#file, sequence + 1);
      return this.#answer(binary);
    }
    if (payload[0] === 0x00) return { kind: 'ok', ...decodeOk(payload) };
    const count = payload.length === 1 ? (payload[0] ?? 0) : payload.readUInt16LE(1);
    const columns: ColumnDefinition[] = [];
    for (let index = 0; index < count; index++) {
      columns.push(decodeColumnDefinition((await this.#packet()).payload));
    }
    await this.#packet();
    const rows: Buffer[] = [];
    for (;;) {
      const row = (await this.#packet()).payload;
      if (row[0] === 0xff) return errorAnswer(row);
      if (row[0] === 0xfe && row.length < 9)
        return { kind: 'rows', binary, columns, rows, ...decodeEof(row) };
      rows.push(row);
    }
  }

  #sendFile(file: Uint8Array, sequence: number): void {
    const parts = file.length === 0 ? [] : [frame(file, sequence)];
    this.#socket.write(Buffer.concat([...parts, frame(new Uint8Array(0), sequence + parts.length)]));
  }

  /** Ends the connection; resolves when it is closed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }
}

function errorAnswer(payload: Buffer): ErrorAnswer {
  const { errno, sqlState, message } = decodeError(payload);
  return { kind: 'error', errno, sqlState, message };
}

function textPacket(command: number, sql: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([command]), Buffer.from(sql)]);
}

function paramType(value: ParamValue): number {
  if (value === null) return FieldType.null;
  if (typeof value === 'bigint') return FieldType.longLong;
  if (typeof value === 'number') return FieldType.double;
  return typeof value === 'string' ? FieldType.varString : FieldType.blob;
}

function paramBytes(value: ParamValue): Buffer {
  if (value === null) return Buffer.alloc(0);
  const eight = Buffer.alloc(8);
  if (typeof value === 'bigint') {
    if (value < 0n) eight.writeBigInt64LE(value);
    else eight.writeBigUInt64LE(value);
    return eight;
  }
  if (typeof value === 'number') {
    eight.writeDoubleLE(value);
    return eight;
  }
  const bytes = Buffer.from(value);
  return new ByteWriter(bytes.length + 9).lenencBytes(bytes).finish();
}

function executePacket(statementId: number, params: readonly ParamValue[], bindTypes: boolean): Buffer {
  const writer = new ByteWriter(64).u8(Command.stmtExecute).u32(statementId).u8(0).u32(1);
  if (params.length === 0) return writer.finish();
  const nulls = Buffer.alloc((params.length + 7) >> 3);
  params.forEach((value, index) => {
    if (value === null) nulls[index >> 3] = (nulls[index >> 3] ?? 0) | (1 << (index & 7));
  });
  writer.bytes(nulls).u8(bindTypes ? 1 : 0);
  if (bindTypes) {
    for (const value of params) {
      const unsigned = typeof value === 'bigint' && value >= 1n << 63n ? 0x80 : 0;
      writer.u8(paramType(value)).u8(unsigned);
    }
  }
  for (const value of params) writer.bytes(paramBytes(value));
  return writer.finish();
}
