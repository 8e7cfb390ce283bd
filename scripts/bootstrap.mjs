// From a fresh clone to a running program, with plain Node: installs and builds what is missing, then hands over.
//   node scripts/bootstrap.mjs start|test|test:mysql|faults|bench|compat|fuzz|soak [arguments]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale, buildToolsIfStale } from './build.mjs';
import { handOver } from './hand-over.mjs';
import { installIfStale } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNodeMajor = 20;

/** Per task: what to build, and what to run then. */
const tasks = {
  start: { build: buildIfStale, program: ['dist/main.js', 'demo'] },
  test: { build: buildIfStale, program: ['node_modules/vitest/vitest.mjs', 'run'] },
  // The tests that need servers, on MySQL from Debian unstable instead of what is installed.
  'test:mysql': {
    build: buildIfStale,
    program: [
      ...['node_modules/vitest/vitest.mjs', 'run'],
      ...['--project', 'mysql', '--project', 'integration', '--project', 'differential'],
    ],
    env: { SHARDGATE_SERVERS: 'mysql' },
  },
  // Those of the fault catalogue that take long or much memory, and the ones `test` runs as well.
  faults: {
    build: buildIfStale,
    program: [
      ...['node_modules/vitest/vitest.mjs', 'run'],
      ...['--project', 'faults', '--project', 'integration', 'test/faults', 'test/integration/faults'],
    ],
    env: { SHARDGATE_FAULTS: 'all' },
  },
  bench: { build: buildAll, program: ['.shardgate/tools/bench/run.js'] },
  compat: { build: buildAll, program: ['.shardgate/tools/test/compat/run.js'] },
  // Random worlds and statements: Shardgate against one server.
  fuzz: { build: buildToolsIfStale, program: ['.shardgate/tools/test/fuzz/main.js'] },
  // Minutes of traffic while everything it runs on goes and comes.
  soak: { build: buildAll, program: ['.shardgate/tools/test/soak/main.js'] },
};

/** Benchmarks measure the product as users run it, clients are tried on it. */
async function buildAll(root) {
  await buildIfStale(root);
  await buildToolsIfStale(root);
}

async function main() {
  const [name, ...rest] = process.argv.slice(2);
  const task = tasks[name];
  if (task === undefined)
    throw new Error(`usage: node scripts/bootstrap.mjs ${Object.keys(tasks).join('|')} [arguments]`);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNodeMajor) {
    throw new Error(
      `Node ${process.versions.node} is too old: Shardgate needs Node ${oldestNodeMajor} or newer (https://nodejs.org)`,
    );
  }
  if (!existsSync(join(root, 'package-lock.json')))
    throw new Error(`no package-lock.json in ${root}: not a complete clone`);
  await installIfStale(root);
  await task.build(root);
  Object.assign(process.env, task.env);
  process.exitCode = await handOver([...task.program, ...rest], root);
}

main().catch((error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
