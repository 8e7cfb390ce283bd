// Follows what a configuration refers to: servers by name, files, environment; checks what no single value shows.
import { addressOf, type BackendTarget, type ShardTargets } from '../backend/options.ts';
import { createShardMap } from '../vindex/shard-map.ts';
import type { KeyspaceConfig, ListenTls, LoadedConfig } from './model.ts';
import { createResolver, type Path, type Resolver, type ResolverOptions } from './resolver.ts';
import type { RawConfig, RawKeyspace } from './schema.ts';
import { namedServer, resolveServers, resolveTarget } from './servers.ts';
import { resolveUsers } from './users.ts';

/** The caller drops the config when there are errors among the problems. */
export function resolveConfig(raw: RawConfig, options: ResolverOptions): LoadedConfig {
  const resolver = createResolver(options);
  const servers = resolveServers(raw.servers, resolver);
  const keyspaces = resolveKeyspaces(raw.keyspaces, servers, resolver);
  const workspaceServer = raw.workspace.server ?? null;
  const { acquireTimeoutMs, maxPerShard, minPerShard, waitersMax } = raw.pool;
  if (minPerShard > maxPerShard) {
    resolver.error(
      ['pool', 'minPerShard'],
      `found ${minPerShard}; allowed: at most maxPerShard (${maxPerShard})`,
    );
  }
  const { host, port, socket } = raw.listen;
  const config = {
    file: options.file,
    listen: {
      host,
      port,
      socket: typeof socket === 'string' ? resolver.file(socket) : null,
      tls: resolveListenTls(raw.listen.tls ?? null, resolver),
    },
    admin: {
      host: raw.admin.host,
      port: raw.admin.port,
      // Without a token the endpoints that change something stay closed: no error. An empty one is none.
      token: options.environment[raw.admin.tokenEnv] || null,
    },
    workers: raw.workers,
    users: resolveUsers(raw.users, Object.keys(raw.keyspaces), resolver),
    keyspaces,
    pool: { maxPerShard, minPerShard, acquireTimeoutMs, waitersMax },
    limits: raw.limits,
    workspace: workspaceServer === null ? null : resolveWorkspace(workspaceServer, servers, resolver),
    transactions: raw.transactions,
    log: raw.log,
  };
  checkListeners(raw, resolver);
  return { config, problems: resolver.problems };
}

/** Finishing needs the base tables beside it, which shape its columns: only shards have them. */
function resolveWorkspace(
  name: string,
  servers: Parameters<typeof namedServer>[2],
  resolver: Resolver,
): ReturnType<typeof namedServer> {
  const path = ['workspace', 'server'];
  const target = namedServer(name, path, servers, resolver);
  if (target !== null)
    resolver.error(path, 'a server of its own is not supported; allowed: null (shards take turns)');
  return target;
}

function checkListeners(raw: RawConfig, resolver: Resolver): void {
  const { listen, admin } = raw;
  if (listen.host === admin.host && listen.port === admin.port) {
    resolver.error(
      ['admin', 'port'],
      `found ${admin.port}, which listen has already; allowed: another port or host`,
    );
  }
}

function resolveListenTls(raw: RawConfig['listen']['tls'] | null, resolver: Resolver): ListenTls {
  if (raw === null || raw === undefined || raw.mode === 'disabled') {
    return { mode: 'disabled', cert: null, key: null };
  }
  const path: Path = ['listen', 'tls'];
  const pem = (key: 'cert' | 'key'): string | null => {
    const name = raw[key];
    if (typeof name === 'string') return resolver.read([...path, key], name);
    resolver.error(path, `missing ${key}; needed: a PEM file`);
    return null;
  };
  return { mode: raw.mode, cert: pem('cert'), key: pem('key') };
}

