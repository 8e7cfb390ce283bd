// The files the rules are about, read and cut into tokens once.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scanTokens, type Token } from './scan-tokens.ts';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** From the project's root, with slashes: `src/util/assert.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Without comments. */
  readonly code: readonly Token[];
}

export function sourceFile(path: string, text: string): SourceFile {
  const tokens = scanTokens(text);
  return { path, text, tokens, code: tokens.filter((token) => token.kind !== 'comment') };
}

/** Every file under `directory` whose name ends so. */
export function filesUnder(directory: string, endings: readonly string[]): string[] {
  return readdirSync(join(projectRoot, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) =>
      posix.join(...join(entry.parentPath, entry.name).slice(projectRoot.length).split(/[\\/]/)),
    )
    .sort();
}

export function readSources(directory: string): SourceFile[] {
  return filesUnder(directory, ['.ts']).map((path) =>
    sourceFile(path, readFileSync(join(projectRoot, path), 'utf8')),
  );
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Static, type-only, re-exporting and dynamic imports. */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  file.code.forEach((token, index) => {
    if (token.kind !== 'string') return;
    const before = file.code[index - 1];
    const called = before?.text === '(' && file.code[index - 2]?.text === 'import';
    if (before?.kind === 'word' && (before.text === 'from' || before.text === 'import')) {
      imports.push({ specifier: token.text, line: token.line });
    } else if (called) imports.push({ specifier: token.text, line: token.line });
  });
  return imports;
}

/** The imported file's path from the project's root; null for packages and Node's own modules. */
export function resolveImport(file: SourceFile, specifier: string): string | null {
  return specifier.startsWith('.') ? posix.normalize(posix.join(dirname(file.path), specifier)) : null;
}
