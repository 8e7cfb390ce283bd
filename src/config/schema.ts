// The configuration's keys, types, bounds and defaults, exactly as the file spells them.
import { z } from 'zod';

/** `what is allowed` in every message; what was found is put in front. */
function allowed(text: string) {
  return { error: (issue: { readonly input?: unknown }) => foundMessage(issue.input, text) };
}

function foundMessage(input: unknown, text: string): string {
  return input === undefined ? `missing; needed: ${text}` : `found ${show(input)}; allowed: ${text}`;
}

function show(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'a mapping';
  if (typeof input === 'string') return JSON.stringify(input);
  return `${String(input)}${input === null ? '' : ` (a ${typeof input})`}`;
}

/** Unknown keys are reported with the list of known ones as the message: the reader of issues names the nearest. */
function group<T extends z.ZodRawShape>(shape: T) {
  const known = Object.keys(shape).join(',');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : foundMessage(issue.input, 'a mapping')),
  });
}

function whole(least: number, most: number) {
  const isWhole = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
  return z.custom<number>(isWhole, allowed(`a whole number from ${least} to ${most}`));
}

function choice<const T extends readonly string[]>(values: T) {
  return z.enum(values, allowed(values.join(', ')));
}

/** Like `allowed`, without showing the value: messages end up in logs. */
function allowedSecret(text: string) {
  return {
    error: (issue: { readonly input?: unknown }) => `found a ${typeof issue.input}; allowed: ${text}`,
  };
}

const text = z.string(allowed('a non-empty string')).min(1, allowed('a non-empty string'));
const port = whole(1, 65535);
/** One secret, or two while it is being changed. */
const secrets = z.union(
  [text, z.array(text).min(1).max(2)],
  allowed('a string, or a list of two while rotating'),
);
const gibibyte = 1024 ** 3;
const dayMs = 86_400_000;

const serverTls = group({
  mode: choice(['disabled', 'preferred', 'required']).default('preferred'),
  ca: text.nullish(),
  cert: text.nullish(),
  key: text.nullish(),
});

const serverKeys = {
  host: text.nullish(),
  port: port.nullish(),
  socket: text.nullish(),
  user: text.nullish(),
  password: z.string(allowedSecret('a string in quotes')).nullish(),
  passwordEnv: text.nullish(),
  passwordFile: text.nullish(),
  tls: serverTls.nullish(),
};

/** Where a database is: a named server, or one described in place. */
const target = group({ server: text.nullish(), database: text, ...serverKeys });

const shard = group({
  primary: target,
  replicas: z.array(target, allowed('a list of servers')).default([]),
});

const keyspace = group({
  vschema: text.nullish(),
  schema: text.nullish(),
  constraints: choice(['check', 'trust']).default('check'),
  shards: z.record(z.string(), shard, allowed('a mapping of shard names')),
});

const user = group({
  name: text,
  password: secrets.nullish(),
  passwordEnv: secrets.nullish(),
  passwordFile: secrets.nullish(),
  passwordHash: secrets.nullish(),
  keyspaces: z.array(text, allowed('a list of keyspace names')).nullish(),
});

export const configSchema = group({
  listen: group({
    host: text.default('127.0.0.1'),
    port: port.default(3307),
    socket: text.nullish(),
    tls: group({
      mode: choice(['disabled', 'preferred', 'required']).default('preferred'),
      cert: text.nullish(),
      key: text.nullish(),
    }).nullish(),
  }).prefault({}),
  admin: group({
    host: text.default('127.0.0.1'),
    port: port.default(9307),
    tokenEnv: text.default('SHARDGATE_ADMIN_TOKEN'),
  }).prefault({}),
  workers: z
    .union([z.literal('auto'), whole(1, 256)], allowed('a whole number from 1 to 256, or auto'))
    .default(1),
  users: z.array(user, allowed('a list of users')).min(1, allowed('at least one user')),
  servers: z.record(z.string(), group(serverKeys), allowed('a mapping of server names')).default({}),
  keyspaces: z.record(z.string(), keyspace, allowed('a mapping of keyspace names')),
  pool: group({
    maxPerShard: whole(1, 10_000).default(32),
    minPerShard: whole(0, 10_000).default(0),
    acquireTimeoutMs: whole(1, dayMs).default(5000),
    waitersMax: whole(0, 1_000_000).default(1000),
  }).prefault({}),
  limits: group({
    connectionsMax: whole(1, 1_000_000).default(5000),
    inFlightMax: whole(1, 1_000_000).default(1024),
    queryTimeoutMs: whole(1, dayMs).default(30_000),
    resultStallMs: whole(1, dayMs).default(60_000),
    queryMemoryBytes: whole(1024, 1024 * gibibyte).default(67_108_864),
    processMemoryBytes: whole(1024, 1024 * gibibyte).default(536_870_912),
    packetBytesMax: whole(1024, gibibyte).default(67_108_864),
  }).prefault({}),
  workspace: group({ server: text.nullish() }).prefault({}),
  transactions: group({ mode: choice(['single', 'multi', 'twopc']).default('multi') }).prefault({}),
  log: group({
    level: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    slowQueryMs: whole(0, dayMs).default(1000),
  }).prefault({}),
});

/** The file's content with defaults filled in, references not yet followed. */
export type RawConfig = z.infer<typeof configSchema>;
export type RawServer = z.infer<ReturnType<typeof rawServer>>;
export type RawTarget = z.infer<typeof target>;
export type RawUser = z.infer<typeof user>;
export type RawKeyspace = z.infer<typeof keyspace>;

function rawServer() {
  return group(serverKeys);
}

/** Paths (dotted) whose values are numbers: an environment override there is read as one. */
export const numericPaths: ReadonlySet<string> = new Set([
  'listen.port',
  'admin.port',
  'workers',
  'log.slowQueryMs',
  ...['maxPerShard', 'minPerShard', 'acquireTimeoutMs', 'waitersMax'].map((key) => `pool.${key}`),
  ...[
    'connectionsMax',
    'inFlightMax',
    'queryTimeoutMs',
    'resultStallMs',
    'queryMemoryBytes',
    'processMemoryBytes',
    'packetBytesMax',
  ].map((key) => `limits.${key}`),
]);
