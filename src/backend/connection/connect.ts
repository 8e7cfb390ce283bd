// Opens a connection: socket, TLS, login, the few facts to know of the server. Three seconds in all, or a clear refusal.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { BackendLogin, type BackendLoginStep } from '../../protocol/backend-login.ts';
import { backendCapabilities } from '../../protocol/capabilities.ts';
import { type Frame, frame, PacketFramer } from '../../protocol/packet-framing.ts';
import { present } from '../../util/assert.ts';
import type { BackendTarget } from '../options.ts';
import { SocketConnection } from './connection.ts';
import { parseServerVersion, type ServerVersion, versionProblem } from './server-version.ts';
import { smallQuery, withDeadline } from './small-query.ts';
import { Wire } from './wire.ts';

const connectTimeoutMs = 3_000;
/** utf8mb4_general_ci: known to every server, so that all sessions start alike. */
const loginCollation = 45;
const loginPacketBytesMax = 1024 * 1024;
/** Until the server has said what it takes. */
const firstPacketBytesMax = 64 * 1024;
/** ER_ACCESS_DENIED, ER_DBACCESS_DENIED, ER_BAD_DB and kin: no use in trying again before somebody has changed something. */
const loginErrors: ReadonlySet<number> = new Set([
  1044, 1045, 1049, 1130, 1251, 1275, 1524, 1698, 2061, 3159, 4151,
]);
const fullErrors: ReadonlySet<number> = new Set([1040, 1203, 1226]);

export interface ConnectOptions {
  readonly shardId: string;
  readonly target: BackendTarget;
  /** FOUND_ROWS and IGNORE_SPACE, if wanted. */
  readonly clientFlags: number;
  /** Why a server of this version must not be used here (another flavour than its keyspace's); null: it may. */
  readonly refuse: (server: ServerVersion) => string | null;
}

/**
 * Rejects with SqlError: SG4001 when nobody answers, the server's own error when it is full (1040 and kin), SG4005 when it
 * is of the wrong kind, SG4007 when it refuses the login.
 */
export async function connectBackend(options: ConnectOptions): Promise<SocketConnection> {
  const { shardId, target } = options;
  const startedAtMs = performance.now();
  const { wire, server, threadId, status } = await logIn(options);
  const problem = options.refuse(server);
  const facts = { server, threadId, status, packetBytesMax: firstPacketBytesMax };
  const connection = new SocketConnection(shardId, target, wire, facts);
  if (problem !== null) {
    connection.quit();
    throw shardgateError('SG4005', { shard: shardId, why: problem });
  }
  const leftMs = Math.max(1, connectTimeoutMs - (performance.now() - startedAtMs));
  const question = smallQuery(connection, 'SELECT @@max_allowed_packet, CONNECTION_ID()');
  const rows = await withDeadline(connection, leftMs, question).catch((error: unknown) => {
    connection.destroy();
    throw explain(shardId, error);
  });
  connection.packetBytesMax = Number(rows[0]?.[0] ?? firstPacketBytesMax);
  // The greeting holds only 32 bits of it.
  connection.threadId = Number(rows[0]?.[1] ?? threadId);
  return connection;
}

/** Before a login that ended without a word is begun again. */
const loginPauseMs = 50;

/**
 * A login that ends without a word is begun once more: the server was stopping, or a KILL hit the connection's id. Whoever
 * waits for a connection need not hear of it, as nothing of theirs was sent.
 */
async function logIn(options: ConnectOptions): Promise<LoggedIn> {
  const startedAtMs = performance.now();
  const first = new LoginExchange(options);
  try {
    return await first.run(connectTimeoutMs);
  } catch (error) {
    if (!first.dropped) throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, loginPauseMs));
  return new LoginExchange(options).run(Math.max(1, connectTimeoutMs - (performance.now() - startedAtMs)));
}

interface LoggedIn {
  readonly wire: Wire;
  readonly server: ServerVersion;
  readonly threadId: number;
  readonly status: number;
}

class LoginExchange {
  readonly #options: ConnectOptions;
  readonly #login: BackendLogin;
  readonly #framer = new PacketFramer(loginPacketBytesMax);
  readonly #wire: Wire;
  #settled = false;
  #connected = false;
  #dropped = false;
  #resolve: (loggedIn: LoggedIn) => void = () => {};
  #reject: (error: SqlError) => void = () => {};

