// One client's socket: login, then one command at a time to its session, answers written with back-pressure.
//
//   login ──accepted──> idle <──done── running          any ──QUIT, error, close──> closing ──> gone
//     ^                  │  └──command──^
//     └──COM_CHANGE_USER─┘
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import { createSalt } from '../protocol/auth.ts';
import { ServerStatus } from '../protocol/capabilities.ts';
import { Command } from '../protocol/commands.ts';
import { encodeGreeting } from '../protocol/handshake.ts';
import { encodeError, encodeOk } from '../protocol/messages.ts';
import { type Frame, frame, PacketFramer } from '../protocol/packet-framing.ts';
import type { ClientChannel, ClientSession, SessionFactory } from '../session/contract.ts';
import { assertNever } from '../util/assert.ts';
import type { AuthThrottle } from './auth-throttle.ts';
import { type Claim, Login, type LoginContext, type LoginStep } from './login.ts';
import type { FrontendCounters, FrontendLog, ListenerOptions, User } from './options.ts';
import { upgradeToTls } from './tls.ts';

export type ConnectionState = 'login' | 'idle' | 'running' | 'closing';

/** What all connections of a listener share. */
export interface ConnectionShared {
  readonly options: ListenerOptions;
  readonly sessions: SessionFactory;
  readonly counters: FrontendCounters;
  readonly log: FrontendLog;
  readonly throttle: AuthThrottle;
  readonly secureContext: SecureContext | null;
  loggedIn(connection: ClientConnection): void;
  gone(connection: ClientConnection): void;
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/** Receives the packets of a LOCAL INFILE answer; false pauses reading until `resumePackets`. */
export type PacketReceiver = (packets: Buffer, payload: Buffer) => boolean;

// A started packet must grow by this much per `packetTimeoutMs`.
const progressBytes = 65536;
// How long a client may take to read a final error before the socket is closed hard.
const lingerMs = 1_000;
// The login's packets are small; the largest is a handshake response with 64 KiB of attributes.
const loginPacketBytesMax = 131_072;

/** ER_NET_READ_INTERRUPTED. */
function readTimeout(): SqlError {
  return new SqlError(1159, '08S01', 'Got timeout reading communication packets');
}

export class ClientConnection implements ClientChannel {
  readonly id: number;
  readonly address: string;
  readonly acceptedAtMs: number;
  state: ConnectionState = 'login';
  /** Monotonic time at which `expire` is to be called, 0 for never: read by the listener's sweep. */
  deadlineAtMs: number;
  readonly #shared: ConnectionShared;
  readonly #context: LoginContext;
  #socket: Socket;
  #framer = new PacketFramer(loginPacketBytesMax);
  #login: Login | null;
  #salt: Buffer;
  #claim: Claim | null = null;
  #session: ClientSession | null = null;
  /** Sequence number of our next packet; only used outside of commands. */
  #sequence = 0;
  #pumping = false;
  #held = false;
  #paused = false;
  #blocked = false;
  #progressAt = 0;
  #tls = false;
  #receiver: PacketReceiver | null = null;
  readonly #waiters: Waiter[] = [];
  readonly #done = (): void => this.#commandDone();

  constructor(id: number, socket: Socket, shared: ConnectionShared, context: LoginContext, nowMs: number) {
    this.id = id;
    this.#shared = shared;
    this.#context = context;
    this.#socket = socket;
    this.address = context.address;
    this.acceptedAtMs = nowMs;
    this.deadlineAtMs = nowMs + shared.options.handshakeTimeoutMs;
    this.#salt = createSalt();
    this.#login = new Login(context, this.#salt, this.#tls);
    this.#attach(socket);
    this.#greet();
  }

  // --- the session's side -------------------------------------------------------------------------------------------

  write(bytes: Uint8Array, more = false): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return false;
    this.#shared.counters.resultBytes += bytes.length;
    if (more && socket.writableCorked === 0) socket.cork();
    const accepted = socket.write(bytes);
    if (!more && socket.writableCorked > 0) socket.uncork();
    if (!accepted && !this.#blocked) {
      this.#blocked = true;
      // The socket's own timeout sees progress inside one large write, which counting drains does not.
      this.#socket.setTimeout(this.#shared.options.resultStallMs);
    }
    return accepted;
  }

