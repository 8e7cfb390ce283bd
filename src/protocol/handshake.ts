// The packets of a login: greeting, handshake response, SSL request, change user; read and written, both sides.
import { SqlError } from '../errors/sql-error.ts';
import { ByteReader, malformedPacket } from '../value/byte-reader.ts';
import { ByteWriter } from '../value/byte-writer.ts';
import { AuthPlugin, saltBytes } from './auth.ts';
import { Capability, hasFlag } from './capabilities.ts';

/** ER_HANDSHAKE_ERROR. */
export function badHandshake(): SqlError {
  return new SqlError(1043, '08S01', 'Bad handshake');
}

/** The server's first packet. */
export interface Greeting {
  /** Version text as sent; MariaDB 10 puts `5.5.5-` in front. */
  readonly version: string;
  readonly connectionId: number;
  /** 20 bytes. */
  readonly salt: Buffer;
  readonly capabilities: number;
  /** Collation id of the server's default. */
  readonly collation: number;
  readonly status: number;
  readonly plugin: string;
}

/** MARIADB_CLIENT_EXTENDED_METADATA in the word of MariaDB's own capabilities. */
const extendedMetadataBit = 1 << 3;
/** MARIADB_CLIENT_STMT_BULK_OPERATIONS: offered along, since nothing but COM_STMT_BULK_EXECUTE follows from it. */
const bulkOperationsBit = 1 << 2;

/** The flags' first word as it travels. CLIENT_MYSQL says that MariaDB's own word does not follow. */
function wireFlags(capabilities: number): number {
  const extended = hasFlag(capabilities, Capability.extendedMetadata);
  const left = extended ? Capability.longPassword | Capability.extendedMetadata : 0;
  return (capabilities & ~left) >>> 0;
}

function mariadbWord(capabilities: number): number {
  return hasFlag(capabilities, Capability.extendedMetadata) ? extendedMetadataBit : 0;
}

function offeredWord(capabilities: number): number {
  const word = mariadbWord(capabilities);
  return word === 0 ? 0 : word | bulkOperationsBit;
}

/** What `wireFlags` and `mariadbWord` took apart. */
function joinedFlags(wire: number, mariadb: number): number {
  const plain = (wire & ~Capability.extendedMetadata) >>> 0;
  const speaksMariadb = !hasFlag(wire, Capability.longPassword);
  return speaksMariadb && hasFlag(mariadb, extendedMetadataBit)
    ? (plain | Capability.extendedMetadata | Capability.longPassword) >>> 0
    : plain;
}

export function encodeGreeting(greeting: Greeting): Buffer {
  const flags = wireFlags(greeting.capabilities);
  return new ByteWriter(128)
    .u8(10)
    .nulText(greeting.version)
    .u32(greeting.connectionId)
    .bytes(greeting.salt.subarray(0, 8))
    .u8(0)
    .u16(flags & 0xffff)
    .u8(greeting.collation)
    .u16(greeting.status)
    .u16(flags >>> 16)
    .u8(saltBytes + 1)
    .zeros(6)
    .u32(offeredWord(greeting.capabilities))
    .bytes(greeting.salt.subarray(8, saltBytes))
    .u8(0)
    .nulText(greeting.plugin)
    .finish();
}

/** Throws 1043 for protocols other than 10 and servers older than 4.1, 1835 when malformed. */
export function decodeGreeting(payload: Buffer): Greeting {
  const reader = new ByteReader(payload);
  if (reader.u8() !== 10) throw badHandshake();
  const version = reader.nulBytes().toString('latin1');
  const connectionId = reader.u32();
  const salt1 = reader.slice(8);
  reader.u8();
  const lower = reader.u16();
  const collation = reader.u8();
  const status = reader.u16();
  const wire = (lower | (reader.u16() << 16)) >>> 0;
  if (!hasFlag(wire, Capability.protocol41)) throw badHandshake();
  const saltLength = reader.u8();
  reader.slice(6);
  const capabilities = joinedFlags(wire, reader.u32());
  const salt2 = reader.slice(Math.max(13, saltLength - 8)).subarray(0, saltBytes - 8);
  const named = hasFlag(capabilities, Capability.pluginAuth) && reader.left > 0;
  const plugin = named ? reader.nulOrRestBytes().toString('latin1') : AuthPlugin.native;
  return {
    version,
    connectionId,
    salt: Buffer.concat([salt1, salt2]),
    capabilities,
    collation,
    status,
    plugin,
  };
}

/** A client's answer to the greeting. */
export interface HandshakeResponse {
  readonly capabilities: number;
  readonly packetBytesMax: number;
  readonly collation: number;
  readonly user: string;
  readonly authData: Buffer;
  readonly database: string | null;
  /** Null when the client does not speak of plugins: it means mysql_native_password. */
  readonly plugin: string | null;
  readonly attributes: ReadonlyMap<string, string>;
}

const noAttributes: ReadonlyMap<string, string> = new Map();
// MySQL keeps at most 64 KiB of attributes.
const attributesBytesMax = 65536;

/** True for the short form of the handshake response that asks for TLS. */
export function isSslRequest(payload: Buffer): boolean {
  return payload.length === 32 && hasFlag(payload.readUInt32LE(0), Capability.ssl);
}

export function encodeSslRequest(capabilities: number, packetBytesMax: number, collation: number): Buffer {
  return new ByteWriter(32)
    .u32(wireFlags(capabilities))
    .u32(packetBytesMax)
    .u8(collation)
    .zeros(19)
    .u32(mariadbWord(capabilities))
    .finish();
}

