// `npm start` and `npm test` hand over to a program: exit codes and signals go through, and nobody is left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

const handOver = new URL('../../../scripts/hand-over.mjs', import.meta.url).href;

/** Prints its pid and waits; ends with 7 when told to, and when its channel closes. */
const program = `
  process.on('SIGTERM', () => { console.log('told'); process.exit(7); });
  process.on('disconnect', () => process.exit(8));
  console.log(process.pid);`;
const handingOver = (code: string): string =>
  `import(${JSON.stringify(handOver)}).then((m) => m.handOver(['-e', ${JSON.stringify(code)}], process.cwd()))
     .then((exit) => { process.exitCode = exit; });`;

test('the exit code is the program’s', async () => {
  const child = run(handingOver('process.exit(5)'));
  expect(await exitOf(child)).toBe(5);
});

test('a program that dies of a signal counts as a shell counts it', async () => {
  const child = run(handingOver("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)"));
  expect(await exitOf(child)).toBe(137);
});

test('SIGTERM goes through', async () => {
  const child = run(handingOver(program));
  const pid = await firstNumber(child);
  child.kill('SIGTERM');
  expect(await exitOf(child)).toBe(7);
  await gone(pid);
});

test('the program notices when the one that handed over is killed', async () => {
  const child = run(handingOver(program));
  const pid = await firstNumber(child);
  child.kill('SIGKILL');
  await gone(pid);
});

test('both notice when the process above them is killed', async () => {
  const above = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(handingOver(program))}],
    { stdio: ['ignore', 'inherit', 'inherit'] }); setInterval(() => {}, 1000);`;
  const child = run(above);
  const pid = await firstNumber(child);
  child.kill('SIGKILL');
  await gone(pid);
});

function run(code: string): ChildProcess {
  return spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function exitOf(child: ChildProcess): Promise<unknown> {
  const [code] = await once(child, 'exit');
  return code;
}

async function firstNumber(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('no output to read');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const pid = Number(line);
  expect(pid).toBeGreaterThan(0);
  return pid;
}

/** Resolves when no such process exists; rejects when it does not go in time. */
async function gone(pid: number): Promise<void> {
  const deadline = performance.now() + 8_000;
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there`);
    await sleep(25);
  }
}
