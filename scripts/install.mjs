// Installs the locked dependencies when node_modules is missing or is not what package-lock.json says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './run.mjs';

export async function installIfStale(root) {
  if (isInstalled(root)) return;
  const npm = process.env.npm_execpath;
  const command = npm?.endsWith('js') ? [process.execPath, npm, 'ci'] : ['npm', 'ci'];
  await runStep('installing dependencies (npm ci)', command, {
    cwd: root,
    advice:
      'The dependencies could not be installed. Check the network (or `npm config get registry`), then try again.',
  });
}

/** npm notes what it installed in node_modules/.package-lock.json; packages for other platforms are left out. */
function isInstalled(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules/.package-lock.json'));
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional || entry.devOptional || present[path]?.version === entry.version,
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}
