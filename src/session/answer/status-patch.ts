// Puts the session's status flags into the last packet of a relayed answer.

const headerBytes = 4;

/** In place. The packet at `at` is an EOF or an OK (never an error). */
export function patchStatus(chunk: Buffer, at: number, status: number): void {
  const body = at + headerBytes;
  const isEof = chunk[body] === 0xfe && chunk.length - body <= 9;
  const offset = isEof ? body + 3 : skipLenenc(chunk, skipLenenc(chunk, body + 1));
  if (offset + 2 <= chunk.length) chunk.writeUInt16LE(status, offset);
}

function skipLenenc(chunk: Buffer, at: number): number {
  const first = chunk[at] ?? 0;
  if (first === 0xfc) return at + 3;
  if (first === 0xfd) return at + 4;
  if (first === 0xfe) return at + 9;
  return at + 1;
}
