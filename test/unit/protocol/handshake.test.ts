// Login packets: both sides agree, and no bytes make a decoder throw anything but SqlError.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { AuthPlugin, createSalt } from '../../../src/protocol/auth.ts';
import { Capability, clientCapabilities } from '../../../src/protocol/capabilities.ts';
import {
  decodeChangeUser,
  decodeGreeting,
  decodeHandshakeResponse,
  encodeGreeting,
  encodeHandshakeResponse,
  encodeSslRequest,
  isSslRequest,
} from '../../../src/protocol/handshake.ts';
import { ByteWriter } from '../../../src/value/byte-writer.ts';

const response = {
  capabilities: clientCapabilities,
  packetBytesMax: 1 << 24,
  collation: 45,
  user: 'größe',
  authData: Buffer.from('0123456789abcdefghij'),
  database: 'shop',
  plugin: AuthPlugin.native,
  attributes: new Map([
    ['_client_name', 'test'],
    ['long', 'x'.repeat(300)],
  ]),
};

describe('greeting', () => {
  test('reads back', () => {
    const greeting = {
      version: '10.11.6-MariaDB',
      connectionId: 77,
      salt: createSalt(),
      capabilities: (clientCapabilities | Capability.ssl) >>> 0,
      collation: 45,
      status: 2,
      plugin: AuthPlugin.cachingSha2,
    };
    expect(decodeGreeting(encodeGreeting(greeting))).toEqual(greeting);
  });

  test('does not offer what a relay cannot keep', () => {
    const { deprecateEof, queryAttributes, compress, optionalMetadata } = Capability;
    expect(clientCapabilities & (deprecateEof | queryAttributes | compress | optionalMetadata)).toBe(0);
  });
});

describe("MariaDB's own capabilities", () => {
  const offered = (clientCapabilities | Capability.extendedMetadata) >>> 0;
  const answered = (capabilities: number, by = offered): number =>
    decodeHandshakeResponse(encodeHandshakeResponse({ ...response, capabilities }), by).capabilities;

  test('are agreed on when both sides have them, and read back from the greeting', () => {
    const wanted = (response.capabilities | Capability.extendedMetadata | Capability.longPassword) >>> 0;
    expect(answered(wanted) & Capability.extendedMetadata).not.toBe(0);
    expect(answered(wanted, clientCapabilities) & Capability.extendedMetadata).toBe(0);
    const greeting = {
      version: '5.5.5-10.11.6-MariaDB',
      connectionId: 1,
      salt: createSalt(),
      capabilities: offered,
      collation: 45,
      status: 2,
      plugin: AuthPlugin.native,
    };
    expect(decodeGreeting(encodeGreeting(greeting))).toEqual(greeting);
  });

  test('do not appear for clients that do not speak of them, whatever fills their packet', () => {
    const plain = encodeHandshakeResponse({
      ...response,
      capabilities: response.capabilities | Capability.longPassword,
    });
    plain.fill(0xff, 9, 32);
    expect(decodeHandshakeResponse(plain, offered).capabilities & Capability.extendedMetadata).toBe(0);
  });
});

describe('handshake response', () => {
  test('reads back', () => {
    expect(decodeHandshakeResponse(encodeHandshakeResponse(response), clientCapabilities)).toEqual(response);
  });

  test('of a client that knows no plugins, with a one-byte proof length', () => {
    const capabilities = Capability.protocol41 | Capability.secureConnection | Capability.connectWithDb;
    const decoded = decodeHandshakeResponse(
      encodeHandshakeResponse({ ...response, capabilities }),
      clientCapabilities,
    );
    expect([decoded.plugin, decoded.database, decoded.authData]).toEqual([null, 'shop', response.authData]);
  });

  test('capabilities that were not offered are not agreed on', () => {
    const eager = {
      ...response,
      capabilities: clientCapabilities | Capability.deprecateEof | Capability.sessionTrack,
    };
    const decoded = decodeHandshakeResponse(encodeHandshakeResponse(eager), clientCapabilities);
    expect(decoded.capabilities).toBe(clientCapabilities);
  });

  test('an SSL request is told from a response', () => {
    expect(isSslRequest(encodeSslRequest(clientCapabilities | Capability.ssl, 1, 45))).toBe(true);
    expect(isSslRequest(encodeHandshakeResponse(response))).toBe(false);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a pre-4.1 client', Buffer.from([0x05, 0, 0, 0, 0, 0x61, 0])],
    ['a proof longer than the packet', encodeHandshakeResponse(response).subarray(0, 45)],
    ['attributes longer than the packet', encodeHandshakeResponse(response).subarray(0, -10)],
  ])('refuses %s with 1043', (_, bytes) => {
    const decode = () => decodeHandshakeResponse(bytes, clientCapabilities);
    expect(decode).toThrowError(expect.objectContaining({ errno: 1043, sqlState: '08S01' }));
  });
});

test('change user reads its fields', () => {
  const payload = new ByteWriter()
    .u8(17)
    .nulText('other')
    .u8(3)
    .text('abc')
    .nulText('shop')
    .u16(255)
    .nulText(AuthPlugin.cachingSha2)
    .lenencBytes(new ByteWriter().lenencText('k').lenencText('v').finish())
    .finish();
  expect(decodeChangeUser(payload, clientCapabilities)).toEqual({
    user: 'other',
    authData: Buffer.from('abc'),
    database: 'shop',
    collation: 255,
    plugin: AuthPlugin.cachingSha2,
    attributes: new Map([['k', 'v']]),
  });
  expect(() => decodeChangeUser(Buffer.of(17, 65), clientCapabilities)).toThrowError(
    expect.objectContaining({ errno: 1047 }),
  );
});

test('mutated packets throw nothing but SqlError', () => {
  const good = [
    encodeHandshakeResponse(response),
    encodeGreeting({
      ...response,
      version: '8',
      connectionId: 1,
      salt: createSalt(),
      status: 2,
      plugin: 'x',
    }),
  ];
  const edits = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 5 });
  fc.assert(
    fc.property(fc.constantFrom(...good), edits, fc.nat(400), (packet, changes, length) => {
      const bytes = Buffer.from(packet.subarray(0, length));
      for (const [place, byte] of changes) if (bytes.length > 0) bytes[place % bytes.length] = byte;
      for (const decode of [decodeHandshakeResponse, decodeChangeUser, decodeGreeting]) {
        try {
          decode(bytes, clientCapabilities);
        } catch (error) {
          expect(error).toBeInstanceOf(SqlError);
        }
      }
    }),
    { numRuns: 3000 },
  );
});
