// Sessions that answer without servers: they show what the frontend hands over.
import { SqlError } from '../../src/errors/sql-error.ts';
import { Command } from '../../src/protocol/commands.ts';
import { encodeColumnCount, encodeEof, encodeError, encodeOk } from '../../src/protocol/messages.ts';
import { frame, frameAll } from '../../src/protocol/packet-framing.ts';
import type { ClientLogin, ClientSession, SessionFactory } from '../../src/session/contract.ts';
import { encodeColumnDefinition } from '../../src/value/column-codec.ts';
import { FieldType } from '../../src/value/column-definition.ts';
import { encodeTextRow } from '../../src/value/text-row.ts';

const autocommit = 2;
const ok = encodeOk({ affectedRows: 0n, lastInsertId: 0n, status: autocommit, warnings: 0, info: '' });
const eof = encodeEof({ warnings: 0, status: autocommit });

/** A result of one text column. */
export function textResult(rows: readonly string[]): Buffer {
  const column = encodeColumnDefinition({
    schema: '',
    table: '',
    orgTable: '',
    name: 'answer',
    orgName: '',
    collation: 45,
    length: 1024,
    type: FieldType.varString,
    flags: 0,
    decimals: 39,
  });
  const payloads = rows.map((row) => encodeTextRow([Buffer.from(row)]));
  return frameAll([encodeColumnCount(1), column, eof, ...payloads, eof], 1).bytes;
}

/**
 * `echo X` answers X, `length` the size of the command, `user` the login's user, `hold` waits for `release`, `flood N` sends
 * N chunks of 64 KiB as fast as the client takes them, `fail` fails, `throw` throws, anything else is OK.
 */
export class FakeSession implements ClientSession {
  readonly login: ClientLogin;
  readonly commands: string[] = [];
  closed = false;
  quiet = true;
  chunksSent = 0;
  release: (() => void) | null = null;
  onClose: (() => void) | null = null;
  onHold: (() => void) | null = null;

  constructor(login: ClientLogin) {
    this.login = login;
  }

  command(packets: Buffer, payload: Buffer, done: () => void): void {
    const text = payload.toString('utf8', 1);
    this.commands.push(`${payload[0]} ${text.slice(0, 40)}`);
    const answer = (bytes: Buffer): void => {
      this.login.channel.write(bytes);
      done();
    };
    const [verb, argument] = payload[0] === Command.query ? text.split(' ', 2) : [];
    switch (verb) {
      case 'echo':
        answer(textResult([text.slice(5)]));
        break;
      case 'length':
        answer(textResult([`${packets.length} ${payload.length}`]));
        break;
      case 'user':
        answer(textResult([this.login.host]));
        break;
      case 'fail':
        answer(frame(encodeError(new SqlError(1064, '42000', 'no')), 1));
        break;
      case 'throw':
        throw new Error('a fault');
      case 'hold':
        this.release = () => answer(textResult(['released']));
        this.onHold?.();
        break;
      case 'flood':
        void this.#flood(Number(argument), done);
        break;
      case 'infile':
        this.#infile(answer);
        break;
      default:
        answer(frame(ok, 1));
    }
  }

  /** Asks for a file, answers with its size. */
  #infile(answer: (bytes: Buffer) => void): void {
    const { channel } = this.login;
    let size = 0;
    channel.write(frame(Buffer.from('\xfb/tmp/file', 'latin1'), 1));
    channel.takePackets?.(2, (packets, payload) => {
      size += payload.length;
      if (payload.length > 0) {
        setImmediate(() => channel.resumePackets?.());
        return false;
      }
      const info = `${size} bytes`;
      const message = encodeOk({ affectedRows: 1n, lastInsertId: 0n, status: autocommit, warnings: 0, info });
      answer(frame(message, (packets[3] ?? 0) + 1));
      return true;
    });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose?.();
  }

  async #flood(chunks: number, done: () => void): Promise<void> {
    const row = frame(encodeTextRow([Buffer.alloc(65_000, 'x')]), 5);
    try {
      for (; this.chunksSent < chunks; this.chunksSent += 1) {
        if (!this.login.channel.write(row)) await this.login.channel.drained();
      }
      done();
    } catch {
      this.close();
    }
  }
}

export class FakeSessions implements SessionFactory {
  readonly opened: FakeSession[] = [];
  readonly #version: string;
  onOpen: ((session: FakeSession) => void) | null = null;

  constructor(version = '8.4.0') {
    this.#version = version;
  }

  open(login: ClientLogin): ClientSession | SqlError {
    if (login.database === 'missing') return new SqlError(1049, '42000', "Unknown database 'missing'");
    const session = new FakeSession(login);
    this.opened.push(session);
    this.onOpen?.(session);
    return session;
  }

  serverVersion(): string {
    return this.#version;
  }
}
