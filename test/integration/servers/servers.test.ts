// Database servers start, stop, keep their data, and never outlive whoever started them.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, isPortFree } from '../../../src/cli/servers/free-port.ts';
import { type GuardedCommand, guardianCommand, startGuarded } from '../../../src/cli/servers/guardian.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { testServers } from '../../support/test-servers.ts';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shardgate-servers-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('a server', () => {
  test('keeps its data over stop, start and crash', async () => {
    const provider = await testServers();
    const options = { name: 'kept', dataDirectory: join(directory, 'kept'), port: 0, durable: true };
    const first = await provider.start(options);
    await execute(first.admin, 'CREATE DATABASE d; CREATE TABLE d.t (a INT); INSERT INTO d.t VALUES (7)');
    await first.stop();
    expect(await isPortFree(first.port)).toBe(true);
    const second = await provider.start(options);
    await execute(second.admin, 'INSERT INTO d.t VALUES (8)');
    await second.crash();
    const third = await provider.start(options);
    expect(await execute(third.admin, 'SELECT a FROM d.t ORDER BY a')).toEqual([{ a: 7 }, { a: 8 }]);
    await third.stop();
    await third.stop();
  });

  test('says why it does not start', async () => {
    const provider = await testServers();
    const start = provider.start({
      name: 'odd',
      dataDirectory: null,
      port: 0,
      durable: false,
      extraArguments: ['--no-such-option'],
    });
    await expect(start).rejects.toThrow(/odd did not start[\s\S]*no-such-option/);
  });

  test('is reachable from this machine only, and not without a password', async () => {
    const provider = await testServers();
    const server = await provider.start({ name: 'closed', dataDirectory: null, port: 0, durable: false });
    const access = { host: server.host, port: server.port, user: 'root', password: '' };
    await expect(connectAsAdmin(access)).rejects.toThrow(/denied|not allowed/i);
    await server.stop();
  });
});

describe('a guarded process', () => {
  test('dies with a parent that is killed, and its directory goes', async () => {
    const port = await freePort();
    const runDirectory = join(directory, 'run');
    await mkdir(runDirectory);
    const server = `require('node:net').createServer().listen(${port}, '127.0.0.1')`;
    const { file, args } = guardianCommand({ ...guarded(server), removeDirectory: runDirectory });
    const parentProgram = `
      const [file, args] = JSON.parse(process.argv[1]);
      require('node:child_process').spawn(file, args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', parentProgram, JSON.stringify([file, args])]);
    await until(async () => !(await isPortFree(port)));
    parent.kill('SIGKILL');
    await until(() => isPortFree(port));
    await until(() => !existsSync(runDirectory));
  });

  test('gets SIGTERM first, and SIGKILL when it does not care', async () => {
    const program =
      "process.on('SIGTERM', () => console.log('asked')); setInterval(() => {}, 1000); console.log('ready')";
    const stubborn = guarded(program);
    const running = await startGuarded({ ...stubborn, graceSeconds: 1 });
    await until(() => readFileSync(stubborn.logFile, 'utf8').includes('ready'));
    await running.stop();
    expect(readFileSync(stubborn.logFile, 'utf8')).toContain('asked');
    expect(isAlive(running.pid)).toBe(false);
  });

  test('reports its own end, with its files still there', async () => {
    const runDirectory = join(directory, 'short');
    await mkdir(runDirectory);
    const running = await startGuarded({ ...guarded("console.log('bye')"), removeDirectory: runDirectory });
    await running.exited;
    expect(existsSync(runDirectory)).toBe(true);
    await running.stop();
    expect(existsSync(runDirectory)).toBe(false);
  });
});

function guarded(program: string): GuardedCommand {
  return {
    command: [process.execPath, '-e', program],
    env: { PATH: process.env['PATH'] },
    workingDirectory: directory,
    logFile: join(directory, `${randomUUID()}.log`),
    removeDirectory: null,
    lastCommand: null,
  };
}

/** Resolves when the condition holds; rejects when it does not come true in time. */
async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
    await sleep(25);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function execute(admin: Parameters<typeof connectAsAdmin>[0], sql: string): Promise<unknown> {
  const connection = await connectAsAdmin(admin);
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    await connection.end();
  }
}
