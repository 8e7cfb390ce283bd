// A server with sysbench's table, a pipe and Shardgate in front of it, each a process of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findServers, openServers, sourcesFromEnvironment } from '../../src/cli/servers/choose-servers.ts';
import { freePort } from '../../src/cli/servers/free-port.ts';
import { connectAsAdmin } from '../../src/cli/servers/wait-until-ready.ts';

export interface Place {
  readonly name: 'direct' | 'pipe' | 'shardgate';
  readonly port: number;
  /** null for the server itself. */
  readonly pid: number | null;
}

export interface Stage {
  readonly places: readonly Place[];
  readonly admin: Awaited<ReturnType<typeof connectAsAdmin>>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const found = await findServers({
    directory: resolve('.shardgate'),
    sources: sourcesFromEnvironment(process.env['SHARDGATE_SERVERS']),
    progress: (step) => void process.stdout.write(`${step} ...\n`),
    signal: new AbortController().signal,
  });
  const server = await openServers(found).start({
    name: 'bench',
    dataDirectory: null,
    port: 0,
    durable: false,
  });
  const admin = await connectAsAdmin(server.admin);
  await admin.query('CREATE DATABASE sb');
  await admin.query("CREATE USER app@'%' IDENTIFIED BY 'app'");
  await admin.query("GRANT ALL PRIVILEGES ON *.* TO app@'%'");
  const directory = mkdtempSync(join(tmpdir(), 'shardgate-bench-'));
  const pipe = await startPipe(server.port);
  const shardgate = await startShardgate(server.port, directory);
  return {
    places: [{ name: 'direct', port: server.port, pid: null }, pipe.place, shardgate.place],
    admin,
    async close() {
      pipe.child.kill();
      shardgate.child.kill('SIGKILL');
      admin.destroy();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly place: Place;
}

async function startPipe(target: number): Promise<Started> {
  const port = await freePort();
  const child = fork(fileURLToPath(new URL('./pipe.js', import.meta.url)), [String(port), String(target)]);
  await listens(port);
  return { child, place: { name: 'pipe', port, pid: child.pid ?? null } };
}

/** One keyspace of one shard, sharded by hash: every statement is lexed, planned, routed and relayed. */
async function startShardgate(target: number, directory: string): Promise<Started> {
  const port = await freePort();
  const file = join(directory, 'shardgate.yaml');
  const vschema = {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: { sbtest1: { column_vindexes: [{ column: 'id', name: 'hash' }] } },
  };
  writeFileSync(join(directory, 'sb.vschema.json'), JSON.stringify(vschema));
  writeFileSync(
    file,
    JSON.stringify({
      listen: { host: '127.0.0.1', port },
      admin: { host: '127.0.0.1', port: await freePort() },
      users: [{ name: 'app', password: 'app' }],
      keyspaces: {
        sb: {
          vschema: 'sb.vschema.json',
          shards: {
            '-': {
              primary: { host: '127.0.0.1', port: target, user: 'app', password: 'app', database: 'sb' },
            },
          },
        },
      },
      pool: { maxPerShard: 100 },
      log: { level: 'warn' },
    }),
  );
  const child = fork(resolve('dist/main.js'), ['serve', '--config', file]);
  await listens(port);
  return { child, place: { name: 'shardgate', port, pid: child.pid ?? null } };
}

/** Resolves when somebody accepts; tries again on each refusal. */
export async function listens(port: number): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    const connected = await new Promise<boolean>((answer) => {
      const socket = connect({ host: '127.0.0.1', port }, () => {
        socket.destroy();
        answer(true);
      });
      socket.once('error', () => setTimeout(() => answer(false), 50));
    });
    if (connected) return;
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** CPU time of a process so far, in µs (10 ms steps). */
export function cpuMicroseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Resident memory of a process in MB. */
export function residentMegabytes(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}
