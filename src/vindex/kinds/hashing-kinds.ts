// Kinds that compute one id of one value and so may serve as a part of others (multicol, numeric_static_map).

export const hashingKinds: ReadonlySet<string> = new Set([
  'binary',
  'binary_md5',
  'hash',
  'numeric',
  'numeric_static_map',
  'reverse_bits',
  'unicode_loose_md5',
  'unicode_loose_xxhash',
  'xxhash',
]);
