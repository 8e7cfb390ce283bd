// Environment overrides: SHARDGATE_POOL__ACQUIRE_TIMEOUT_MS stands for pool.acquireTimeoutMs.
import { numericPaths } from './schema.ts';

export interface Overridden {
  /** A copy of the content with the overrides in place. */
  readonly content: unknown;
  /** Variable by the dotted path it sets. */
  readonly names: ReadonlyMap<string, string>;
}

/** Only names with a double underscore count: Kubernetes puts SHARDGATE_PORT and the like into every pod. */
export function applyEnvironment(
  content: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): Overridden {
  const names = new Map<string, string>();
  let result = content;
  for (const [name, value] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined || !name.startsWith('SHARDGATE_') || !name.includes('__')) continue;
    const path = name.slice('SHARDGATE_'.length).split('__').map(camelCase);
    const dotted = path.join('.');
    names.set(dotted, name);
    result = withValue(result, path, numericPaths.has(dotted) ? numberOrText(value) : value);
  }
  return { content: result, names };
}

function camelCase(words: string): string {
  return words.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Text that is no plain number stays text and is refused by the schema like any other. */
function numberOrText(text: string): number | string {
  return /^(0|-?[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
}

function withValue(content: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const isObject = typeof content === 'object' && content !== null && !Array.isArray(content);
  const members = isObject ? Object.entries(content) : [];
  const below = members.find(([name]) => name === key)?.[1];
  return Object.fromEntries([
    ...members.filter(([name]) => name !== key),
    [key, withValue(below, rest, value)],
  ]);
}
