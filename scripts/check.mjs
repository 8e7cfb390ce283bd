// What needs no servers: types, lint and unused code beside each other, then the tests.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
const projects = ['architecture', 'unit', 'plan', 'protocol'].flatMap((name) => ['--project', name]);

/** Resolves with the exit code. Output is held back, so that programs beside each other do not mix their lines. */
function quietly(name, ...args) {
  const child = spawn(bin(name), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const failed = code !== 0;
      process.stdout.write(`${[name, ...args].join(' ')}: ${failed ? `failed (${code})` : 'ok'}\n`);
      if (failed) process.stdout.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });
}

function openly(name, ...args) {
  const child = spawn(bin(name), args, { cwd: root, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const codes = await Promise.all([quietly('tsc', '--noEmit'), quietly('biome', 'ci', '.'), quietly('knip')]);
// Two workers: one leaves a core idle.
codes.push(await openly('vitest', 'run', '--maxWorkers=2', ...projects));
process.exitCode = codes.some((code) => code !== 0) ? 1 : 0;
