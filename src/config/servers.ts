// Backend addresses: named or in place, password and certificates read.
import type { BackendTarget, BackendTls } from '../backend/options.ts';
import { didYouMean } from '../util/nearest.ts';
import type { Path, Resolver } from './resolver.ts';
import type { RawServer, RawTarget } from './schema.ts';

const defaultPort = 3306;
const placeKeys = [
  'host',
  'port',
  'socket',
  'user',
  'password',
  'passwordEnv',
  'passwordFile',
  'tls',
] as const;

/** The named servers, each with an empty database. Also those nobody uses are checked. */
export function resolveServers(
  raw: Readonly<Record<string, RawServer>>,
  resolver: Resolver,
): ReadonlyMap<string, BackendTarget> {
  return new Map(
    Object.entries(raw).map(([name, server]) => [name, resolveServer(server, ['servers', name], resolver)]),
  );
}

/** A database on a named server or on one described in place; null after reporting why not. */
export function resolveTarget(
  raw: RawTarget,
  path: Path,
  servers: ReadonlyMap<string, BackendTarget>,
  resolver: Resolver,
): BackendTarget | null {
  const { server, database, ...place } = raw;
  if (server === undefined || server === null) {
    return { ...resolveServer(place, path, resolver), database };
  }
  const named = namedServer(server, [...path, 'server'], servers, resolver);
  const both = placeKeys.filter((key) => raw[key] !== undefined && raw[key] !== null);
  for (const key of both) {
    resolver.error([...path, key], `found ${key} beside server; the named server "${server}" gives it`);
  }
  return named === null ? null : { ...named, database };
}

/** A server by its name; null after reporting that there is none. */
export function namedServer(
  name: string,
  path: Path,
  servers: ReadonlyMap<string, BackendTarget>,
  resolver: Resolver,
): BackendTarget | null {
  const server = servers.get(name) ?? null;
  if (server === null) {
    const known = [...servers.keys()].join(', ');
    const hint =
      didYouMean(name, servers.keys()) || (known === '' ? '; no servers are named' : `; known: ${known}`);
    resolver.error(path, `no server is named "${name}"${hint}`);
  }
  return server;
}

function resolveServer(raw: RawServer, path: Path, resolver: Resolver): BackendTarget {
  const socket = raw.socket ?? null;
  const host = raw.host ?? null;
  if (host === null && socket === null) resolver.error(path, 'missing host (with port) or socket');
  if (host !== null && socket !== null)
    resolver.error([...path, 'socket'], 'found socket beside host; give one');
  if (raw.user === undefined || raw.user === null) {
    resolver.error([...path, 'user'], "missing; needed: the server's user");
  }
  return {
    host: host ?? 'localhost',
    port: raw.port ?? defaultPort,
    socket: socket === null ? null : resolver.file(socket),
    user: raw.user ?? '',
    password: resolvePassword(raw, path, resolver),
    database: '',
    tls: resolveTls(raw.tls ?? null, [...path, 'tls'], resolver),
  };
}

function resolvePassword(raw: RawServer, path: Path, resolver: Resolver): string {
  const given = (['password', 'passwordEnv', 'passwordFile'] as const).filter((key) => {
    return raw[key] !== undefined && raw[key] !== null;
  });
  if (given.length > 1)
    resolver.error([...path, given[1] ?? ''], `found ${given.join(' and ')}; give one of them`);
  if (typeof raw.password === 'string') return raw.password;
  if (typeof raw.passwordEnv === 'string') {
    return resolver.variable([...path, 'passwordEnv'], raw.passwordEnv) ?? '';
  }
  if (typeof raw.passwordFile === 'string') {
    return withoutLineEnd(resolver.read([...path, 'passwordFile'], raw.passwordFile) ?? '');
  }
  return '';
}

/** Secret files end in a line end as often as not; it is no part of the secret. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function resolveTls(raw: RawServer['tls'] | null, path: Path, resolver: Resolver): BackendTls {
  if (raw === null || raw === undefined) return { mode: 'preferred', ca: null, cert: null, key: null };
  const pem = (key: 'ca' | 'cert' | 'key'): string | null => {
    const name = raw[key];
    return typeof name === 'string' ? resolver.read([...path, key], name) : null;
  };
  const tls: BackendTls = { mode: raw.mode, ca: pem('ca'), cert: pem('cert'), key: pem('key') };
  if ((tls.cert === null) !== (tls.key === null)) resolver.error(path, 'cert and key belong together');
  return tls;
}
