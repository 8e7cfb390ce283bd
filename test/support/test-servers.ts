// Database servers for tests: Testcontainers or processes of this machine, behind the product's own interface.
import { inject } from 'vitest';
import { type FoundServers, openServers } from '../../src/cli/servers/choose-servers.ts';
import type { ServerProvider } from '../../src/cli/servers/server-provider.ts';

export type TestServers = FoundServers | { readonly kind: 'testcontainers'; readonly image: string };

declare module 'vitest' {
  interface ProvidedContext {
    testServers: TestServers;
  }
}

/** For test files of the projects whose global set-up is `global-setup.ts`. */
export async function testServers(): Promise<ServerProvider> {
  const found = inject('testServers');
  if (found.kind !== 'testcontainers') return openServers(found);
  // Loaded only where it is used: it takes longer than starting a local server.
  const { containerServers } = await import('./container-servers.ts');
  return containerServers(found.image);
}

/** What the servers are: for what the two flavours spell, refuse or answer differently. */
export function testFlavour(): 'mariadb' | 'mysql' {
  const found = inject('testServers');
  return found.kind === 'local' ? found.binaries.flavour : 'mariadb';
}

/** The collation of utf8mb4 to which only equal bytes are equal, spaces at the end included. */
export function exactCollation(): string {
  return testFlavour() === 'mysql' ? 'utf8mb4_0900_bin' : 'utf8mb4_nopad_bin';
}
