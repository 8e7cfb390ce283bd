// Cuts a stream into chunks at given places (taken modulo its length).

export function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b);
  const chunks: Buffer[] = [];
  let from = 0;
  for (const place of [...at, stream.length]) {
    if (place > from) chunks.push(Buffer.from(stream.subarray(from, place)));
    from = place;
  }
  return chunks;
}
