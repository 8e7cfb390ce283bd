// A TCP path to a server that can be made to fail: frozen, cut, slow, or answering something else.
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface FaultyPath {
  readonly port: number;
  /** From now on nothing passes in either direction, on old and new connections, and nothing is closed. */
  freeze(): void;
  /** Passes everything again. */
  thaw(): void;
  /** Resets all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** `change` may rewrite what the server sends: a chunk's replacement, called with the bytes sent so far. */
export async function openPath(
  serverPort: number,
  change: (chunk: Buffer, offset: number) => Buffer = (chunk) => chunk,
): Promise<FaultyPath> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    let offset = 0;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        if (!to.writable) return;
        to.write(from === far ? change(chunk, offset) : chunk);
        if (from === far) offset += chunk.length;
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (frozen) from.pause();
    }
  });
  await listening(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP listener has no port');
  const setFrozen = (value: boolean): void => {
    frozen = value;
    for (const socket of sockets) {
      if (value) socket.pause();
      else socket.resume();
    }
  };
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    freeze: () => setFrozen(true),
    thaw: () => setFrozen(false),
    cut,
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A server that says what it is told to and listens to nothing. */
export async function openTalker(
  talk: (socket: Socket) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    talk(socket);
  });
  await listening(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP listener has no port');
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
