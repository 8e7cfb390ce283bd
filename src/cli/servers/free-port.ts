// A TCP port on 127.0.0.1: a free one, or whether a wanted one is.
import { createServer } from 'node:net';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await anyFreePort();
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    return port;
  }
}

/** Nobody listens on a port between its choice and its use, so the system may offer it twice: once is enough for us. */
const handedOut = new Set<number>();

function anyFreePort(): Promise<number> {
  return listenOnce(0);
}

/** Whether somebody could listen on the port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

async function listenOnce(port: number): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(port, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('a TCP listener has no port');
  return address.port;
}
