// Renumbers packets of a relayed answer that follows another answer to the same command.

const headerBytes = 4;

/** Walks packet headers across chunks and adds `offset` to each sequence number, in place. */
export class SequenceShift {
  readonly #offset: number;
  /** Bytes of the current body still to come. */
  #skip = 0;
  /** Header bytes of a packet seen so far, when a chunk ended inside a header. */
  #headerSeen = 0;
  #length = 0;
  #last = 0;

  constructor(offset: number) {
    this.#offset = offset;
  }

  apply(chunk: Buffer): Buffer {
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      at = this.#header(chunk, at);
    }
    return chunk;
  }

  /** Sequence number of the next packet when the bytes so far end between packets; null inside one. */
  boundary(): number | null {
    return this.#skip === 0 && this.#headerSeen === 0 ? (this.#last + 1) & 0xff : null;
  }

  #header(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && this.#headerSeen < headerBytes) {
      const byte = chunk[at] ?? 0;
      if (this.#headerSeen < 3) this.#length |= byte << (8 * this.#headerSeen);
      else {
        this.#last = (byte + this.#offset) & 0xff;
        chunk[at] = this.#last;
      }
      this.#headerSeen++;
      at++;
    }
    if (this.#headerSeen === headerBytes) {
      this.#skip = this.#length;
      this.#length = 0;
      this.#headerSeen = 0;
    }
    return at;
  }
}
