// Compiles TypeScript when what lies there was not built from exactly these sources.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './run.mjs';

const advice = 'The sources do not compile. A clean checkout does: see `git status` for local changes.';

/** The product: src/ to dist/. */
export function buildIfStale(root) {
  return compileIfStale(root, {
    title: 'building (tsc)',
    project: 'tsconfig.build.json',
    from: ['src'],
    to: 'dist',
  });
}

/** Programs for developers, which Node 20 cannot run as TypeScript: benchmarks, driver matrix, fuzzer; to .shardgate/tools. */
export async function buildToolsIfStale(root) {
  const from = ['src', 'bench', 'test/compat', 'test/fuzz', 'test/support'];
  const to = '.shardgate/tools';
  await compileIfStale(root, {
    title: 'building the tools (tsc)',
    project: 'tsconfig.tools.json',
    from,
    to,
  });
  // Where the product looks for its version.
  copyFileSync(join(root, 'package.json'), join(root, to, 'package.json'));
}

async function compileIfStale(root, { title, project, from, to }) {
  const stampFile = join(root, to, '.build-stamp');
  const stamp = hashOfSources(root, project, from);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  // Files of modules that are gone must not survive; a failed build must not look like a finished one.
  rmSync(join(root, to), { recursive: true, force: true });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await runStep(title, [process.execPath, compiler, '-p', project, '--noEmitOnError'], { cwd: root, advice });
  writeFileSync(stampFile, stamp);
}

function hashOfSources(root, project, directories) {
  const hash = createHash('sha256');
  for (const name of ['tsconfig.json', project, 'package-lock.json'])
    hash.update(readFileSync(join(root, name)));
  const files = directories
    .flatMap((directory) => readdirSync(join(root, directory), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
