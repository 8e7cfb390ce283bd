// The admin endpoint's HTTP server.
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { adminRoutes } from './routes.ts';
import type { AdminActions, AdminOptions, AdminSources } from './sources.ts';

const requestTimeoutMs = 10_000;
/** Scrapers, probes and people: beyond it somebody holds connections open on purpose. */
const connectionsMax = 256;

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects with Node's error when the port cannot be had. */
export async function startAdmin(
  options: AdminOptions,
  sources: AdminSources,
  actions: AdminActions,
): Promise<AdminServer> {
  const app = adminRoutes(options, sources, actions);
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 1000 },
    getRequestListener(app.fetch),
  );
  server.maxConnections = connectionsMax;
  await listen(server, options);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () => closeServer(server),
  };
}

function listen(server: Server, options: AdminOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
