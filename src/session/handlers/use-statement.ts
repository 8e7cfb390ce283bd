// USE: a keyspace, some of its shards, a role: ks, ks:-80, ks@replica, ks:-80@replica.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { VSchema } from '../../vschema/model.ts';
import type { Target } from '../state.ts';

/** Schemas every server has; they may be the current database though they are no keyspaces. */
export const systemSchemas: ReadonlySet<string> = new Set([
  'information_schema',
  'performance_schema',
  'mysql',
  'sys',
]);

export function unknownDatabase(name: string): SqlError {
  return new SqlError(1049, '42000', `Unknown database '${name}'`);
}

function denied(user: string, name: string): SqlError {
  return new SqlError(1044, '42000', `Access denied for user '${user}'@'%' to database '${name}'`);
}

export interface Viewer {
  readonly user: string;
  /** null: all. */
  readonly keyspaces: ReadonlySet<string> | null;
}

/** Throws 1049 for an unknown keyspace, 1044 for one the user may not see, SG5006 for an unknown shard. */
export function parseTarget(text: string, vschema: VSchema, viewer: Viewer): Target {
  const [place = '', type = 'primary'] = splitOnce(text, '@');
  const [database = '', shardName = ''] = splitOnce(place, ':');
  if (systemSchemas.has(database.toLowerCase())) return { database, shards: null, role: 'primary' };
  const keyspace = vschema.keyspaces.get(database);
  if (keyspace === undefined) throw unknownDatabase(text);
  if (viewer.keyspaces !== null && !viewer.keyspaces.has(database)) throw denied(viewer.user, database);
  if (shardName !== '' && !keyspace.shardMap.shards.some((shard) => shard.name === shardName)) {
    const known = keyspace.shardMap.shards.map((shard) => shard.name).join(', ');
    throw shardgateError('SG5006', { shard: shardName, keyspace: database, known });
  }
  const role = type.toLowerCase();
  if (role !== 'primary' && role !== 'replica' && role !== 'rdonly') throw unknownDatabase(text);
  return {
    database,
    shards: shardName === '' ? null : [shardName],
    role: role === 'primary' ? 'primary' : 'replica',
  };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
