// Compiles src/ to dist/ when dist/ was not built from exactly these sources.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './run.mjs';

export async function buildIfStale(root) {
  const stampFile = join(root, 'dist/.build-stamp');
  const stamp = hashOfSources(root);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  // Files of modules that are gone must not survive; a failed build must not look like a finished one.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await runStep(
    'building (tsc)',
    [process.execPath, compiler, '-p', 'tsconfig.build.json', '--noEmitOnError'],
    {
      cwd: root,
      advice: 'The sources do not compile. A clean checkout does: see `git status` for local changes.',
    },
  );
  writeFileSync(stampFile, stamp);
}

function hashOfSources(root) {
  const hash = createHash('sha256');
  for (const name of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
    hash.update(readFileSync(join(root, name)));
  }
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
