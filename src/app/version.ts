// The product's version, from package.json.
import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
}

/** Two folders up from here in the sources and in dist alike. */
const manifest: Manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

export const productVersion = manifest.version;
