// A view's text in the session's words: its literals keep the character set and collation it was made under.
import { shardgateError } from '../../errors/catalog.ts';
import type { Expression, Literal, Node } from '../../sql/ast.ts';
import { stringValue } from '../../sql/literal.ts';
import type { LexMode, SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { walk } from '../../sql/visitor.ts';
import { hexLiteral } from '../../text/quote.ts';
import { collationByName } from '../../value/collations.ts';
import { defaultCollation } from '../../value/default-collation.ts';
import type { Table, ViewDefinition } from '../../vschema/model.ts';
import type { PlanContext } from '../context.ts';
import { lower } from './columns-of.ts';

/*
 * A server parses a view as it was when it was made, whatever the reader's session says: backslashes escape, and text literals
 * have the collation_connection of then, as weakly as any literal. Written into the reader's statement they would get the
 * reader's. An introducer gives a literal its character set's default collation, as weakly; another collation can only be named
 * by COLLATE, which is stronger than a column's. So a view of another collation is refused, but for literals beside a column,
 * whose collation counts alone.
 */

/** SqlText that means in this session what the view's own text means. Throws a refusal where there is none. */
export function viewWords(table: Table, view: ViewDefinition, context: PlanContext): SqlText {
  const { mode } = context;
  const isForeign = view.collation !== context.connectionCollation;
  const isKept = isAscii(view.text) || keeps(mode.charset, view.text);
  if (!isForeign && isKept && !mode.noBackslashEscapes) return view.text;
  const plain = { ...mode, ansiQuotes: false, noBackslashEscapes: false, charset: 'utf8mb4' };
  const speller = new Speller(table, view, context, plain);
  let result = '';
  let at = 0;
  const root = parseStatement(view.text, plain);
  for (const { literal, kind } of stringsIn(root, textColumns(root, table, context))) {
    result += view.text.slice(at, literal.start) + speller.spelled(literal, kind);
    at = literal.end;
  }
  result += view.text.slice(at);
  if (!isAscii(result) && !keeps(mode.charset, result))
    throw speller.refusal('names beyond ASCII', 'SET NAMES utf8mb4');
  return result;
}

/**
 *  - value: its character set and collation count
 *  - besideColumn: the column's collation counts
 *  - word: a separator, where no introducer may stand
 */
type LiteralKind = 'value' | 'besideColumn' | 'word';

interface Found {
  readonly literal: Literal;
  readonly kind: LiteralKind;
}

const utf8Charsets: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'utf8']);

/** In the order of the text. */
function stringsIn(root: Node, texts: TextColumns | null): readonly Found[] {
  const kinds = new Map<Literal, LiteralKind>();
  walk(root, (node) => {
    if (node.kind === 'literal' && (node.type === 'string' || node.type === 'nString')) {
      if (!kinds.has(node)) kinds.set(node, 'value');
      return;
    }
    if (node.kind === 'aggregate' && node.separator !== null) kinds.set(node.separator, 'word');
    if (texts === null) return;
    for (const literal of [...besideColumn(node), ...besideText(node, texts)])
      kinds.set(literal, 'besideColumn');
  });
  return [...kinds]
    .filter(([{ type }]) => type === 'string' || type === 'nString')
    .map(([literal, kind]) => ({ literal, kind }))
    .sort((a, b) => a.literal.start - b.literal.start);
}

/** Lower-case names that mean a text in every table of the view that has them. */
type TextColumns = ReadonlySet<string>;

/** null: a column may be one of a derived table or of another view, and so a literal itself. */
function textColumns(root: Node, { keyspace }: Table, { vschema }: PlanContext): TextColumns | null {
  const texts = new Set<string>();
  const others = new Set<string>();
  let ofTables = true;
  walk(root, (node) => {
    if (node.kind === 'derived' || node.kind === 'with' || node.kind === 'jsonTable') ofTables = false;
    if (node.kind !== 'tableName') return;
    const known = vschema.keyspaces.get(node.schema?.name ?? keyspace)?.tables.get(node.name.name);
    if (known === undefined || known.view !== null || known.columns === null) ofTables = false;
    for (const { name, family } of known?.columns ?? [])
      (family === 'text' ? texts : others).add(lower(name));
  });
  return ofTables ? new Set([...texts].filter((name) => !others.has(name))) : null;
}

