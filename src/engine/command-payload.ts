// Bodies of the few commands the engine sends itself.

/** COM_QUERY for SqlText. */
export function queryPayload(sql: string): Buffer {
  return textCommand(0x03, sql);
}

/** COM_STMT_PREPARE for SqlText. */
export function preparePayload(sql: string): Buffer {
  return textCommand(0x16, sql);
}

/** COM_STMT_EXECUTE of a statement without parameters, no cursor. */
export function executePayload(statementId: number): Buffer {
  const payload = Buffer.alloc(10);
  payload[0] = 0x17;
  payload.writeUInt32LE(statementId, 1);
  payload.writeUInt32LE(1, 6); // iteration count
  return payload;
}

/** COM_STMT_CLOSE; has no response. */
export function closeStatementPayload(statementId: number): Buffer {
  const payload = Buffer.alloc(5);
  payload[0] = 0x19;
  payload.writeUInt32LE(statementId, 1);
  return payload;
}

function textCommand(command: number, sql: string): Buffer {
  const payload = Buffer.allocUnsafe(sql.length + 1);
  payload[0] = command;
  payload.write(sql, 1, 'latin1');
  return payload;
}
