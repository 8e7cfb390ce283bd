// What the steps of resolving share: where problems go, and how files and the environment are read.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DocumentNode } from '../util/document.ts';
import { errorAt, type Problem, warningAt } from '../util/problem.ts';
import type { Environment } from './model.ts';
import { dottedPath, lineAt } from './zod-problems.ts';

export type Path = readonly (string | number)[];

export interface Resolver {
  readonly problems: Problem[];
  readonly environment: Environment;
  error(path: Path, message: string): void;
  warning(path: Path, message: string): void;
  /** Absolute name of a path that is relative to the configuration's folder. */
  file(name: string): string;
  /** Text of such a file; null after reporting that it cannot be read. */
  read(path: Path, name: string): string | null;
  /** Value of an environment variable; null after reporting that it is not set. */
  variable(path: Path, name: string): string | null;
}

export interface ResolverOptions {
  readonly file: string;
  readonly root: DocumentNode;
  readonly environment: Environment;
}

export function createResolver(options: ResolverOptions): Resolver {
  const problems: Problem[] = [];
  const folder = dirname(resolve(options.file));
  const place = (path: Path) => ({ file: options.file, line: lineAt(options.root, path) });
  const error = (path: Path, message: string): void => {
    problems.push({ ...errorAt(dottedPath(path), message), ...place(path) });
  };
  return {
    problems,
    environment: options.environment,
    error,
    warning(path, message) {
      problems.push({ ...warningAt(dottedPath(path), message), ...place(path) });
    },
    file: (name) => resolve(folder, name),
    read(path, name) {
      try {
        return readFileSync(resolve(folder, name), 'utf8');
      } catch (cause) {
        error(path, `cannot read ${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
        return null;
      }
    },
    variable(path, name) {
      const value = options.environment[name];
      if (value === undefined) error(path, `the environment variable ${name} is not set`);
      return value ?? null;
    },
  };
}
