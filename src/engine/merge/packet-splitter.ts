// Chunks -> packet payloads. A payload inside one chunk is a view on it; only what spans chunks is copied, once.

const headerBytes = 4;
const payloadMax = 0xffffff;

export class PacketSplitter {
  /** Called for every packet; may be another one from some packet on. */
  onPayload: (payload: Buffer) => void;
  /** Bytes of a packet whose end has not come yet. */
  #parts: Buffer[] = [];
  #partsBytes = 0;
  /** How many bytes `#parts` must have before it is worth joining them. */
  #wanted = headerBytes;
  /** Payloads of full-sized packets that the next packet continues. */
  #large: Buffer[] = [];

  constructor(onPayload: (payload: Buffer) => void) {
    this.onPayload = onPayload;
  }

  /** Calls back for every packet that is complete; keeps the rest for the next chunk. */
  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#partsBytes > 0) {
      this.#parts.push(chunk);
      this.#partsBytes += chunk.length;
      if (this.#partsBytes < this.#wanted) return;
      bytes = Buffer.concat(this.#parts, this.#partsBytes);
      this.#parts = [];
      this.#partsBytes = 0;
    }
    let at = 0;
    while (bytes.length - at >= headerBytes) {
      const length = bytes.readUIntLE(at, 3);
      const end = at + headerBytes + length;
      if (end > bytes.length) break;
      this.#payload(bytes.subarray(at + headerBytes, end));
      at = end;
    }
    if (at < bytes.length) this.#keep(bytes.subarray(at));
  }

  #keep(rest: Buffer): void {
    this.#parts.push(rest);
    this.#partsBytes = rest.length;
    this.#wanted = rest.length < headerBytes ? headerBytes : headerBytes + rest.readUIntLE(0, 3);
  }

  #payload(payload: Buffer): void {
    if (payload.length === payloadMax) {
      this.#large.push(payload);
    } else if (this.#large.length > 0) {
      const whole = Buffer.concat([...this.#large, payload]);
      this.#large = [];
      this.onPayload(whole);
    } else {
      this.onPayload(payload);
    }
  }
}
