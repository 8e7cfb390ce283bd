// A template with its values filled in: the statement as one shard gets it.
import { assertNever } from '../util/assert.ts';
import type { BindValue } from '../value/bind-value.ts';
import { quoteIdentifier } from './quote.ts';
import type { Template, TemplatePart, ValueRef } from './template.ts';

/** Where values come from; the engine's `BindValues` is one. */
export interface ValueSource {
  slot(slot: number): BindValue;
  item(slot: number, item: number): BindValue;
  /** 0 for a slot that is a single literal. */
  itemCount(slot: number): number;
  slotText(slot: number): string;
  param(index: number): BindValue;
}

/** What a template may ask for besides values. Members that cannot occur in a template may throw. */
export interface RenderContext {
  readonly values: ValueSource;
  /** Where numbers to calculate with come from, when `values` spells some as `?`; else `values`. */
  readonly limitValues?: ValueSource;
  /** Physical database of a keyspace on the shard the text is for, unquoted. */
  database(keyspace: string): string;
  /** Name of the workspace table of a fragment's copy, unquoted. */
  workspaceTable(fragment: number, copy: number): string;
  /** Distinct values of a fragment's column as a comma list of literals; `NULL` when there are none; null: too many. */
  keys(fragment: number, column: number): string | null;
}

/** SqlText of a value as it may stand in a statement, sign included. */
export function spellValue(ref: ValueRef, values: ValueSource): string {
  switch (ref.kind) {
    case 'slot': {
      if (values.itemCount(ref.slot) > 0) return values.slotText(ref.slot);
      const { sql } = values.slot(ref.slot);
      return ref.negative ? ` -${sql}` : sql;
    }
    case 'item':
      return spellLiteral(values.item(ref.slot, ref.item));
    case 'param':
      return spellLiteral(values.param(ref.index));
    case 'constant':
      return ref.sql;
    default:
      return assertNever(ref);
  }
}

/** A sign is kept apart from what stands in front of it: `5-` + `-3` must not become a comment. */
export function spellLiteral(value: BindValue): string {
  return value.negative ? ` -${value.sql}` : value.sql;
}

/** A LIMIT operand as a number; null when the value is no plain non-negative integer (the server says what is wrong). */
export function limitNumber(ref: ValueRef, values: ValueSource): bigint | null {
  const digits = ref.kind === 'constant' ? ref.sql : digitsOf(ref, values);
  if (digits === null || digits.length === 0 || digits.length > 20) return null;
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return null;
  }
  return BigInt(digits);
}

function digitsOf(ref: Exclude<ValueRef, { readonly kind: 'constant' }>, values: ValueSource): string | null {
  const value =
    ref.kind === 'slot'
      ? values.slot(ref.slot)
      : ref.kind === 'item'
        ? values.item(ref.slot, ref.item)
        : values.param(ref.index);
  return value.kind === 'integer' && !value.negative ? value.value : null;
}

/** LIMIT operands are unsigned 64-bit; a larger sum means "all rows" just the same. */
const LIMIT_MAX = 18446744073709551615n;

function spellLimit(
  part: Extract<TemplatePart, { readonly kind: 'limit' }>,
  { values, limitValues = values }: RenderContext,
): string {
  const count = limitNumber(part.count, limitValues);
  const offset = part.offset === null ? 0n : limitNumber(part.offset, limitValues);
  // Not numbers: the client's own spelling lets the server word the error.
  if (count === null || offset === null) return spellValue(part.count, values);
  // A server looks at no row then, however many it would skip.
  const sum = count === 0n ? 0n : count + offset;
  return String(sum > LIMIT_MAX ? LIMIT_MAX : sum);
}

function renderPart(part: TemplatePart, context: RenderContext): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'value':
      return spellValue(part.ref, context.values);
    case 'database':
      return quoteIdentifier(context.database(part.keyspace));
    case 'limit':
      return spellLimit(part, context);
    case 'workspace':
      return quoteIdentifier(context.workspaceTable(part.fragment, part.copy));
    case 'keys':
      return context.keys(part.fragment, part.column) ?? part.orElse;
    default:
      return assertNever(part);
  }
}

/** The whole template as SqlText. */
export function renderTemplate(template: Template, context: RenderContext): string {
  const only = template.length === 1 ? template[0] : undefined;
  if (only !== undefined) return renderPart(only, context);
  let text = '';
  for (const part of template) text += renderPart(part, context);
  return text;
}
