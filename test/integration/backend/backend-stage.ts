// One real server with an account and a database, and a gateway over it: the stage of the backend tests.
import type {
  BackendConnection,
  Lease,
  LeaseOptions,
  ResponseReceiver,
  SessionSettings,
  Terminal,
} from '../../../src/backend/contract.ts';
import { PoolGateway } from '../../../src/backend/gateway.ts';
import type { BackendTarget, PoolLimits, ShardTargets } from '../../../src/backend/options.ts';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import type { SqlError } from '../../../src/errors/sql-error.ts';
import { Counters } from '../../../src/observability/counters.ts';
import { Command, encodeTextCommand } from '../../../src/protocol/commands.ts';
import { PacketFramer } from '../../../src/protocol/packet-framing.ts';
import { TextRow } from '../../../src/value/text-row.ts';
import { testServers } from '../../support/test-servers.ts';

export const shardId = 'shop/-';
export const noSettings: SessionSettings = { key: '', values: new Map() };
export const leaseOptions: LeaseOptions = {
  settings: noSettings,
  clientFlags: 0,
  role: 'primary',
  signal: null,
};
export const poolLimits: PoolLimits = {
  maxPerShard: 4,
  minPerShard: 0,
  acquireTimeoutMs: 2_000,
  waitersMax: 100,
};

export async function startServer(
  name: string,
  port = 0,
  dataDirectory: string | null = null,
): Promise<RunningServer> {
  const provider = await testServers();
  const server = await provider.start({ name, dataDirectory, port, durable: false });
  const admin = await connectAsAdmin(server.admin);
  await admin.query("CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY 'app'; GRANT ALL ON *.* TO app@'%'");
  await admin.query('CREATE DATABASE IF NOT EXISTS shop_0');
  await admin.end();
  return server;
}

export function targetOf(
  server: { readonly port: number },
  over: Partial<BackendTarget> = {},
): BackendTarget {
  return {
    host: '127.0.0.1',
    port: server.port,
    socket: null,
    user: 'app',
    password: 'app',
    database: 'shop_0',
    tls: { mode: 'disabled', ca: null, cert: null, key: null },
    ...over,
  };
}

export function shardOn(target: BackendTarget): ShardTargets {
  return { id: shardId, keyspace: 'shop', name: '-', primary: target, replicas: [] };
}

export function openGateway(target: BackendTarget, limits: Partial<PoolLimits> = {}): PoolGateway {
  return new PoolGateway([shardOn(target)], { ...poolLimits, ...limits }, new Counters(['unsharded']));
}

export function settings(values: Readonly<Record<string, string>>): SessionSettings {
  return { key: JSON.stringify(values), values: new Map(Object.entries(values)) };
}

/** Keeps a whole response; resolves with it whatever its end. */
export class Recorder implements ResponseReceiver {
  readonly chunks: Buffer[] = [];
  readonly done: Promise<Recorder>;
  terminal: Terminal | null = null;
  lostWith: SqlError | null = null;
  #finish: (self: Recorder) => void = () => {};

  constructor() {
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  data(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    return true;
  }

  end(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    this.chunks.push(chunk.subarray(0, terminalAt));
    this.terminal = terminal;
    this.#finish(this);
  }

  lost(error: SqlError): void {
    this.lostWith = error;
    this.#finish(this);
  }

  /** Cells of a single text result set. */
  rows(): (string | null)[][] {
    const framer = new PacketFramer(2 ** 30);
    const bytes = Buffer.concat(this.chunks);
    framer.push(bytes);
    const payloads: Buffer[] = [];
    // The command may have taken several packets.
    framer.expect(bytes[3] ?? 1);
    for (let packet = framer.take(); packet !== null; packet = framer.take()) {
      payloads.push(packet.payload);
      framer.expect(packet.lastSequence + 1);
    }
    const columnCount = payloads[0]?.[0] ?? 0;
    const row = new TextRow(columnCount);
    return payloads.slice(columnCount + 2).map((payload) => {
      row.load(payload);
      return Array.from({ length: columnCount }, (_, column) => row.text(column));
    });
  }
}

export function send(connection: BackendConnection, sql: string): Recorder {
  const recorder = new Recorder();
  connection.send(encodeTextCommand(Command.query, sql), recorder);
  return recorder;
}

/** First cell of the first row, or the error. */
export async function ask(connection: BackendConnection, sql: string): Promise<string | null | undefined> {
  const recorder = await send(connection, sql).done;
  const error = recorder.lostWith ?? recorder.terminal?.error ?? null;
  if (error !== null) throw error;
  return recorder.rows()[0]?.[0];
}

/** Leases, runs, releases. */
export async function withLease<T>(
  gateway: PoolGateway,
  over: Partial<LeaseOptions>,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await gateway.lease(shardId, { ...leaseOptions, ...over });
  try {
    return await work(lease);
  } finally {
    lease.release();
  }
}