  drained(): Promise<void> {
    if (this.#socket.destroyed) return Promise.reject(new Error('the client is gone'));
    if (!this.#blocked) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  close(): void {
    if (this.state === 'closing') return;
    this.state = 'closing';
    this.deadlineAtMs = performance.now() + lingerMs;
    this.#socket.end();
    // A client that has stopped sending must still be read, or its bytes turn our last packet into a reset.
    this.#resume();
  }

  takePackets(sequence: number, receiver: PacketReceiver): void {
    this.#framer.expect(sequence);
    this.#receiver = receiver;
    this.#pump();
  }

  resumePackets(): void {
    this.#held = false;
    this.#pump();
  }

  // --- the listener's side ------------------------------------------------------------------------------------------

  /** True when closing now loses nothing the client has not been told of. */
  get quiet(): boolean {
    return this.state === 'idle' && this.#framer.buffered === 0 && this.#session?.quiet !== false;
  }

  /** The deadline has passed: a login or a packet that takes too long, or a client that does not close. */
  expire(): void {
    this.deadlineAtMs = 0;
    if (this.state === 'closing' || this.state === 'login') this.destroy();
    else this.#fail(readTimeout(), this.#framer.answerSequence);
  }

  /** Closes now; what runs is cancelled before this returns. */
  destroy(): void {
    this.state = 'closing';
    this.#session?.close();
    this.#socket.destroy();
  }

  // --- socket events ------------------------------------------------------------------------------------------------

  #attach(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('drain', () => this.#unblock());
    socket.on('timeout', () => this.#stalled());
    // Resets are a client's way to leave; 'close' follows.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#gone());
  }

  #received(chunk: Buffer): void {
    if (this.state === 'closing') return;
    this.#framer.push(chunk);
    this.#pump();
  }

  #unblock(): void {
    this.#blocked = false;
    this.#socket.setTimeout(0);
    for (const waiter of this.#waiters.splice(0)) waiter.resolve();
  }

  #stalled(): void {
    this.#shared.log.warn({ connection: this.id }, 'closed: the client has stopped reading a result');
    this.destroy();
  }

