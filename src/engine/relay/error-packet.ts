// A relayed response that ends in an error: the same packet with another message.
import type { SqlError } from '../../errors/sql-error.ts';

/**
 * `chunk` with its terminal error packet (from `terminalAt` on) saying what `error` says; the sequence id stays.
 * Messages are cut where a packet of MySQL's would be: far below the size of one packet.
 */
export function withErrorPacket(chunk: Buffer, terminalAt: number, error: SqlError): Buffer {
  const message = Buffer.from(error.message, 'utf8');
  const length = 9 + message.length;
  const packet = Buffer.allocUnsafe(4 + length);
  packet.writeUIntLE(length, 0, 3);
  packet[3] = chunk[terminalAt + 3] ?? 0;
  packet[4] = 0xff;
  packet.writeUInt16LE(error.errno, 5);
  packet.write('#', 7, 'latin1');
  packet.write(error.sqlState.padEnd(5, '0').slice(0, 5), 8, 'latin1');
  message.copy(packet, 13);
  return terminalAt === 0 ? packet : Buffer.concat([chunk.subarray(0, terminalAt), packet]);
}
