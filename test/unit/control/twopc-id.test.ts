// Names of distributed transactions: short enough for XA, readable by recovery, never mistaken for somebody else's.
import { describe, expect, test } from 'vitest';
import {
  branchQualifier,
  formatId,
  parseBranchQualifier,
  parseTransactionId,
  preparedBranch,
  shardTag,
  transactionId,
  xidText,
} from '../../../src/control/twopc-id.ts';

const longest = 'a_keyspace_with_a_very_long_name_indeed/8000000000000000-c000000000000000';

describe('ids', () => {
  test('hold owner, thread and deciding shard', () => {
    const dtid = transactionId('abcd1234', 17, 4711, 'shop/-40');
    expect(parseTransactionId(dtid)).toEqual({ owner: 'abcd1234', threadId: 4711, decidingTag: 'shop/-40' });
    expect(parseBranchQualifier(branchQualifier('shop/c0-', 4711))).toEqual({
      tag: 'shop/c0-',
      threadId: 4711,
    });
    expect(xidText('g', 'b/')).toBe(`x'67',x'622f',${formatId}`);
  });

  test('fit into the 64 bytes of XA, whatever the shard is called', () => {
    for (const shard of [longest, 'ключ/-80', "it's/-", 'shop/-40']) {
      const dtid = transactionId('abcd1234', Number.MAX_SAFE_INTEGER % 36 ** 7, 0xffffffff, shard);
      expect(dtid.length).toBeLessThanOrEqual(64);
      expect(branchQualifier(shard, 0xffffffff).length).toBeLessThanOrEqual(64);
      expect(dtid).toMatch(/^[A-Za-z0-9_/~.-]+$/);
      expect(parseTransactionId(dtid)?.decidingTag).toBe(shardTag(shard));
    }
    expect(shardTag(longest)).not.toBe(shardTag(`${longest}0`));
  });
});

describe('fault 81: rows of XA RECOVER', () => {
  const row = (dtid: string, bqual: string, id = formatId) => ({
    formatID: id,
    gtrid_length: dtid.length,
    bqual_length: bqual.length,
    data: Buffer.from(dtid + bqual, 'latin1'),
  });

  test('ours are read, as bytes or as text', () => {
    const dtid = transactionId('abcd1234', 1, 2, 'shop/-40');
    const bqual = branchQualifier('shop/40-80', 3);
    expect(preparedBranch(row(dtid, bqual))).toEqual({ dtid, bqual });
    expect(preparedBranch({ ...row(dtid, bqual), data: dtid + bqual, formatID: String(formatId) })).toEqual({
      dtid,
      bqual,
    });
  });

  test('others are nobody', () => {
    const dtid = transactionId('abcd1234', 1, 2, 'shop/-40');
    expect(preparedBranch(row(dtid, 'b', 1))).toBeNull();
    expect(preparedBranch(row('sg1.x', 'b'))).toBeNull();
    expect(preparedBranch(row(`${dtid}.more`, 'b'))).toBeNull();
    expect(preparedBranch(row('sg2.a.b.c.d', 'b'))).toBeNull();
    expect(preparedBranch(row("sg1.a'.1.2.s", 'b'))).toBeNull();
    expect(preparedBranch(row('ÿþ', ''))).toBeNull();
  });
});