/** The literals of a call whose collation is that of a column of text among its arguments, or which has its own. */
function besideText(node: Node, texts: TextColumns): readonly Literal[] {
  if (node.kind !== 'call') return [];
  const args = node.args.map(withoutParens);
  const literals = args.filter((one) => one.kind === 'literal');
  if (formats.has(node.name)) return literals;
  const hasText = args.some((one) => one.kind === 'column' && texts.has(lower(one.name.name)));
  return joining.has(node.name) && hasText ? literals : [];
}

/** Their text has the connection's collation, whatever that of the format is. */
const formats: ReadonlySet<string> = new Set(['date_format', 'time_format', 'str_to_date']);

/** All arguments have one collation: a column's before a literal's. */
const joining: ReadonlySet<string> = new Set([
  'concat',
  'concat_ws',
  'coalesce',
  'ifnull',
  'replace',
  'nullif',
]);

/** The literals that `node` compares with a column alone. */
function besideColumn(node: Node): readonly Literal[] {
  const operands = comparedIn(node).map(withoutParens);
  const literals = operands.filter((one) => one.kind === 'literal');
  const isBeside = operands.some((one) => one.kind === 'column') && literals.length === operands.length - 1;
  return isBeside ? literals : [];
}

function comparedIn(node: Node): readonly Expression[] {
  switch (node.kind) {
    case 'comparison':
      return [node.left, node.right];
    case 'inList':
      return [node.operand, ...node.list.items];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'like':
      return [node.operand, node.pattern];
    default:
      return [];
  }
}

function withoutParens(expression: Expression): Expression {
  return expression.kind === 'paren' ? withoutParens(expression.expression) : expression;
}

class Speller {
  readonly #table: Table;
  readonly #view: ViewDefinition;
  readonly #context: PlanContext;
  readonly #plain: LexMode;

  constructor(table: Table, view: ViewDefinition, context: PlanContext, plain: LexMode) {
    this.#table = table;
    this.#view = view;
    this.#context = context;
    this.#plain = plain;
  }

  spelled(literal: Literal, kind: LiteralKind): SqlText {
    const value = stringValue(literal.text, this.#plain);
    const own = literal.introducer ?? (literal.type === 'nString' ? 'utf8mb3' : null);
    if (own !== null) return introduced(own, value);
    const { connectionCollation, mode } = this.#context;
    const isKept = isAscii(value) || keeps(mode.charset, value);
    if (isKept && (this.#view.collation === connectionCollation || kind === 'word'))
      return quoted(value, mode);
    if (kind === 'word') throw this.refusal('a separator beyond ASCII', 'SET NAMES utf8mb4');
    return introduced(this.#charset(value, kind), value);
  }

  /** Of the introducer that gives a literal the view's collation. */
  #charset(value: string, kind: LiteralKind): string {
    const { collation } = this.#view;
    const charset = collationByName(collation)?.charset ?? '';
    const isDefault = collation === defaultCollation(charset, this.#context.mode);
    if (charset === '' || (!isDefault && kind !== 'besideColumn'))
      throw this.refusal(`literals of collation ${collation}`, `SET collation_connection = ${collation}`);
    // The text came as UTF-8.
    if (!isAscii(value) && !keeps(charset, value))
      throw this.refusal(`literals of character set ${charset}`, 'make the view under SET NAMES utf8mb4');
    return charset;
  }

  refusal(what: string, remedy: string): Error {
    return shardgateError('SG2001', {
      construct: `view ${this.#table.name}, which has ${what},`,
      why: 'written into the statement of a session with other settings they would mean something else',
      remedy,
    });
  }
}

function quoted(value: string, mode: LexMode): SqlText {
  const doubled = value.replaceAll("'", "''");
  return `'${mode.noBackslashEscapes ? doubled : doubled.replaceAll('\\', '\\\\')}'`;
}

function introduced(charset: string, value: string): SqlText {
  if (/^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/.test(value)) return `_${charset}'${value}'`;
  return `_${charset} ${hexLiteral(Buffer.from(value, 'latin1'))}`;
}

/** Whether bytes of UTF-8 mean the same in the character set. */
function keeps(charset: string, value: string): boolean {
  return charset === 'utf8mb4' || (utf8Charsets.has(charset) && !/[\xf0-\xf7]/.test(value));
}

function isAscii(text: string): boolean {
  return !/[\x80-\xff]/.test(text);
}
