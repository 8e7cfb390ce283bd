// Choosing where servers come from: what the environment asks for, and what people are told when nothing works.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { findServers, sourcesFromEnvironment } from '../../../src/cli/servers/choose-servers.ts';
import { inspectServer, installedServerPaths } from '../../../src/cli/servers/find-binaries.ts';
import { freePort, isPortFree } from '../../../src/cli/servers/free-port.ts';

test('sources come from the environment, in its order', () => {
  expect(sourcesFromEnvironment(undefined)).toEqual(['installed', 'packages', 'docker']);
  expect(sourcesFromEnvironment('docker, installed')).toEqual(['docker', 'installed']);
  expect(() => sourcesFromEnvironment('docker,podman')).toThrow(
    'podman is none of installed, packages, docker',
  );
});

test('nothing to choose from is one message with what to do', async () => {
  const found = findServers({ directory: tmpdir(), sources: [], progress: () => {} });
  await expect(found).rejects.toThrow(/No MariaDB or MySQL server can be started here[\s\S]+(install|WSL2)/i);
});

test('an image that cannot be fetched is a reason, told with what to do instead', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shardgate-docker-'));
  // A daemon that answers, without image and without network.
  await writeFile(join(directory, 'docker'), '#!/bin/sh\ntest "$1" = info\n', { mode: 0o755 });
  vi.stubEnv('PATH', directory);
  try {
    const found = findServers({ directory, sources: ['docker'], progress: () => {} });
    await expect(found).rejects.toThrow(
      /No MariaDB or MySQL server[\s\S]+- docker pull mariadb:\S+ failed[\s\S]+install/i,
    );
  } finally {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true, force: true });
  }
});

test('a program that is no server, or too old a one, is refused with its reason', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shardgate-bin-'));
  const script = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  };
  try {
    const old = await script('mariadbd', 'echo "mariadbd  Ver 10.5.23-MariaDB for Linux on x86_64"');
    const mute = await script('mysqld', 'echo hello');
    const broken = await script('broken', 'exit 3');
    expect(installedServerPaths(directory).slice(0, 2)).toEqual(expect.arrayContaining([old]));
    expect(await inspectServer(old, null)).toContain(
      'is mariadb 10.5.23; needed is MariaDB 10.6 or MySQL 8.0',
    );
    expect(await inspectServer(mute, null)).toContain('does not say its version');
    expect(await inspectServer(broken, null)).toContain('does not run');
    const lonely = await script('mariadbd', 'echo "mariadbd  Ver 11.4.2-MariaDB for Linux"');
    expect(await inspectServer(lonely, null)).toContain('no share directory');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a port is free or taken', async () => {
  const port = await freePort();
  expect(await isPortFree(port)).toBe(true);
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  expect(await isPortFree(port)).toBe(false);
  await new Promise((resolve) => holder.close(resolve));
});
