import { describe, expect, it } from 'vitest';
import { decodeEof, decodeOk, encodeEof, encodeOk } from '../../../src/protocol/messages.ts';
import { frame } from '../../../src/protocol/packet-framing.ts';
import { ServerStatus, statusFlags } from '../../../src/session/answer/status.ts';
import { patchStatus } from '../../../src/session/answer/status-patch.ts';

const inTransaction = ServerStatus.inTransaction | ServerStatus.autocommit;

describe('trap 13: status bytes', () => {
  it('replaces the flags of an EOF behind rows', () => {
    const rows = Buffer.from('0100000131', 'hex');
    const chunk = Buffer.concat([
      rows,
      frame(encodeEof({ warnings: 3, status: ServerStatus.autocommit }), 5),
    ]);
    patchStatus(chunk, rows.length, inTransaction);
    expect(decodeEof(chunk.subarray(rows.length + 4))).toEqual({ warnings: 3, status: inTransaction });
  });

  it.each([0n, 250n, 251n, 65_536n, 2n ** 40n])(
    'replaces the flags of an OK with %s affected rows',
    (affectedRows) => {
      const message = {
        affectedRows,
        lastInsertId: affectedRows,
        status: 0,
        warnings: 1,
        info: 'Rows matched: 1',
      };
      const chunk = frame(encodeOk(message), 1);
      patchStatus(chunk, 0, inTransaction);
      expect(decodeOk(chunk.subarray(4))).toEqual({ ...message, status: inTransaction });
    },
  );

  it('tells of a read-only transaction only while one is open', () => {
    const facts = { readOnlyTransaction: true, autocommit: true, noBackslashEscapes: false };
    expect(statusFlags({ ...facts, inTransaction: true }, false)).toBe(
      inTransaction | ServerStatus.inReadOnlyTransaction,
    );
    expect(statusFlags({ ...facts, inTransaction: false }, true)).toBe(
      ServerStatus.autocommit | ServerStatus.moreResults,
    );
  });
});
