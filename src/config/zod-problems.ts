// Between document trees and zod: plain values in, issues with file and line out.
import type { z } from 'zod';
import type { DocumentNode } from '../util/document.ts';
import { didYouMean } from '../util/nearest.ts';
import { errorAt, type Problem } from '../util/problem.ts';

export interface IssueOrigin {
  readonly file: string;
  readonly root: DocumentNode;
  /** Environment variable by the dotted path it overrides. */
  readonly fromEnvironment: ReadonlyMap<string, string>;
}

/** The tree as plain values. Keys become own properties whatever their name: `__proto__` is an unknown key like any other. */
export function plainObject(node: DocumentNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainObject);
  const object: Record<string, unknown> = {};
  for (const [key, entry] of node.entries) {
    Object.defineProperty(object, key, {
      value: plainObject(entry.node),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

export function problemsOfIssues(
  issues: readonly z.core.$ZodIssue[],
  origin: IssueOrigin,
): readonly Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [problemAt(issue.path, issue.message, origin)];
    const known = issue.message.split(',');
    return issue.keys.map((key) => {
      const hint = didYouMean(key, known) || `; known: ${known.join(', ')}`;
      return problemAt([...issue.path, key], `unknown key "${key}"${hint}`, origin);
    });
  });
}

/** The content without the keys that the issues say nobody knows. */
export function withoutUnknownKeys(content: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(content);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    let place: unknown = copy;
    for (const part of issue.path) place = isObject(place) ? Reflect.get(place, part) : null;
    if (isObject(place)) for (const key of issue.keys) Reflect.deleteProperty(place, key);
  }
  return copy;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function problemAt(path: readonly PropertyKey[], message: string, origin: IssueOrigin): Problem {
  const dotted = dottedPath(path);
  const variable = origin.fromEnvironment.get(dotted);
  if (variable !== undefined) return errorAt(dotted, `${message} (set by ${variable})`);
  return { ...errorAt(dotted, message), file: origin.file, line: lineAt(origin.root, path) };
}

export function dottedPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** Line of the deepest node on the path that is in the file; of a mapping's member, the line of its key. */
export function lineAt(root: DocumentNode, path: readonly PropertyKey[]): number {
  let node = root;
  let line = root.line;
  for (const part of path) {
    if (node.kind === 'map') {
      const entry = node.entries.get(String(part));
      if (entry === undefined) return line;
      line = entry.line;
      node = entry.node;
    } else if (node.kind === 'list') {
      const item = node.items[Number(part)];
      if (item === undefined) return line;
      line = item.line;
      node = item;
    }
  }
  return line;
}
