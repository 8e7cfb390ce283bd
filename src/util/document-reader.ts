// Reads fields out of a document tree and collects every problem with its path and line.
import { type DocumentNode, describeNode, type ListNode, type MapNode } from './document.ts';
import { didYouMean } from './nearest.ts';
import { errorAt, type Problem, warningAt } from './problem.ts';

/**
 * A mapping at a path. All getters report a wrong type and then give the fallback. Keys in snake case are found in lower
 * camel case too: protobuf's JSON, which Vitess's tools print, has both spellings.
 */
export class MapReader {
  readonly path: string;
  readonly #node: MapNode;
  readonly #report: (problem: Problem) => void;

  constructor(node: MapNode, path: string, report: (problem: Problem) => void) {
    this.#node = node;
    this.path = path;
    this.#report = report;
  }

  get keys(): readonly string[] {
    return [...this.#node.entries.keys()];
  }

  has(key: string): boolean {
    return this.#node.entries.has(this.#spelled(key));
  }

  /** The key as the document spells it. */
  #spelled(key: string): string {
    if (this.#node.entries.has(key)) return key;
    const camel = camelCase(key);
    return this.#node.entries.has(camel) ? camel : key;
  }

  /** Every key that is not known is an error that names the nearest known one; those of `ignored` have no effect. */
  allowKeys(known: readonly string[], ignored: readonly string[] = []): void {
    const camel = new Map(known.map((key) => [camelCase(key), key]));
    for (const [key, entry] of this.#node.entries) {
      if (known.includes(key) || ignored.includes(key)) continue;
      const twin = camel.get(key);
      if (twin !== undefined) {
        if (this.#node.entries.has(twin)) this.error(key, `found ${twin} and ${key}; give one of them`);
        continue;
      }
      const hint = didYouMean(key, known) || `; known: ${known.join(', ')}`;
      this.#report({ ...errorAt(this.pathOf(key), `unknown key "${key}"${hint}`), line: entry.line });
    }
  }

  error(key: string | null, message: string): void {
    this.#report({ ...errorAt(this.pathOf(key), message), line: this.#lineOf(key) });
  }

  warning(key: string | null, message: string): void {
    this.#report({ ...warningAt(this.pathOf(key), message), line: this.#lineOf(key) });
  }

  pathOf(key: string | null): string {
    if (key === null) return this.path;
    const spelled = this.#spelled(key);
    return this.path === '' ? spelled : `${this.path}.${spelled}`;
  }

  #lineOf(key: string | null): number {
    return (key === null ? undefined : this.#node.entries.get(this.#spelled(key))?.line) ?? this.#node.line;
  }

  #get(key: string): DocumentNode | null {
    const node = this.#node.entries.get(this.#spelled(key))?.node ?? null;
    // An explicit null is the same as leaving the key out.
    return node?.kind === 'scalar' && node.value === null ? null : node;
  }

  string(key: string): string | null {
    const node = this.#get(key);
    if (node === null) return null;
    if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
    const hint = node.kind === 'scalar' ? ' (put it in quotes)' : '';
    this.error(key, `found ${describeNode(node)}; allowed: a string${hint}`);
    return null;
  }

  boolean(key: string, fallback: boolean): boolean {
    const node = this.#get(key);
    if (node === null) return fallback;
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    this.error(key, `found ${describeNode(node)}; allowed: true or false`);
    return fallback;
  }

  /** A whole number within the bounds. */
  whole(key: string, least: number, most: number, fallback: number): number {
    const node = this.#get(key);
    if (node === null) return fallback;
    const value = node.kind === 'scalar' ? node.value : null;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    this.error(key, `found ${describeNode(node)}; allowed: a whole number from ${least} to ${most}`);
    return fallback;
  }

  choice<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const node = this.#get(key);
    if (node === null) return fallback;
    const found = allowed.find((choice) => node.kind === 'scalar' && node.value === choice);
    if (found !== undefined) return found;
    this.error(
      key,
      `found ${describeNode(node)}; allowed: ${allowed.filter((choice) => choice !== '').join(', ')}`,
    );
    return fallback;
  }

  map(key: string): MapReader | null {
    const node = this.#get(key);
    if (node === null) return null;
    if (node.kind === 'map') return new MapReader(node, this.pathOf(key), this.#report);
    this.error(key, `found ${describeNode(node)}; allowed: a mapping`);
    return null;
  }

  /** Mappings of a list; members of other kinds are reported and left out. */
  maps(key: string): readonly MapReader[] {
    return (this.#list(key)?.items ?? []).flatMap((item, index) => {
      const path = `${this.pathOf(key)}[${index}]`;
      if (item.kind === 'map') return [new MapReader(item, path, this.#report)];
      this.#report({
        ...errorAt(path, `found ${describeNode(item)}; allowed: a mapping`),
        line: item.line,
      });
      return [];
    });
  }

  /** Strings of a list; null when the key is absent. */
  strings(key: string): readonly string[] | null {
    const list = this.#list(key);
    if (list === null) return null;
    return list.items.flatMap((item, index) => {
      if (item.kind === 'scalar' && typeof item.value === 'string') return [item.value];
      const message = `found ${describeNode(item)}; allowed: a string`;
      this.#report({ ...errorAt(`${this.pathOf(key)}[${index}]`, message), line: item.line });
      return [];
    });
  }

  #list(key: string): ListNode | null {
    const node = this.#get(key);
    if (node === null || node.kind === 'list') return node;
    this.error(key, `found ${describeNode(node)}; allowed: a list`);
    return null;
  }

  /** True when the value is a list, for keys that take one value or several. */
  isList(key: string): boolean {
    return this.#get(key)?.kind === 'list';
  }
}

/** `column_vindexes` -> `columnVindexes`. */
function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
