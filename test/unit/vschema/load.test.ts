// Faults of vschema files: all of them at once, with line, path, table and vindex.
import { describe, expect, test } from 'vitest';
import { formatProblems } from '../../../src/util/problem.ts';
import { loadKeyspace } from '../../../src/vschema/files/load.ts';

function problemsOf(value: object | string, keyspaces: readonly string[] = ['k', 'main']): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return formatProblems(loadKeyspace(text, { file: 'k.json', keyspaces: new Set(keyspaces) }).problems);
}

const sharded = (tables: object, vindexes: object = { h: { type: 'hash' } }) => ({
  sharded: true,
  vindexes,
  tables,
});

describe('loadKeyspace', () => {
  test('accepts what Vitess accepts', () => {
    const { definition, problems } = loadKeyspace(
      JSON.stringify({
        sharded: true,
        foreign_key_mode: 'unspecified',
        require_explicit_routing: true,
        vindexes: {
          h: { type: 'hash' },
          by_mail: {
            type: 'consistent_lookup_unique',
            params: { table: 'main.mail_idx', from: 'mail', to: 'keyspace_id' },
            owner: 'users',
          },
          pair: { type: 'multicol', params: { column_count: '2', column_bytes: '1,7' } },
        },
        tables: {
          users: {
            column_vindexes: [
              { column: 'id', name: 'h' },
              { columns: ['mail'], name: 'by_mail' },
            ],
            auto_increment: { column: 'id', sequence: 'main.user_seq' },
            columns: [{ name: 'name', type: 'VARCHAR', collation_name: 'utf8mb4_bin', size: 20 }],
          },
          places: { column_vindexes: [{ columns: ['region', 'id'], name: 'pair' }] },
          countries: { type: 'reference', source: 'main.countries' },
          oddments: { pinned: '00' },
        },
      }),
      { file: null, keyspaces: new Set(['main']) },
    );
    expect(problems).toEqual([]);
    expect(definition?.tables.size).toBe(4);
    expect(definition?.vindexes.get('by_mail')).toMatchObject({
      kind: 'lookup',
      unique: true,
      owner: 'users',
    });
  });

  test('accepts what GetVSchema of Vitess prints', () => {
    const column = { invisible: false, default: '', collationName: '', size: 0, scale: 0, values: [] };
    const table = {
      type: '',
      columnVindexes: [{ column: '', name: 'h', columns: ['id'] }],
      autoIncrement: { column: 'id', sequence: 'main.seq' },
      columns: [{ name: 'id', type: 'INT64', nullable: null, ...column }],
      pinned: '',
      columnListAuthoritative: true,
      source: '',
    };
    const { definition, problems } = loadKeyspace(
      JSON.stringify({
        sharded: true,
        vindexes: { h: { type: 'hash', params: {}, owner: '' } },
        tables: { t: table, u: { ...table, autoIncrement: null } },
        requireExplicitRouting: true,
        foreignKeyMode: 'unspecified',
        multiTenantSpec: null,
      }),
      { file: null, keyspaces: new Set(['main']) },
    );
    expect(problems).toEqual([]);
    expect(definition?.requireExplicitRouting).toBe(true);
    expect(definition?.tables.get('t')).toMatchObject({
      columnVindexes: [{ vindex: 'h', columns: ['id'] }],
      autoIncrement: { column: 'id' },
      columnListAuthoritative: true,
    });
    expect(definition?.tables.get('u')?.autoIncrement).toBeNull();
  });

  test('one key in two spellings is a fault', () => {
    const text =
      '{"sharded": true,\n"vindexes": {"h": {"type": "hash"}}, "tables": {"t": {"column_vindexes": [],\n"columnVindexes": []}}}';
    expect(problemsOf(text)).toContain(
      'k.json:3: tables.t.columnVindexes: found column_vindexes and columnVindexes; give one of them',
    );
  });

  test('names every fault with its line', () => {
    const text = `{
  "sharded": true,
  "shraded": 1,
  "vindexes": {
    "h": { "type": "hsah" },
    "x": { "type": "xxhash", "parms": {} },
    "n": { "type": "xxhash", "params": { "width": 7 } }
  },
  "tables": {
    "a": { "column_vindexes": [{ "column": "id", "name": "y" }] },
    "b": { "column_vindexes": [{ "column": "id", "columns": ["id"], "name": "x" }] },
    "c": {},
    "d": { "type": "refrence" }
  }
}`;
    expect(problemsOf(text)).toBe(
      [
        'k.json:3: shraded: unknown key "shraded" (did you mean "sharded"?)',
        'k.json:5: vindexes.h.type: unknown vindex type "hsah" (did you mean "hash"?)',
        'k.json:6: vindexes.x.parms: unknown key "parms" (did you mean "params"?)',
        'k.json:7: vindexes.n.params.width: found 7; allowed: a string (put it in quotes)',
        'k.json:10: tables.a: table "a": vindex "y" does not exist (did you mean "h"?)',
        'k.json:11: tables.b.column_vindexes[0].columns: table "b": found column and columns; give one of them',
        'k.json:12: tables.c: table "c": needs column_vindexes, or the type reference, or pinned, or a default for "*"',
        'k.json:13: tables.d.type: found "refrence"; allowed: sequence, reference',
        'k.json:13: tables.d: table "d": needs column_vindexes, or the type reference, or pinned, or a default for "*"',
      ].join('\n'),
    );
  });

  test.each([
    [
      'a primary vindex that is not unique',
      sharded(
        { t: { column_vindexes: [{ column: 'a', name: 'l' }] } },
        { l: { type: 'lookup', params: { table: 't2', from: 'a', to: 'k' } } },
      ),
      'table "t": the first vindex decides where rows live and must be unique; "l" (lookup) is not',
    ],
    [
      'a lookup as primary vindex of the table that owns it',
      sharded(
        { t: { column_vindexes: [{ column: 'a', name: 'l' }] } },
        { l: { type: 'lookup_unique', owner: 't', params: { table: 't2', from: 'a', to: 'k' } } },
      ),
      'is a lookup that the table itself owns',
    ],
    [
      'too few columns',
      sharded(
        { t: { column_vindexes: [{ column: 'a', name: 'm' }] } },
        { m: { type: 'multicol', params: { column_count: '2' } } },
      ),
      'vindex "m" (multicol) takes 2 columns, found 1',
    ],
    [
      'an owner that does not exist',
      sharded({}, { l: { type: 'lookup', owner: 'usres', params: { table: 't2', from: 'a', to: 'k' } } }),
      'vindex "l": its owner, table "usres", does not exist',
    ],
    [
      'an owner that does not use its vindex',
      sharded(
        { t: { column_vindexes: [{ column: 'a', name: 'h' }] } },
        { l: { type: 'lookup', owner: 't', params: { table: 't2', from: 'a', to: 'k' } } },
      ),
      'warning: vindex "l": its owner, table "t", does not use it; nobody keeps the vindex, so it is not used',
    ],
    [
      'several columns of a vindex that takes one',
      sharded({ t: { column_vindexes: [{ columns: ['a', 'b'], name: 'h' }] } }),
      'warning: table "t": vindex "h" (hash) takes 1 column, a; b has no effect',
    ],
    [
      'lookups without parameters',
      sharded({}, { l: { type: 'lookup' } }),
      'lookup: needs the parameter table',
    ],
    [
      'a sequence in no keyspace',
      sharded({
        t: {
          column_vindexes: [{ column: 'a', name: 'h' }],
          auto_increment: { column: 'a', sequence: 'mian.s' },
        },
      }),
      'table "t": its sequence "mian.s" names no keyspace (did you mean "main"?)',
    ],
    [
      'a sequence in a sharded keyspace',
      sharded({ s: { type: 'sequence' } }),
      'table "s": a sequence must be in an unsharded keyspace, or pinned to one shard',
    ],
    [
      'a range without ids',
      sharded({}, { r: { type: 'range', params: { values: 'date', splits: '2024-01-01' } } }),
      'warning: range without ids: adding a split would move rows',
    ],
    [
      'a default with a vindex of several columns',
      sharded(
        { '*': { column_vindexes: [{ name: 'm' }] } },
        { m: { type: 'multicol', params: { column_count: '2' } } },
      ),
      'table "*": vindex "m" is no unique vindex of one column that computes ids',
    ],
    [
      'an unknown parameter',
      sharded({}, { h: { type: 'hash', params: { hello: 'x' } } }),
      'warning: hash knows no parameter "hello"',
    ],
    ['no object', '[1]', 'found a list; allowed: a JSON object'],
    ['no JSON', '{"sharded": tru', 'k.json:1'],
    ['a key twice', '{"tables": {}, "tables": {}}', 'Map keys must be unique'],
    ['a whole cluster', '{"keyspaces": {}}', 'found a whole cluster; allowed: one keyspace'],
  ])('reports %s', (_, value, message) => {
    expect(problemsOf(value)).toContain(message);
  });

  test('names like __proto__ are names', () => {
    const text = `{"sharded": true, "vindexes": {"__proto__": {"type": "hash"}},
      "tables": {"__proto__": {"column_vindexes": [{"column": "constructor", "name": "__proto__"}]}, "toString": {"type": "reference"}}}`;
    const { definition } = loadKeyspace(text, { file: null });
    expect([...(definition?.tables.keys() ?? [])]).toEqual(['__proto__', 'toString']);
    expect(definition?.vindexes.get('__proto__')).toMatchObject({ type: 'hash' });
    expect('polluted' in {}).toBe(false);
  });
});
