// The demo's keyspaces as commands without servers see them.
import { fileURLToPath } from 'node:url';
import { readKeyspaces } from '../../src/app/keyspaces.ts';
import { snapshot } from '../../src/app/schema.ts';
import { parseConfig } from '../../src/config.ts';
import type { VSchema } from '../../src/vschema/model.ts';

const files = fileURLToPath(new URL('../../vschema/', import.meta.url));

/** Keyspace shop over four shards, and main. */
export function offlineShop(): VSchema {
  const server = { host: '127.0.0.1', port: 1, user: 'u' };
  const shards = ['-40', '40-80', '80-c0', 'c0-'].map((name, index) => [
    name,
    { primary: { ...server, database: `shop_${index}` } },
  ]);
  const config = parseConfig(
    JSON.stringify({
      users: [{ name: 'app', password: 'app' }],
      keyspaces: {
        shop: { vschema: 'shop.vschema.json', schema: 'shop.sql', shards: Object.fromEntries(shards) },
        main: { schema: 'main.sql', shards: { '-': { primary: { ...server, database: 'main' } } } },
      },
    }),
    { file: `${files}offline.yaml`, environment: {} },
  );
  const { keyspaces, problems } = readKeyspaces(config);
  if (keyspaces.length === 0) throw new Error(JSON.stringify(problems));
  const flavour = { kind: 'mariadb', version: 101106, versionText: '10.11.6-MariaDB' } as const;
  return snapshot(1, keyspaces, null, flavour);
}
