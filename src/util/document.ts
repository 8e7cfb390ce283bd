// YAML and JSON files as a tree that knows its lines: checks can say where a fault stands, and no key reaches a prototype.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { errorAt, type Problem } from './problem.ts';

export interface MapNode {
  readonly kind: 'map';
  readonly line: number;
  /** In file order; `line` is that of the key. */
  readonly entries: ReadonlyMap<string, { readonly line: number; readonly node: DocumentNode }>;
}

export interface ListNode {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly DocumentNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly line: number;
  readonly value: string | number | boolean | null;
}

export type DocumentNode = MapNode | ListNode | ScalarNode;

export interface ParsedDocument {
  /** null when the text could not be read as a tree; a tree with problems is only there to look for more. */
  readonly root: DocumentNode | null;
  readonly problems: readonly Problem[];
}

/** More than any file written by people; keeps aliases from exploding. */
const nodesMax = 1_000_000;

/**
 * Reads YAML 1.2, of which JSON is a part. Keys stay the strings they are written as. Refused beside syntax errors: the same key
 * twice, and numbers that are not plain decimals (010, 1e9, 0x10, .nan), which people read differently than parsers do.
 */
export function readDocument(text: string, file: string | null): ParsedDocument {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    stringKeys: true,
    version: '1.2',
    prettyErrors: false,
  });
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line;
  const syntax = document.errors.map((error): Problem => {
    const key = error.code === 'DUPLICATE_KEY' ? keyAt(text, error.pos[0]) : '';
    return { ...errorAt('', error.message + key), file, line: lineOf(error.pos[0]) };
  });
  if (syntax.length > 0) return { root: null, problems: syntax };
  const problems: Problem[] = [];
  let nodes = 0;

  const convert = (node: Node | null, path: string, parentLine: number, depth: number): DocumentNode => {
    nodes += 1;
    if (nodes > nodesMax || depth > 100) throw new RangeError('document too large or too deep');
    const line = node?.range ? lineOf(node.range[0]) : parentLine;
    if (isAlias(node)) return convert(node.resolve(document) ?? null, path, line, depth + 1);
    if (isMap<Node, Node | null>(node)) {
      const entries = new Map<string, { line: number; node: DocumentNode }>();
      for (const pair of node.items) {
        const key = isScalar(pair.key) ? String(pair.key.value) : '';
        const keyLine = pair.key.range ? lineOf(pair.key.range[0]) : line;
        const below = path === '' ? key : `${path}.${key}`;
        entries.set(key, { line: keyLine, node: convert(pair.value, below, keyLine, depth + 1) });
      }
      return { kind: 'map', line, entries };
    }
    if (isSeq<Node>(node)) {
      const items = node.items.map((item, index) => convert(item, `${path}[${index}]`, line, depth + 1));
      return { kind: 'list', line, items };
    }
    const scalar = isScalar(node) ? scalarOf(node.value) : null;
    if (typeof scalar === 'number' && isScalar(node) && node.source !== String(scalar)) {
      // A password without quotes must not end up in a log.
      const number = /password[^.]*$/i.test(path) ? '' : ` ${node.source}`;
      const message = `found the number${number}; allowed: plain decimal digits, or quotes around text`;
      problems.push({ ...errorAt(path, message), file, line });
    }
    return { kind: 'scalar', line, value: scalar };
  };

  try {
    const root = convert(document.contents, '', 1, 0);
    return { root, problems };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { root: null, problems: [{ ...errorAt('', message), file, line: null }] };
  }
}

/** What stands twice. */
function keyAt(text: string, offset: number): string {
  const key = /^[\w."'-]+/.exec(text.slice(offset, offset + 80))?.[0] ?? '';
  return key === '' ? '' : `: ${key}`;
}

function scalarOf(value: unknown): ScalarNode['value'] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}

/** How a message shows what was found. */
export function describeNode(node: DocumentNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return 'a list';
  return typeof node.value === 'string' ? JSON.stringify(node.value) : String(node.value);
}
