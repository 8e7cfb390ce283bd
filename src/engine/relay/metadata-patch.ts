// A relayed result whose column definitions name the shard's database: only those packets are rebuilt, rows stay untouched.
import type { Shard } from '../../vindex/shard-map.ts';

const headerBytes = 4;
/** First bytes of a response that has no column definitions. */
const okByte = 0x00;
const localFileByte = 0xfb;
const errorByte = 0xff;

export interface PatchNames {
  readonly database: Buffer;
  readonly keyspace: Buffer;
}

/** Made once per shard: every relayed result wants them. */
const namesByShard = new WeakMap<Shard, PatchNames>();

/** null: the shard's database is called like its keyspace, results pass as they are. */
export function patchNames(shard: Shard): PatchNames | null {
  if (shard.database === shard.keyspace) return null;
  let names = namesByShard.get(shard);
  if (names === undefined) {
    names = { database: Buffer.from(shard.database, 'utf8'), keyspace: Buffer.from(shard.keyspace, 'utf8') };
    namesByShard.set(shard, names);
  }
  return names;
}

/**
 * Fed with the first chunks of one response. Holds them back until the definitions are complete, then gives everything out
 * with the schema names replaced; from then on chunks need not pass here (`done`).
 */
export class MetadataPatch {
  readonly #from: Buffer;
  readonly #to: Buffer;
  #held: Buffer[] | null = null;
  #heldBytes = 0;
  done = false;

  constructor(names: PatchNames) {
    this.#from = names.database;
    this.#to = names.keyspace;
  }

  /** What may go out now; null while the definitions are incomplete. `last`: no more bytes will come. */
  push(chunk: Buffer, last: boolean): Buffer | null {
    if (this.done) return chunk;
    let bytes = chunk;
    if (this.#held !== null) {
      this.#held.push(chunk);
      bytes = Buffer.concat(this.#held, this.#heldBytes + chunk.length);
      this.#held = null;
    }
    const end = definitionsEnd(bytes);
    if (end === null && !last) {
      this.#held = [bytes];
      this.#heldBytes = bytes.length;
      return null;
    }
    this.done = true;
    this.#heldBytes = 0;
    return end === null || end === 0 ? bytes : this.#patch(bytes, end);
  }

  #patch(bytes: Buffer, end: number): Buffer {
    const grow = this.#to.length - this.#from.length;
    let hits = 0;
    for (let at = packetEnd(bytes, 0); at < end; at = packetEnd(bytes, at))
      if (this.#names(bytes, at)) hits++;
    if (hits === 0) return bytes;
    const patched = Buffer.allocUnsafe(bytes.length + hits * grow);
    let from = 0;
    let to = 0;
    for (let at = packetEnd(bytes, 0); at < end; at = packetEnd(bytes, at)) {
      if (!this.#names(bytes, at)) continue;
      const start = to + (at - from);
      to += bytes.copy(patched, to, from, schemaAt(at));
      patched.writeUIntLE(bytes.readUIntLE(at, 3) + grow, start, 3);
      patched[to++] = this.#to.length;
      to += this.#to.copy(patched, to);
      from = schemaAt(at) + 1 + this.#from.length;
    }
    bytes.copy(patched, to, from);
    return patched;
  }

  /** Whether the packet at `at` is a definition of a column of our database. Names are shorter than 251 bytes. */
  #names(bytes: Buffer, at: number): boolean {
    const start = schemaAt(at) + 1;
    const end = start + this.#from.length;
    if (end > packetEnd(bytes, at) || bytes[start - 1] !== this.#from.length) return false;
    return bytes.compare(this.#from, 0, this.#from.length, start, end) === 0;
  }
}

/** Behind the header and the catalog, which always is the string "def" with its length. */
function schemaAt(packet: number): number {
  return packet + headerBytes + 4;
}

function packetEnd(bytes: Buffer, at: number): number {
  return at + headerBytes + bytes.readUIntLE(at, 3);
}

/** Offset behind the last definition; 0 when the response has none; null when it has not come whole. */
function definitionsEnd(bytes: Buffer): number | null {
  if (bytes.length <= headerBytes) return null;
  const first = bytes[headerBytes];
  if (first === okByte || first === errorByte || first === localFileByte) return 0;
  if (bytes.length < packetEnd(bytes, 0)) return null;
  const count = columnCount(bytes);
  let at = packetEnd(bytes, 0);
  for (let i = 0; i < count; i++) {
    if (at + headerBytes > bytes.length) return null;
    at = packetEnd(bytes, at);
    if (at > bytes.length) return null;
  }
  return at;
}

/** A result has at most 4,096 columns: one or three bytes. */
function columnCount(bytes: Buffer): number {
  const [first = 0, low = 0, high = 0] = bytes.subarray(headerBytes, headerBytes + 3);
  return first < localFileByte ? first : low + high * 256;
}
