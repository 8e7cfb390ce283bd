// A client that speaks bytes: it can be slow, rude or cut off at will.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { BackendLogin, type BackendLoginStep } from '../../src/protocol/backend-login.ts';
import { backendCapabilities, Capability } from '../../src/protocol/capabilities.ts';
import { Command, encodeTextCommand } from '../../src/protocol/commands.ts';
import { decodeError } from '../../src/protocol/messages.ts';
import { frame } from '../../src/protocol/packet-framing.ts';

export interface RawPacket {
  readonly sequence: number;
  readonly payload: Buffer;
}

export interface LoginAs {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string | null;
  readonly tls?: 'disabled' | 'preferred' | 'required';
  /** Flags left out of what is asked for. */
  readonly without?: number;
}

export class RawClient {
  socket: Socket;
  closed = false;
  #bytes: Buffer = Buffer.alloc(0);
  #wake: (() => void) | null = null;
  greetingBytes: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#attach(socket);
  }

  static async connect(where: number | string): Promise<RawClient> {
    const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where);
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  #attach(socket: Socket): void {
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  /** The next packet; null when the connection closed instead. */
  async packet(): Promise<RawPacket | null> {
    for (;;) {
      const bytes = this.#bytes;
      if (bytes.length >= 4) {
        const end = 4 + bytes.readUIntLE(0, 3);
        if (bytes.length >= end) {
          this.#bytes = bytes.subarray(end);
          return { sequence: bytes[3] ?? 0, payload: bytes.subarray(4, end) };
        }
      }
      if (this.closed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next packet, which must be an error: `errno sqlstate message` with its sequence number in front. */
  async error(): Promise<string> {
    const packet = await this.packet();
    if (packet === null) return 'closed';
    const error = decodeError(packet.payload);
    return `${packet.sequence}: ${error.errno} ${error.sqlState} ${error.message}`;
  }

  async gone(): Promise<void> {
    while ((await this.packet()) !== null);
  }

  send(payload: Uint8Array, sequence = 0): void {
    this.socket.write(frame(payload, sequence));
  }

  query(text: string): void {
    this.send(encodeTextCommand(Command.query, text));
  }

  /** Rows of a one-column text result. */
  async rows(): Promise<string[]> {
    const rows: string[] = [];
    for (let index = 0; ; index += 1) {
      const packet = await this.packet();
      if (packet === null) throw new Error('closed');
      if (packet.payload[0] === 0xff) throw decodeError(packet.payload);
      if (packet.payload[0] === 0xfe && index > 2) return rows;
      if (index > 2) rows.push(packet.payload.toString('utf8', (packet.payload[0] ?? 0) < 251 ? 1 : 3));
    }
  }

  async ask(text: string): Promise<string> {
    this.query(text);
    return (await this.rows()).join('\n');
  }

  /** Logs in as told; null when it worked. */
  async login(as: LoginAs = {}): Promise<string | null> {
    const login = new BackendLogin({
      user: as.user ?? 'app',
      password: as.password ?? 'app',
      database: as.database ?? null,
      capabilities: (backendCapabilities | Capability.foundRows) & ~(as.without ?? 0),
      collation: 45,
      tls: as.tls ?? 'disabled',
      privateTransport: false,
      attributes: new Map([['_client_name', 'raw']]),
    });
    for (;;) {
      const packet = await this.packet();
      if (packet === null) return 'closed';
      if (login.greeting === null) this.greetingBytes = packet.payload;
      let step: BackendLoginStep = login.packet(packet.payload);
      let sequence = packet.sequence + 1;
      if (step.kind === 'startTls') {
        this.send(step.payload, sequence);
        sequence += 1;
        await this.startTls();
        step = login.secured();
      }
      if (step.kind === 'done') return null;
      if (step.kind === 'failed') return `${step.error.errno} ${step.error.sqlState} ${step.error.message}`;
      if (step.kind === 'send') this.send(step.payload, sequence);
    }
  }

  async startTls(): Promise<void> {
    this.socket.removeAllListeners('data');
    const secure = connectTls({ socket: this.socket, rejectUnauthorized: false });
    this.#attach(secure);
    this.socket = secure;
    await once(secure, 'secureConnect');
  }
}