/** `capabilities` in the result are those both sides agreed on. Throws 1043 for anything malformed or older than 4.1. */
export function decodeHandshakeResponse(payload: Buffer, offered: number): HandshakeResponse {
  try {
    return readHandshakeResponse(payload, offered);
  } catch (error) {
    if (error instanceof SqlError) throw badHandshake();
    throw error;
  }
}

function readHandshakeResponse(payload: Buffer, offered: number): HandshakeResponse {
  const reader = new ByteReader(payload);
  const wire = reader.u32();
  if (!hasFlag(wire & offered, Capability.protocol41)) throw badHandshake();
  const packetBytesMax = reader.u32();
  const collation = reader.u8();
  reader.slice(19);
  const capabilities = (joinedFlags(wire, reader.u32()) & offered) >>> 0;
  const user = reader.nulOrRestBytes().toString('utf8');
  const authData = readAuthData(reader, capabilities);
  const withDb = hasFlag(capabilities, Capability.connectWithDb) && reader.left > 0;
  const database = withDb ? reader.nulOrRestBytes().toString('utf8') : '';
  const withPlugin = hasFlag(capabilities, Capability.pluginAuth);
  const plugin = withPlugin ? reader.nulOrRestBytes().toString('latin1') : null;
  const withAttributes = hasFlag(capabilities, Capability.connectAttrs) && reader.left > 0;
  const attributes = withAttributes ? readAttributes(reader) : noAttributes;
  return {
    capabilities,
    packetBytesMax,
    collation,
    user,
    authData,
    database: database === '' ? null : database,
    plugin,
    attributes,
  };
}

function readAuthData(reader: ByteReader, capabilities: number): Buffer {
  if (reader.left === 0) return Buffer.alloc(0);
  if (hasFlag(capabilities, Capability.pluginAuthLenencData)) return reader.lenencBytes();
  if (hasFlag(capabilities, Capability.secureConnection)) return reader.slice(reader.u8());
  return reader.nulOrRestBytes();
}

function readAttributes(reader: ByteReader): ReadonlyMap<string, string> {
  const block = new ByteReader(reader.lenencBytes());
  if (block.left > attributesBytesMax) throw malformedPacket();
  const attributes = new Map<string, string>();
  while (block.left > 0) {
    const key = block.lenencBytes().toString('utf8');
    attributes.set(key, block.lenencBytes().toString('utf8'));
  }
  return attributes;
}

/** The response a client writes; fields without their capability flag are left out. */
export function encodeHandshakeResponse(response: HandshakeResponse): Buffer {
  const { capabilities } = response;
  const writer = new ByteWriter(256)
    .u32(wireFlags(capabilities))
    .u32(response.packetBytesMax)
    .u8(response.collation)
    .zeros(19)
    .u32(mariadbWord(capabilities))
    .nulText(response.user);
  if (hasFlag(capabilities, Capability.pluginAuthLenencData)) writer.lenencBytes(response.authData);
  else writer.u8(response.authData.length).bytes(response.authData);
  if (hasFlag(capabilities, Capability.connectWithDb)) writer.nulText(response.database ?? '');
  if (hasFlag(capabilities, Capability.pluginAuth)) writer.nulText(response.plugin ?? AuthPlugin.native);
  if (hasFlag(capabilities, Capability.connectAttrs)) {
    const block = new ByteWriter(128);
    for (const [key, value] of response.attributes) block.lenencText(key).lenencText(value);
    writer.lenencBytes(block.finish());
  }
  return writer.finish();
}

/** COM_CHANGE_USER: `capabilities` of the login decide which fields follow. Collation 0 when the client sent none. */
export interface ChangeUser {
  readonly user: string;
  readonly authData: Buffer;
  readonly database: string | null;
  readonly collation: number;
  readonly plugin: string | null;
  readonly attributes: ReadonlyMap<string, string> | null;
}

/** Throws 1047 (as MySQL does) when malformed. */
export function decodeChangeUser(payload: Buffer, capabilities: number): ChangeUser {
  try {
    const reader = new ByteReader(payload, 1);
    const user = reader.nulBytes().toString('utf8');
    const secure = hasFlag(capabilities, Capability.secureConnection);
    const authData = secure ? reader.slice(reader.u8()) : reader.nulBytes();
    const database = reader.nulOrRestBytes().toString('utf8');
    const collation = reader.left >= 2 ? reader.u16() : 0;
    const withPlugin = hasFlag(capabilities, Capability.pluginAuth) && reader.left > 0;
    const plugin = withPlugin ? reader.nulOrRestBytes().toString('latin1') : null;
    const withAttributes = hasFlag(capabilities, Capability.connectAttrs) && reader.left > 0;
    const attributes = withAttributes ? readAttributes(reader) : null;
    return { user, authData, database: database === '' ? null : database, collation, plugin, attributes };
  } catch (error) {
    if (error instanceof SqlError) throw new SqlError(1047, '08S01', 'Unknown command');
    throw error;
  }
}

/** Asks the other side to prove itself by another plugin with this salt. */
export function encodeAuthSwitch(plugin: string, salt: Uint8Array): Buffer {
  return new ByteWriter(64).u8(0xfe).nulText(plugin).bytes(salt).u8(0).finish();
}

/** Data of the running plugin's exchange. */
export function encodeAuthMore(data: Uint8Array): Buffer {
  return new ByteWriter(data.length + 1).u8(1).bytes(data).finish();
}
