// Every command but COM_QUERY and COM_STMT_EXECUTE: one line per command number.
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import {
  Command,
  decodeLongData,
  decodeProcessKill,
  decodeSetOption,
  decodeStatementId,
} from '../protocol/commands.ts';
import { encodeEof } from '../protocol/messages.ts';
import { frame } from '../protocol/packet-framing.ts';
import { answerOk } from './answer/answer.ts';
import { statusFlags } from './answer/status.ts';
import { statusFactsOf } from './answer/status-facts.ts';
import { runFieldList } from './handlers/field-list.ts';
import { killSession } from './handlers/kill-statement.ts';
import { parseTarget } from './handlers/use-statement.ts';
import { runBulk } from './prepared/prepared-bulk.ts';
import { prepareStatement } from './prepared/prepared-prepare.ts';
import type { SessionPort } from './session-port.ts';
import { checkReadOnly } from './statement/statement-run.ts';

/** Answers one command; a promise when it waits for something. Throws nothing: errors are the returned promise's. */
export function runCommand(session: SessionPort, payload: Buffer): void | Promise<void> {
  try {
    return dispatch(session, payload);
  } catch (error) {
    return Promise.reject(error);
  }
}

function dispatch(session: SessionPort, payload: Buffer): void | Promise<void> {
  const { sink, state, deps } = session;
  switch (payload[0]) {
    case Command.ping:
      return answerOk(sink);
    case Command.initDb:
      state.setTarget(parseTarget(payload.toString('utf8', 1), deps.vschema(), state.login));
      state.noteChange({ kind: 'schema', name: state.target.database ?? '' });
      return answerOk(sink);
    case Command.stmtPrepare:
      return prepareStatement(session, payload.toString('latin1', 1)).catch((error: unknown) => {
        state.prepared.preparationFailed();
        if (error instanceof SqlError) checkReadOnly(state, payload.toString('latin1', 1));
        throw error;
      });
    case Command.stmtBulkExecute:
      return runBulk(session, payload);
    case Command.stmtSendLongData: {
      const { statementId, paramIndex, data } = decodeLongData(payload);
      state.prepared.appendLongData(statementId, paramIndex, data);
      return;
    }
    case Command.stmtClose:
      state.prepared.close(decodeStatementId(payload));
      return;
    case Command.stmtReset:
      state.prepared.reset(state.prepared.get(decodeStatementId(payload), 'mysqld_stmt_reset'));
      return answerOk(sink);
    case Command.fieldList:
      return runFieldList(session, payload);
    case Command.statistics:
      sink.raw(frame(Buffer.from(statistics(session)), 1));
      return;
    case Command.setOption:
      state.multiStatements = decodeSetOption(payload);
      sink.raw(frame(encodeEof({ warnings: 0, status: statusFlags(statusFactsOf(state), false) }), 1));
      return;
    case Command.resetConnection:
      return session.reset().then(() => answerOk(sink));
    case Command.processKill:
      return killSession(decodeProcessKill(payload), false, session).then(() => answerOk(sink));
    case Command.stmtFetch:
      throw shardgateError('SG5009', { construct: 'a server-side cursor (COM_STMT_FETCH)' });
    default:
      throw new SqlError(1047, '08S01', 'Unknown command');
  }
}

function statistics(session: SessionPort): string {
  const { registry } = session.deps;
  const uptimeSeconds = Math.floor(process.uptime());
  const perSecond = (registry.statements / Math.max(1, uptimeSeconds)).toFixed(3);
  const flushes = session.state.mode.flavour === 'mysql' ? '  Flush tables: 1' : '';
  return `Uptime: ${uptimeSeconds}  Threads: ${registry.size}  Questions: ${registry.statements}  Slow queries: 0  Opens: 0${flushes}  Open tables: 0  Queries per second avg: ${perSecond}`;
}