  constructor(options: ConnectOptions) {
    const { target, clientFlags } = options;
    this.#options = options;
    this.#login = new BackendLogin({
      user: target.user,
      password: target.password,
      database: target.database === '' ? null : target.database,
      capabilities: backendCapabilities | clientFlags,
      collation: loginCollation,
      tls: target.socket === null ? target.tls.mode : 'disabled',
      privateTransport: target.socket !== null,
      attributes: new Map(),
    });
    const plain = target.tls.mode === 'disabled' || target.socket !== null;
    const events = {
      chunk: (chunk: Buffer) => this.#chunk(chunk),
      closed: (reason: string) => this.#closed(reason),
    };
    this.#wire = new Wire(target, plain, events, () => {
      this.#connected = true;
    });
  }

  run(timeoutMs: number): Promise<LoggedIn> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(
          this.#down(`its server did not ${this.#connected ? 'finish the login' : 'answer'} in time`),
        );
      }, timeoutMs);
      this.#resolve = (loggedIn) => {
        clearTimeout(timer);
        resolve(loggedIn);
      };
      this.#reject = (error) => {
        clearTimeout(timer);
        reject(error);
      };
    });
  }

  #chunk(chunk: Buffer): void {
    if (this.#settled) return;
    try {
      this.#framer.push(chunk);
      for (let packet = this.#framer.take(); packet !== null; packet = this.#framer.take()) {
        this.#packet(packet);
        if (this.#settled) return;
      }
    } catch (error) {
      this.#fail(explain(this.#options.shardId, error));
    }
  }

  #packet(packet: Frame): void {
    const isGreeting = this.#login.greeting === null;
    const step = this.#login.packet(packet.payload);
    const version = this.#login.greeting?.version;
    const problem = isGreeting && version !== undefined ? versionProblem(version) : null;
    if (problem !== null) {
      this.#fail(shardgateError('SG4005', { shard: this.#options.shardId, why: problem }));
      return;
    }
    this.#step(step, packet.lastSequence + 1);
  }

  #step(step: BackendLoginStep, sequence: number): void {
    switch (step.kind) {
      case 'wait':
        this.#framer.expect(sequence);
        return;
      case 'send':
        this.#framer.expect(sequence + 1);
        this.#wire.write(frame(step.payload, sequence));
        return;
      case 'startTls':
        this.#wire.write(frame(step.payload, sequence));
        this.#framer.clear();
        this.#wire.upgrade(this.#options.target).then(
          () => this.#step(this.#login.secured(), sequence + 1),
          (error: Error) => this.#fail(this.#down(`TLS with its server failed (${error.message})`)),
        );
        return;
      case 'done':
        this.#done(step.status);
        return;
      case 'failed':
        this.#fail(explain(this.#options.shardId, step.error));
        return;
    }
  }

  #done(status: number): void {
    const greeting = present(this.#login.greeting, 'a login ends after the greeting');
    const server = present(parseServerVersion(greeting.version), 'the version was looked at before');
    this.#settled = true;
    this.#resolve({ wire: this.#wire, server, threadId: greeting.connectionId, status });
  }

  #fail(error: SqlError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#wire.destroy(error.message);
    this.#reject(error);
  }

  /** The server took the connection and closed it before the login had an outcome. */
  get dropped(): boolean {
    return this.#dropped;
  }

  #closed(reason: string): void {
    if (this.#settled) return;
    this.#dropped = this.#connected;
    this.#fail(
      this.#down(
        this.#connected
          ? `its server closed the connection during the login (${reason})`
          : `its server cannot be reached (${reason})`,
      ),
    );
  }

  #down(why: string): SqlError {
    return shardgateError('SG4001', { shard: this.#options.shardId, why });
  }
}

/** What a failed login means for the shard. */
function explain(shardId: string, error: unknown): SqlError {
  if (!(error instanceof SqlError)) throw error;
  if (fullErrors.has(error.errno) || error.id?.startsWith('SG4') === true) return error;
  if (loginErrors.has(error.errno)) return shardgateError('SG4007', { shard: shardId, why: error.message });
  return shardgateError('SG4001', { shard: shardId, why: `its server says: ${error.message}` });
}
