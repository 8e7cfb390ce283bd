// Accepts clients on TCP and a Unix socket, within limits; stops and drains.

import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { SqlError } from '../errors/sql-error.ts';
import { AuthPlugin } from '../protocol/auth.ts';
import { Capability, clientCapabilities, mariadbCapabilities } from '../protocol/capabilities.ts';
import { encodeError } from '../protocol/messages.ts';
import { frame } from '../protocol/packet-framing.ts';
import { Admission } from './admission.ts';
import { AuthThrottle } from './auth-throttle.ts';
import { ClientConnection, type ConnectionShared } from './client-connection.ts';
import { Credentials } from './credentials.ts';
import type { FrontendDeps, ListenerOptions } from './options.ts';
import { createRsaKeys, type RsaKeys } from './rsa-keys.ts';
import { secureContext } from './tls.ts';

/** Connections by state. */
export interface ConnectionCounts {
  readonly login: number;
  readonly idle: number;
  readonly running: number;
  readonly closing: number;
}

export interface Listener {
  /** TCP port, null without one. */
  readonly port: number | null;
  counts(): ConnectionCounts;
  /** Accepts nobody any more; those connected stay. */
  stopAccepting(): void;
  /** Stops accepting, closes clients as they become quiet and all that are left after `deadlineMs`. */
  drain(deadlineMs: number): Promise<void>;
  /** Closes everything now; resolves when all sockets are gone and all sessions closed. */
  close(): Promise<void>;
}

// Read-ahead of a client that stops reading is bounded by this; large enough that ordinary chunks do not stall.
const writeBufferBytes = 256 * 1024;
const sweepMs = 1_000;
const drainCheckMs = 20;

function tooManyConnections(): Buffer {
  return frame(encodeError(new SqlError(1040, '08004', 'Too many connections')), 0);
}

/**
 * Starts listening. Rejects with Node's error when a port or path cannot be had (EADDRINUSE, EACCES), and when certificate
 * and key do not fit.
 */
export async function startListener(options: ListenerOptions, deps: FrontendDeps): Promise<Listener> {
  const listener = new SocketListener(options, deps, deps.keys ?? (await createRsaKeys()));
  await listener.start();
  return listener;
}

class SocketListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #deps: FrontendDeps;
  readonly #shared: ConnectionShared;
  readonly #credentials: Credentials;
  readonly #keys: RsaKeys;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<ClientConnection>();
  readonly #admission: Admission<ClientConnection>;
  readonly #offered: number;
  #sweep: NodeJS.Timeout | null = null;
  #nextId: number;
  #onEmpty: (() => void) | null = null;
  port: number | null = null;

  constructor(options: ListenerOptions, deps: FrontendDeps, keys: RsaKeys) {
    this.#options = options;
    this.#deps = deps;
    this.#keys = keys;
    this.#credentials = new Credentials(deps.users);
    this.#admission = new Admission(options.connectionsMax);
    this.#nextId = options.connectionIds?.first ?? 1;
    const context = secureContext(options.tls);
    this.#offered = clientCapabilities | (context === null ? 0 : Capability.ssl);
    this.#shared = {
      options,
      sessions: deps.sessions,
      counters: deps.counters,
      log: deps.log,
      throttle: new AuthThrottle(),
      secureContext: context,
      loggedIn: (connection) => this.#admission.loggedIn(connection),
      gone: (connection) => {
        if (!this.#connections.delete(connection)) return;
        this.#admission.remove(connection);
        if (this.#connections.size === 0) this.#onEmpty?.();
      },
    };
  }

  async start(): Promise<void> {
    const { host, port, socketPath } = this.#options;
    try {
      if (port !== null) {
        const server = this.#server(false);
        await listen(server, { host, port });
        const address = server.address();
        this.port = typeof address === 'object' && address !== null ? address.port : port;
      }
      if (socketPath !== null) {
        await removeStaleSocket(socketPath);
        await listen(this.#server(true), { path: socketPath });
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#sweep = setInterval(() => this.#expire(), sweepMs);
    this.#sweep.unref();
  }

  counts(): ConnectionCounts {
    const counts = { login: 0, idle: 0, running: 0, closing: 0 };
    for (const connection of this.#connections) counts[connection.state] += 1;
    return counts;
  }

  stopAccepting(): void {
    for (const server of this.#servers.splice(0)) server.close();
  }

  async drain(deadlineMs: number): Promise<void> {
    this.stopAccepting();
    const endAtMs = performance.now() + deadlineMs;
    while (this.#connections.size > 0 && performance.now() < endAtMs) {
      for (const connection of this.#connections) {
        if (connection.quiet || connection.state === 'login') connection.close();
      }
      await new Promise((resolve) => setTimeout(resolve, drainCheckMs));
    }
    await this.close();
  }

  async close(): Promise<void> {
    if (this.#sweep !== null) clearInterval(this.#sweep);
    const closed = this.#servers.map((server) => new Promise((resolve) => server.once('close', resolve)));
    this.stopAccepting();
    if (this.#connections.size > 0) {
      closed.push(
        new Promise((resolve) => {
          this.#onEmpty = () => resolve(undefined);
        }),
      );
    }
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(closed);
  }

  #server(isPrivate: boolean): Server {
    // The read side ignores the mark in flowing mode: it bounds what is buffered towards a slow client.
    const server = createServer({ noDelay: true, keepAlive: true, highWaterMark: writeBufferBytes });
    server.on('connection', (socket) => this.#accept(socket, isPrivate));
    // Out of descriptors: those connected go on, new ones wait in the kernel's queue.
    server.on('error', (error) => {
      // What keeps it from listening is told by who started it.
      if (server.listening) this.#deps.log.warn({ err: error }, 'accepting a client failed');
    });
    this.#servers.push(server);
    return server;
  }

  #accept(socket: Socket, isPrivate: boolean): void {
    const address = isPrivate ? 'localhost' : plainAddress(socket.remoteAddress ?? '');
    const nowMs = performance.now();
    const verdict = this.#admission.judge(address, nowMs);
    if (verdict.kind === 'refuse') {
      socket.on('error', () => socket.destroy());
      socket.end(tooManyConnections());
      socket.destroySoon();
      return;
    }
    if (verdict.kind === 'replace') {
      this.#shared.gone(verdict.victim);
      verdict.victim.destroy();
    }
    const connection = new ClientConnection(
      this.#takeId(),
      socket,
      this.#shared,
      this.#context(address, isPrivate),
      nowMs,
    );
    this.#connections.add(connection);
    this.#admission.add(connection);
  }

  /** 32 bits wide, as the protocol has them. */
  #takeId(): number {
    const { first, step } = this.#options.connectionIds ?? { first: 1, step: 1 };
    const id = this.#nextId;
    this.#nextId = id + step > 0xffffffff ? first : id + step;
    return id;
  }

  #context(address: string, isPrivate: boolean): ConstructorParameters<typeof ClientConnection>[3] {
    const isMariaDb = /mariadb/i.test(this.#deps.sessions.serverVersion());
    return {
      credentials: this.#credentials,
      keys: this.#keys,
      address,
      offered: isMariaDb ? this.#offered | mariadbCapabilities : this.#offered,
      defaultPlugin: isMariaDb ? AuthPlugin.native : AuthPlugin.cachingSha2,
      tlsRequired: this.#options.tls?.mode === 'required',
      privateTransport: isPrivate,
    };
  }

  #expire(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections) {
      if (connection.deadlineAtMs !== 0 && connection.deadlineAtMs <= nowMs) connection.expire();
    }
  }
}

function listen(server: Server, where: { host?: string; port?: number; path?: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(error);
    server.once('error', failed);
    server.listen({ ...where, backlog: 1024 }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

/** Removes a socket file that a killed process left behind; one that somebody serves stays, and listening then fails. */
async function removeStaleSocket(path: string): Promise<void> {
  const code = await new Promise<string>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve('');
    });
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
  });
  if (code === 'ECONNREFUSED') await unlink(path);
}

/** IPv4 addresses without the prefix that dual-stack sockets put in front. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
