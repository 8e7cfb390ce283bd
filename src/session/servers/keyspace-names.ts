// Physical database names in what clients see become keyspace names.
import { ByteReader } from '../../value/byte-reader.ts';
import { withSchema } from '../../value/column-codec.ts';
import type { Shard } from '../../vindex/shard-map.ts';

/** A column definition packet with the shard's database renamed to the keyspace. */
export function renameSchemas(packet: Buffer, shard: Shard): Buffer {
  if (shard.database === shard.keyspace) return packet;
  const reader = new ByteReader(packet);
  reader.lenencBytes();
  return reader.lenencBytes().toString('utf8') === shard.database
    ? withSchema(packet, Buffer.from(shard.keyspace))
    : packet;
}
