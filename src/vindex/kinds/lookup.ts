// The lookup kinds: parameters of vindexes whose ids stand in a table; finding them is the engine's work.
import { problemsOf, type VindexDefinition, type VindexKind } from '../definition.ts';
import type { LookupVindex } from '../vindex.ts';

const plainParams = [
  'table',
  'from',
  'to',
  'autocommit',
  'write_only',
  'no_verify',
  'read_lock',
  'ignore_nulls',
];
/** Known to Vitess and without effect here: lookups are batched anyway. */
const tolerated = ['batch_lookup', 'multi_shard_autocommit'];

interface Variant {
  readonly type: string;
  readonly unique: boolean;
  readonly consistent: boolean;
  readonly toEncoding: LookupVindex['toEncoding'];
  readonly fromEncoding: LookupVindex['fromEncoding'];
}

function variant(type: string, traits: Partial<Omit<Variant, 'type'>>): Variant {
  return {
    type,
    unique: false,
    consistent: false,
    toEncoding: 'keyspaceId',
    fromEncoding: 'plain',
    ...traits,
  };
}

const variants: readonly Variant[] = [
  variant('lookup', {}),
  variant('lookup_unique', { unique: true }),
  variant('consistent_lookup', { consistent: true }),
  variant('consistent_lookup_unique', { consistent: true, unique: true }),
  variant('lookup_hash', { toEncoding: 'hashedInteger' }),
  variant('lookup_hash_unique', { toEncoding: 'hashedInteger', unique: true }),
  variant('lookup_unicodeloosemd5_hash', {
    toEncoding: 'hashedInteger',
    fromEncoding: 'unicodeLooseMd5Hash',
  }),
  variant('lookup_unicodeloosemd5_hash_unique', {
    toEncoding: 'hashedInteger',
    fromEncoding: 'unicodeLooseMd5Hash',
    unique: true,
  }),
];

export const lookupKinds: readonly VindexKind[] = variants.map((traits) => ({
  type: traits.type,
  params: [...plainParams, ...tolerated],
  create: (name, definition) => create(name, definition, traits),
}));

function create(name: string, definition: VindexDefinition, traits: Variant) {
  const { params } = definition;
  const missing = ['table', 'from', 'to'].filter((param) => (params.get(param) ?? '').trim() === '');
  const problems = missing.map((param) => `needs the parameter ${param}`);
  for (const param of ['autocommit', 'write_only', 'no_verify', 'ignore_nulls']) {
    const text = params.get(param);
    if (text !== undefined && text !== 'true' && text !== 'false') {
      problems.push(`found ${param} "${text}"; allowed: true or false`);
    }
  }
  const readLock = params.get('read_lock') ?? 'exclusive';
  if (readLock !== 'exclusive' && readLock !== 'shared' && readLock !== 'none') {
    problems.push(`found read_lock "${readLock}"; allowed: exclusive, shared, none`);
    return problemsOf(...problems);
  }
  if (problems.length > 0) return problemsOf(...problems);
  const from = (params.get('from') ?? '').split(',').map((column) => column.trim());
  const ignoreNulls = params.get('ignore_nulls') === 'true';
  return {
    kind: 'lookup',
    name,
    unique: traits.unique,
    nullable: ignoreNulls,
    type: traits.type,
    cost: traits.unique ? 10 : 20,
    columnCount: from.length,
    table: (params.get('table') ?? '').trim(),
    from,
    to: (params.get('to') ?? '').trim(),
    owner: definition.owner,
    consistent: traits.consistent,
    writeOnly: params.get('write_only') === 'true',
    ignoreNulls,
    autocommit: params.get('autocommit') === 'true',
    noVerify: params.get('no_verify') === 'true',
    readLock,
    toEncoding: traits.toEncoding,
    fromEncoding: traits.fromEncoding,
  } as const satisfies LookupVindex;
}
