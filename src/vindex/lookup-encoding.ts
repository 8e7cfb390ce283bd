// How owner values and keyspace ids are spelled in the rows of a lookup table.
import { md5 } from './digest.ts';
import { hashUint64 } from './hash.ts';
import { nullKeyDes } from './null-key-des.ts';
import { unicodeLooseMd5Kind } from './unicode-loose.ts';
import { parseUint64, readBigEndian, uint64Text } from './uint64.ts';
import type { KeyspaceId, LookupVindex, VindexValue } from './vindex.ts';
