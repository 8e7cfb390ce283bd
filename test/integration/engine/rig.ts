// The engine over real shards without a session around it: hand-made plans, real connections, answers as plain rows.
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Gateway, Terminal } from '../../../src/backend/contract.ts';
import { PoolGateway } from '../../../src/backend/gateway.ts';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import type {
  BindValues,
  EngineLimits,
  Execution,
  OkResult,
  ResultSink,
} from '../../../src/engine/contract.ts';
import { run } from '../../../src/engine/run.ts';
import type { SqlError } from '../../../src/errors/sql-error.ts';
import { Counters } from '../../../src/observability/counters.ts';
import type { Plan, PlanNode } from '../../../src/plan/nodes.ts';
import { decodeResult } from '../../../src/session/servers/backend-read.ts';
import { BinaryRow } from '../../../src/value/binary-row.ts';
import type { BindValue } from '../../../src/value/bind-value.ts';
import type { ColumnDefinition } from '../../../src/value/column-definition.ts';
import type { RowView } from '../../../src/value/row-view.ts';
import { TextRow } from '../../../src/value/text-row.ts';
import { createShardMap, type ShardMap } from '../../../src/vindex/shard-map.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';
import { TestScope } from './scope.ts';

export interface Answer {
  readonly columns: readonly ColumnDefinition[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly ok: OkResult | null;
  /** Everything sent to shards, in order. */
  readonly sent: readonly string[];
}

export interface RunOptions {
  readonly format?: 'text' | 'binary';
  readonly text?: string;
  readonly literals?: readonly BindValue[];
  readonly limits?: EngineLimits;
  readonly signal?: AbortSignal;
  readonly scope?: TestScope;
  readonly locks?: boolean;
  readonly readOnly?: boolean;
  /** Rows the client takes before it stops reading for a while. */
  readonly slowAfterRows?: number;
}

export interface Rig {
  readonly map: ShardMap;
  readonly server: RunningServer;
  readonly gateway: PoolGateway;
  /** Administrator, no database chosen. */
  readonly admin: Connection;
  transaction(): TestScope;
  run(node: PlanNode, options?: RunOptions): Promise<Answer>;
  /** Rows of the plain database `oracle` on the same server. */
  oracle(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Connections in use, which must be none between tests. */
  inUse(): number;
  close(): Promise<void>;
}

const names = ['-40', '40-80', '80-c0', 'c0-'];

/** `schema`: CREATE TABLEs for each shard's database and the database `oracle`; `mainSchema` for keyspace main. */
export async function startRig(schema: string, mainSchema = ''): Promise<Rig> {
  const provider = await testServers();
  const server = await provider.start({ name: 'engine', dataDirectory: null, port: 0, durable: false });
  const admin = await connectAsAdmin(server.admin);
  await admin.query("CREATE USER app@'%' IDENTIFIED BY 'app'; GRANT ALL ON *.* TO app@'%'");
  for (const database of [...names.map((_, i) => `shop_${i}`), 'oracle']) {
    await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4; USE ${database}; ${schema}`);
  }
  await admin.query(`CREATE DATABASE main_0 CHARACTER SET utf8mb4; USE main_0; ${mainSchema || 'DO 1'}`);
  const map = shardMap(
    'shop',
    names.map((name, i) => ({ name, database: `shop_${i}` })),
  );
  const main = shardMap('main', [{ name: '-', database: 'main_0' }]);
  const gateway = openGateway(server, [map, main]);
  const oracle = await createConnection({
    host: server.host,
    port: server.port,
    user: 'app',
    password: 'app',
    database: 'oracle',
    charset: 'utf8mb4',
    rowsAsArray: true,
    typeCast: (field) => field.buffer()?.toString('latin1') ?? null,
  });
  return {
    map,
    server,
    gateway,
    admin,
    transaction: () => new TestScope(gateway, true),
    run: (node, options = {}) => runPlan(gateway, [map, main], node, options),
    async oracle(sql) {
      const [rows] = await oracle.query<RowDataPacket[][]>(sql);
      return rows as unknown as readonly (readonly (string | null)[])[];
    },
    inUse: () => gateway.pools().reduce((total, pool) => total + pool.active, 0),
    async close() {
      oracle.destroy();
      admin.destroy();
      await gateway.close(2000);
      await server.stop();
    },
  };
}

function shardMap(keyspace: string, entries: readonly { name: string; database: string }[]): ShardMap {
  const created = createShardMap(keyspace, entries);
  if ('problems' in created) throw new Error(JSON.stringify(created.problems));
  return created.map;
}

function openGateway(server: RunningServer, maps: readonly ShardMap[]): PoolGateway {
  const tls = { mode: 'disabled', ca: null, cert: null, key: null } as const;
  const targets = maps.flatMap((map) =>
    map.shards.map((shard) => ({
      id: shard.id,
      keyspace: map.keyspace,
      name: shard.name,
      primary: {
        host: server.host,
        port: server.port,
        socket: null,
        user: 'app',
        password: 'app',
        database: shard.database,
        tls,
      },
      replicas: [],
    })),
  );
  const limits = { maxPerShard: 4, minPerShard: 0, acquireTimeoutMs: 5000, waitersMax: 100 };
  return new PoolGateway(targets, limits, new Counters([]));
}

/** Fewer gathers at once than a pool has connections. */
const limits: EngineLimits = {
  queryMemoryBytes: 64 << 20,
  gathersMax: 3,
  reserve: () => true,
  free: () => {},
};

async function runPlan(
  gateway: Gateway,
  maps: readonly ShardMap[],
  node: PlanNode,
  options: RunOptions,
): Promise<Answer> {
  const sink = new CollectingSink(
    options.format ?? 'text',
    options.slowAfterRows ?? Number.POSITIVE_INFINITY,
  );
  const sent: string[] = [];
  const plan: Plan = {
    label: 'scatter',
    keyspace: 'shop',
    reasons: [],
    root: node,
    readOnly: options.readOnly ?? true,
    locks: options.locks ?? false,
  };
  const execution: Execution = {
    plan,
    shardMaps: new Map(maps.map((map) => [map.keyspace, map])),
    statement: {
      packets: null,
      text: options.text ?? '',
      prepared: null,
      format: options.format ?? 'text',
    },
    binds: new LiteralBinds(options.literals ?? []),
    gateway,
    scope: options.scope ?? new TestScope(gateway),
    sink,
    limits: options.limits ?? limits,
    signal: options.signal ?? new AbortController().signal,
    flavour: testFlavour(),
    literalCharset: 'utf8',
    workspaceShard: (keyspace) => `${keyspace}/${keyspace === 'shop' ? '40-80' : '-'}`,
    observer: { shardQuery: (shardId, sql) => sent.push(`${shardId}: ${sql}`), shardRows: () => {} },
  };
  const running = run(execution);
  if (running !== undefined) running.catch((error: SqlError) => sink.fail(error));
  const answer = await sink.ended;
  return { ...answer, sent };
}

class LiteralBinds implements BindValues {
  readonly paramCount = 0;
  readonly #literals: readonly BindValue[];

  constructor(literals: readonly BindValue[]) {
    this.#literals = literals;
  }

  slot(slot: number): BindValue {
    const literal = this.#literals[slot];
    if (literal === undefined) throw new Error(`no literal ${slot}`);
    return literal;
  }

  itemCount(): number {
    return 0;
  }

  itemWidth(): number {
    return 0;
  }

  item(): never {
    throw new Error('no lists here');
  }

  cell(): never {
    throw new Error('no rows here');
  }

  itemText(): never {
    throw new Error('no lists here');
  }

  slotText(): never {
    throw new Error('no lists here');
  }

  param(): never {
    throw new Error('no parameters here');
  }

  spelling(): this {
    return this;
  }
}

/** An integer literal as the normaliser would lift it. */
export function integer(value: number | bigint): BindValue {
  return { kind: 'integer', negative: false, sql: String(value), value: String(value) };
}

class CollectingSink implements ResultSink {
  readonly ended: Promise<Omit<Answer, 'sent'>>;
  readonly #format: 'text' | 'binary';
  readonly #slowAfterRows: number;
  readonly #chunks: Buffer[] = [];
  #columns: readonly ColumnDefinition[] = [];
  #rows: (string | null)[][] = [];
  #settle: { resolve(answer: Omit<Answer, 'sent'>): void; reject(error: unknown): void } | null = null;

  constructor(format: 'text' | 'binary', slowAfterRows: number) {
    this.#format = format;
    this.#slowAfterRows = slowAfterRows;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.ended.catch(() => {});
  }

  relay(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    return this.#chunks.length % 8 !== 0;
  }

  relayEnd(chunk: Buffer, _terminalAt: number, terminal: Terminal): void {
    this.#chunks.push(chunk);
    if (terminal.error !== null) {
      this.#settle?.reject(terminal.error);
      return;
    }
    if (terminal.kind === 'ok') {
      this.ok(terminal);
      return;
    }
    const { columns, rows } = decodeResult(Buffer.concat(this.#chunks));
    this.#settle?.resolve({ columns, rows, ok: null });
  }

  columns(columns: readonly ColumnDefinition[]): void {
    this.#columns = columns;
  }

  rows(payloads: readonly Uint8Array[]): boolean {
    const view: RowView =
      this.#format === 'text' ? new TextRow(this.#columns.length) : new BinaryRow(this.#columns);
    for (const payload of payloads) {
      view.load(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
      this.#rows.push(this.#columns.map((_column, i) => view.text(i)));
    }
    return this.#rows.length < this.#slowAfterRows;
  }

  end(): void {
    this.#settle?.resolve({ columns: this.#columns, rows: this.#rows, ok: null });
  }

  ok(result: OkResult): void {
    this.#settle?.resolve({ columns: [], rows: [], ok: result });
  }

  fail(error: SqlError): void {
    this.#settle?.reject(error);
  }

  drained(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
