// The configuration file, read and checked whole: every problem at once, or a config nobody has to check again.
import { readFileSync, statSync } from 'node:fs';
import { applyEnvironment } from './config/environment.ts';
import type { Config, Environment, LoadedConfig } from './config/model.ts';
import { resolveConfig } from './config/resolve.ts';
import { configSchema } from './config/schema.ts';
import { plainObject, problemsOfIssues, withoutUnknownKeys } from './config/zod-problems.ts';
import { readDocument } from './util/document.ts';
import { errorAt, formatProblems, hasErrors, inLineOrder, type Problem } from './util/problem.ts';

/** Thrown by `parseConfig`; the message lists every problem. The process ends with exit code 78. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(formatProblems(problems));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** A file larger than this is a mistake, not a configuration. */
const fileBytesMax = 16 * 1024 * 1024;

/** Reads and checks a configuration file. Never throws for anything the file, the files it names or the environment say. */
export function loadConfig(file: string, environment: Environment = process.env): LoadedConfig {
  try {
    const bytes = statSync(file).size;
    if (bytes > fileBytesMax) return failed(file, `found ${bytes} bytes; allowed: ${fileBytesMax}`);
    return checkConfig(readFileSync(file, 'utf8'), { file, environment });
  } catch (error) {
    return failed(file, error instanceof Error ? error.message : String(error));
  }
}

/** The same for a text; relative paths in it start at the folder of `file`. */
export function checkConfig(
  text: string,
  options: { readonly file: string; readonly environment?: Environment },
): LoadedConfig {
  const document = readDocument(text, options.file);
  if (document.root === null) return { config: null, problems: document.problems };
  const environment = options.environment ?? process.env;
  const overridden = applyEnvironment(plainObject(document.root), environment);
  const origin = { file: options.file, root: document.root, fromEnvironment: overridden.names };
  const found = [...document.problems];
  let parsed = configSchema.safeParse(overridden.content);
  if (!parsed.success) {
    const told = new Set(found.map(({ path }) => path));
    found.push(...problemsOfIssues(parsed.error.issues, origin).filter(({ path }) => !told.has(path)));
    // Where all that is wrong is keys nobody knows, the rest can be looked at as well.
    parsed = configSchema.safeParse(withoutUnknownKeys(overridden.content, parsed.error.issues));
  }
  if (!parsed.success) return { config: null, problems: inLineOrder(found) };
  const resolved = resolveConfig(parsed.data, { file: options.file, root: document.root, environment });
  const problems = inLineOrder([...found, ...resolved.problems]);
  return { config: hasErrors(problems) ? null : resolved.config, problems };
}

/** The config of a text. Throws ConfigError with every problem. */
export function parseConfig(
  text: string,
  options: { readonly file: string; readonly environment?: Environment },
): Config {
  const { config, problems } = checkConfig(text, options);
  if (config === null) throw new ConfigError(problems);
  return config;
}

function failed(file: string, message: string): LoadedConfig {
  return { config: null, problems: [{ ...errorAt('', message), file }] };
}