  #gone(): void {
    this.state = 'closing';
    this.deadlineAtMs = 0;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(new Error('the client is gone'));
    this.#session?.close();
    this.#session = null;
    this.#login = null;
    this.#receiver = null;
    this.#framer.clear();
    this.#shared.gone(this);
  }

  // --- packets in ---------------------------------------------------------------------------------------------------

  /** Hands out complete packets as long as somebody wants them; not re-entrant, so `done` may come synchronously. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#wantsPackets()) {
        const packet = this.#framer.take();
        if (packet === null) break;
        this.#packet(packet);
      }
    } catch (error) {
      this.#broken(error);
    } finally {
      this.#pumping = false;
    }
    if (this.state !== 'login' && this.state !== 'closing') this.#watch();
  }

  #wantsPackets(): boolean {
    if (this.state === 'running') return this.#receiver !== null && !this.#held;
    return this.state === 'idle' || (this.state === 'login' && this.#login !== null && !this.#held);
  }

  /** Deadline for a packet under way; a limit on commands sent ahead. */
  #watch(): void {
    const { buffered } = this.#framer;
    const waiting = this.#wantsPackets();
    if (waiting && buffered > 0) {
      if (this.deadlineAtMs === 0 || buffered >= this.#progressAt + progressBytes) {
        this.#progressAt = buffered;
        this.deadlineAtMs = performance.now() + this.#shared.options.packetTimeoutMs;
      }
    } else {
      this.deadlineAtMs = 0;
      this.#progressAt = 0;
    }
    if (!waiting && buffered > this.#shared.options.pipelineBytesMax) this.#pause();
    else if (this.#paused) this.#resume();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  #packet(packet: Frame): void {
    if (this.#login !== null) {
      this.#sequence = packet.lastSequence + 1;
      this.#step(this.#login.packet(packet.payload));
    } else if (this.#receiver !== null) {
      this.#filePacket(this.#receiver, packet);
    } else {
      this.#command(packet);
    }
  }

  #command(packet: Frame): void {
    this.#sequence = packet.lastSequence + 1;
    switch (packet.payload[0]) {
      case Command.quit:
        this.#session?.close();
        this.close();
        break;
      case Command.changeUser:
        this.#changeUser(packet.payload);
        break;
      default:
        this.state = 'running';
        this.deadlineAtMs = 0;
        this.#session?.command(packet.packets, packet.payload, this.#done);
    }
  }

  #filePacket(receiver: PacketReceiver, packet: Frame): void {
    if (packet.payload.length === 0) this.#receiver = null;
    else this.#framer.expect(packet.lastSequence + 1);
    this.#held = !receiver(packet.packets, packet.payload);
    if (packet.payload.length === 0) this.#held = false;
  }

  #commandDone(): void {
    if (this.state !== 'running') return;
    this.state = 'idle';
    this.#receiver = null;
    this.#held = false;
    this.#framer.expect(0);
    this.#pump();
  }

  // --- login --------------------------------------------------------------------------------------------------------

  #greet(): void {
    const text = this.#shared.sessions.serverVersion();
    const isMariaDb = /mariadb/i.test(text);
    const payload = encodeGreeting({
      // MariaDB 10 greets as 5.5.5-10.x; its clients and others strip it, some tell the flavour by it.
      version: isMariaDb && text.startsWith('10.') ? `5.5.5-${text}` : text,
      connectionId: this.id,
      salt: this.#salt,
      capabilities: this.#context.offered,
      collation: isMariaDb ? 45 : 255,
      status: ServerStatus.autocommit,
      plugin: this.#context.defaultPlugin,
    });
    this.#sendNext(payload);
  }

  #changeUser(payload: Buffer): void {
    const claim = this.#claim;
    if (claim === null) return;
    this.#session?.close();
    this.#session = null;
    this.state = 'login';
    this.deadlineAtMs = performance.now() + this.#shared.options.handshakeTimeoutMs;
    this.#framer.setPayloadMax(loginPacketBytesMax);
    this.#login = new Login(this.#context, this.#salt, this.#tls);
    this.#step(this.#login.changeUser(payload, claim));
  }

  #step(step: LoginStep): void {
    switch (step.kind) {
      case 'send':
        this.#sendNext(step.payload);
        break;
      case 'startTls':
        this.#startTls();
        break;
      case 'accepted':
        if (!this.#blocks(step.claim.user)) this.#accepted(step.claim, step.user, step.before);
        break;
      case 'denied':
        if (!step.failure || !this.#blocks(step.user)) this.#denied(step.error, step.user, step.failure);
        break;
      default:
        assertNever(step);
    }
  }

  /** Right and wrong passwords get the same answer while an address is blocked for a user. */
  #blocks(user: string): boolean {
    if (!this.#shared.throttle.blocked(this.address, user, performance.now())) return false;
    this.#denied(shardgateError('SG1002', { user, address: this.address }), user, false);
    return true;
  }

  #sendNext(payload: Buffer): void {
    this.#socket.write(frame(payload, this.#sequence));
    this.#sequence += 1;
    this.#framer.expect(this.#sequence);
  }

  #startTls(): void {
    const context = this.#shared.secureContext;
    if (context === null) return;
    const plain = this.#socket;
    for (const event of ['data', 'drain', 'timeout', 'error', 'close']) plain.removeAllListeners(event);
    plain.on('error', () => plain.destroy());
    this.#socket = upgradeToTls(plain, this.#framer.clear(), context);
    this.#framer.expect(this.#sequence);
    this.#attach(this.#socket);
    this.#tls = true;
    this.#login?.secured();
  }

  #accepted(claim: Claim, user: User, before: Buffer | null): void {
    const { throttle, sessions } = this.#shared;
    throttle.succeeded(this.address, claim.user);
    this.#salt = this.#login?.salt ?? this.#salt;
    this.#login = null;
    this.#claim = claim;
    const session = sessions.open({
      connectionId: this.id,
      user: claim.user,
      host: `${claim.user}@${this.address}`,
      keyspaces: user.keyspaces,
      database: claim.database,
      collation: claim.collation,
      capabilities: claim.capabilities,
      attributes: claim.attributes,
      channel: this,
    });
    if (before !== null) this.#sendNext(before);
    if (session instanceof SqlError) {
      this.#fail(session, this.#sequence);
      return;
    }
    this.#session = session;
    this.state = 'idle';
    this.deadlineAtMs = 0;
    this.#sendNext(encodeOk(loggedIn));
    this.#framer.setPayloadMax(this.#shared.options.packetBytesMax);
    this.#framer.expect(0);
    this.#shared.loggedIn(this);
  }

  /** The answer to a failed login is held back the longer the more of them there were. */
  #denied(error: SqlError, user: string, failure: boolean): void {
    const { counters, throttle, log } = this.#shared;
    this.#login = null;
    const delayMs = failure ? throttle.failed(this.address, user, performance.now()) : 0;
    if (failure) {
      counters.authFailures += 1;
      log.info({ connection: this.id, user, address: this.address }, 'login denied');
    }
    if (delayMs === 0) {
      this.#fail(error, this.#sequence);
      return;
    }
    this.#pause();
    const sequence = this.#sequence;
    setTimeout(() => this.#fail(error, sequence), delayMs).unref();
  }

  // --- endings ------------------------------------------------------------------------------------------------------

  #broken(error: unknown): void {
    const { counters, log } = this.#shared;
    if (error instanceof SqlError) {
      counters.protocolErrors += 1;
      log.info({ connection: this.id, errno: error.errno }, 'closed: the client broke the protocol');
      this.#fail(error, this.#framer.answerSequence);
    } else {
      // A fault of ours costs one client its connection, not all of them the process.
      log.error({ connection: this.id, err: error }, 'closed: internal error');
      this.#fail(shardgateError('SG1003'), this.#framer.answerSequence);
    }
  }

  #fail(error: SqlError, sequence: number): void {
    if (this.state === 'closing') return;
    this.#socket.write(frame(encodeError(error), sequence));
    this.#session?.close();
    this.close();
  }
}

const loggedIn = {
  affectedRows: 0n,
  lastInsertId: 0n,
  status: ServerStatus.autocommit,
  warnings: 0,
  info: '',
};
