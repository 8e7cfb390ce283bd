// From a fresh clone to a running program, with plain Node: installs and builds what is missing, then hands over.
//   node scripts/bootstrap.mjs start|test [arguments]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build.mjs';
import { handOver } from './hand-over.mjs';
import { installIfStale } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNodeMajor = 20;

const programs = {
  start: (rest) => [join(root, 'dist/main.js'), 'demo', ...rest],
  test: (rest) => [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...rest],
};

async function main() {
  const [task, ...rest] = process.argv.slice(2);
  const program = programs[task];
  if (program === undefined)
    throw new Error(`usage: node scripts/bootstrap.mjs ${Object.keys(programs).join('|')}`);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNodeMajor) {
    throw new Error(
      `Node ${process.versions.node} is too old: Shardgate needs Node ${oldestNodeMajor} or newer (https://nodejs.org)`,
    );
  }
  if (!existsSync(join(root, 'package-lock.json')))
    throw new Error(`no package-lock.json in ${root}: not a complete clone`);
  await installIfStale(root);
  await buildIfStale(root);
  process.exitCode = await handOver(program(rest), root);
}

main().catch((error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