function resolveKeyspaces(
  raw: RawConfig['keyspaces'],
  servers: ReadonlyMap<string, BackendTarget>,
  resolver: Resolver,
): ReadonlyMap<string, KeyspaceConfig> {
  const keyspaces = new Map<string, KeyspaceConfig>();
  const users = new Map<string, string>();
  if (Object.keys(raw).length === 0)
    resolver.error(['keyspaces'], 'found none; needed: at least one keyspace');
  for (const [name, keyspace] of Object.entries(raw)) {
    checkName(name, resolver);
    const resolved = resolveKeyspace(name, keyspace, servers, resolver);
    if (resolved !== null) keyspaces.set(name, resolved);
    checkDatabases(resolved?.shards ?? [], users, resolver);
  }
  return keyspaces;
}

const systemDatabases = ['information_schema', 'mysql', 'performance_schema', 'sys'];

/** A keyspace is a database to clients: its name must be one, and none of the server's own. */
function checkName(name: string, resolver: Resolver): void {
  const path: Path = ['keyspaces', name];
  if (systemDatabases.includes(name.toLowerCase())) {
    resolver.error(path, `"${name}" is a system database; allowed: any other name`);
  }
  // `@` and `:` belong to target strings: ks:-80@replica.
  if (name === '' || name.length > 64 || /[@:/\0]/.test(name) || name.endsWith(' ')) {
    resolver.error(path, `found the name "${name}"; allowed: 1 to 64 characters without @ : /`);
  }
}

function resolveKeyspace(
  name: string,
  raw: RawKeyspace,
  servers: ReadonlyMap<string, BackendTarget>,
  resolver: Resolver,
): KeyspaceConfig | null {
  const path: Path = ['keyspaces', name];
  const entries = Object.entries(raw.shards);
  const targets = new Map<string, Pick<ShardTargets, 'primary' | 'replicas'>>();
  for (const [shard, { primary, replicas }] of entries) {
    const below: Path = [...path, 'shards', shard];
    const target = resolveTarget(primary, [...below, 'primary'], servers, resolver);
    const copies = replicas.map((replica, index) =>
      resolveTarget(replica, [...below, 'replicas', index], servers, resolver),
    );
    if (target !== null)
      targets.set(shard, { primary: target, replicas: copies.filter((copy) => copy !== null) });
  }
  if (entries.length > 1 && typeof raw.vschema !== 'string') {
    resolver.error(path, `missing vschema; needed for a keyspace of ${entries.length} shards`);
  }
  const databases = entries.map(([shard, { primary }]) => ({ name: shard, database: primary.database }));
  const made = createShardMap(name, databases, '');
  if ('problems' in made) {
    for (const problem of made.problems) {
      const shard = problem.path.replace(/^\./, '');
      resolver.error([...path, 'shards', ...(shard === '' ? [] : [shard])], problem.message);
    }
    return null;
  }
  const shards = made.map.shards.flatMap((shard): ShardTargets[] => {
    const found = targets.get(shard.name);
    return found === undefined ? [] : [{ id: shard.id, keyspace: name, name: shard.name, ...found }];
  });
  return {
    name,
    vschemaFile: typeof raw.vschema === 'string' ? resolver.file(raw.vschema) : null,
    schemaFile: typeof raw.schema === 'string' ? resolver.file(raw.schema) : null,
    constraints: raw.constraints,
    shardMap: made.map,
    shards,
  };
}

/** Two shards in one database would see each other's rows. */
function checkDatabases(
  shards: readonly ShardTargets[],
  users: Map<string, string>,
  resolver: Resolver,
): void {
  for (const shard of shards) {
    const key = `${addressOf(shard.primary)} ${shard.primary.database}`;
    const other = users.get(key);
    if (other !== undefined) {
      const { database } = shard.primary;
      resolver.error(
        ['keyspaces', shard.keyspace, 'shards', shard.name, 'primary', 'database'],
        `database "${database}" on ${addressOf(shard.primary)} is shard ${other} already; allowed: one shard per database`,
      );
    }
    users.set(key, shard.id);
  }
}
