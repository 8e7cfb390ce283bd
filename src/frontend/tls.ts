// TLS towards clients: certificates read once, connections upgraded after their SSL request.
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { TlsOptions } from './options.ts';

/** Null when TLS is off. Throws when certificate and key do not fit (a configuration error). */
export function secureContext(tls: TlsOptions | null): SecureContext | null {
  if (tls === null || tls.mode === 'disabled') return null;
  return createSecureContext({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' });
}

/**
 * Wraps an accepted socket whose listeners were removed. `received` are bytes that came behind the SSL request: they go
 * to TLS, never to us. A client that starts its TLS handshake at once is served; commands injected in clear text are no
 * TLS record and end the connection.
 */
export function upgradeToTls(socket: Socket, received: Buffer, context: SecureContext): TLSSocket {
  socket.pause();
  if (received.length > 0) socket.unshift(received);
  return new TLSSocket(socket, { isServer: true, secureContext: context });
}
