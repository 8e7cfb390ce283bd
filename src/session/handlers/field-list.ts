// COM_FIELD_LIST: the mysql client's completion asks for each table's columns.
import { renameError } from '../../engine/physical-names.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { Command, decodeFieldList } from '../../protocol/commands.ts';
import { frame } from '../../protocol/packet-framing.ts';
import { resolveTable } from '../../vschema/resolve.ts';
import { collectResponse } from '../servers/backend-command.ts';
import { packetsOf } from '../servers/backend-read.ts';
import { renameSchemas } from '../servers/keyspace-names.ts';
import { probeShard } from '../servers/probe-shard.ts';
import type { SessionPort } from '../session-port.ts';

/** The answer is a list of definitions ended by EOF, without a column count. */
export async function runFieldList(session: SessionPort, payload: Buffer): Promise<void> {
  const { state, deps, sink } = session;
  const vschema = deps.vschema();
  const table = Buffer.from(decodeFieldList(payload).table, 'latin1').toString('utf8');
  const resolved = resolveTable(vschema, state.target.database, null, table);
  if (state.target.database === null && typeof resolved === 'string') {
    throw new SqlError(1046, '3D000', 'No database selected');
  }
  const keyspace = typeof resolved === 'string' ? undefined : vschema.keyspaces.get(resolved.keyspace);
  const shard = keyspace?.shardMap.shards[0] ?? probeShard(vschema, state.target);
  const lease = await state.scope.beside(shard.id, session.cancellation.signal);
  try {
    const body = Buffer.concat([Buffer.from([Command.fieldList]), payload.subarray(1)]);
    const packets = packetsOf(await collectResponse(lease.connection, body));
    const renamed = packets.map((packet, index) =>
      index === packets.length - 1 ? packet : renameSchemas(packet, shard),
    );
    sink.raw(Buffer.concat(renamed.map((packet, index) => frame(packet, (index + 1) & 0xff))));
  } catch (error) {
    throw error instanceof SqlError ? renameError(error, shard) : error;
  } finally {
    lease.done(!lease.connection.alive);
  }
}
