// Tables Shardgate keeps for itself in the shards' databases: not the keyspace's, and shown to nobody.

export const ownTablePrefix = 'shardgate_';

export function isOwnTable(name: string): boolean {
  return name.startsWith(ownTablePrefix);
}
