// Collects printed text; spells names; knows which printer prints which kind of node.
import type { Expression, Ident, Kind, Node, NodeOf, SqlText } from '../ast.ts';
import { keywordOf } from '../lexer/keywords-lookup.ts';
import { isReservedSomewhere } from '../lexer/keywords-reserved.ts';
import { levelOf } from './level-of.ts';

/** For every kind of node, how to print it. */
export type Printers = { readonly [K in Kind]: (w: Writer, node: NodeOf<K>) => void };

export interface PrintOptions {
  /** Bytes (as a binary string) of a name in the connection's character set. Default: UTF-8. */
  readonly encode?: (name: string) => SqlText;
}

function utf8(name: string): SqlText {
  return Buffer.from(name, 'utf8').toString('latin1');
}

/** The text printed so far and how to print more. */
export class Writer {
  text: SqlText = '';
  readonly #printers: Printers;
  readonly #encode: (name: string) => SqlText;

  constructor(printers: Printers, options: PrintOptions) {
    this.#printers = printers;
    this.#encode = options.encode ?? utf8;
  }

  put(text: SqlText): void {
    this.text += text;
  }

  node(node: Node): void {
    this.#print(node.kind, node);
  }

  #print<K extends Kind>(kind: K, node: NodeOf<K>): void {
    this.#printers[kind](this, node);
  }

  /** An expression where only operators of at least `minimum` may stand: others get parentheses. */
  operand(node: Expression, minimum: number): void {
    const wrap = levelOf(node) < minimum;
    if (wrap) this.text += '(';
    this.node(node);
    if (wrap) this.text += ')';
  }

  /** `lead` and the node, when there is one. */
  optional(lead: SqlText, node: Node | null): void {
    if (node === null) return;
    this.text += lead;
    this.node(node);
  }

  list(nodes: readonly Node[], separator = ', '): void {
    let first = true;
    for (const node of nodes) {
      if (!first) this.text += separator;
      first = false;
      this.node(node);
    }
  }

  /** `(a, b)`. */
  parens(nodes: readonly Node[]): void {
    this.text += '(';
    this.list(nodes);
    this.text += ')';
  }

  /** A name, quoted unless it was written without quotes and can stand so anywhere. */
  name({ name, quoted }: Pick<Ident, 'name' | 'quoted'>): void {
    this.text += !quoted && isPlainName(name) ? name : this.#quote(name);
  }

  /** The name of a function: reserved words are allowed, and quotes would change its meaning. */
  functionName({ name, quoted }: Ident): void {
    this.text += quoted ? this.#quote(name) : this.#encode(name);
  }

  /** A name that stands without quotes even where a server reserves it: of a collation, a character set, a unit. */
  word(name: string): void {
    this.text += /^\w+$/.test(name) ? name : this.#quote(name);
  }

  #quote(name: string): SqlText {
    return `\`${this.#encode(name).replaceAll('`', '``')}\``;
  }
}

/** Whether the name is a word of ASCII letters, digits and underscores that no server reserves. */
export function isPlainName(name: string): boolean {
  if (name.length === 0) return false;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at) | 0x20;
    const letter = (code >= 0x61 && code <= 0x7a) || name.charAt(at) === '_';
    const digit = at > 0 && name.charCodeAt(at) >= 0x30 && name.charCodeAt(at) <= 0x39;
    if (!letter && !digit) return false;
  }
  const keyword = keywordOf(name);
  return keyword === 0 || !isReservedSomewhere(keyword);
}
