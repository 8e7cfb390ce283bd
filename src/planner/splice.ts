// Rewriting by splicing: a stretch of the client's text with some spans replaced and every literal left as a hole.
import type { Template, TemplatePart } from '../text/template.ts';
import type { TextUnit } from './text-unit.ts';

/** Replaces `[start, end)`; start = end inserts. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly parts: Template;
}

export function text(sql: string): Template {
  return sql === '' ? [] : [{ kind: 'text', text: sql }];
}

/** A name in backticks, as SqlText. */
export function identifier(name: string): string {
  return Buffer.from(`\`${name.replaceAll('`', '``')}\``, 'utf8').toString('latin1');
}

/** Concatenation; neighbouring texts become one part. */
export function join(...templates: readonly Template[]): Template {
  return joinAll(templates);
}

/** The same for as many as there may be: arguments are limited by the stack. */
function joinAll(templates: readonly Template[]): Template {
  const parts: TemplatePart[] = [];
  for (const template of templates) {
    for (const part of template) {
      const last = parts.at(-1);
      if (part.kind === 'text' && last?.kind === 'text') {
        parts[parts.length - 1] = { kind: 'text', text: last.text + part.text };
      } else if (part.kind !== 'text' || part.text !== '') {
        parts.push(part);
      }
    }
  }
  return parts;
}

/** Templates with a separator between them. */
export function joinWith(separator: string, templates: readonly Template[]): Template {
  return joinAll(
    templates.flatMap((template, index) => (index === 0 ? [template] : [text(separator), template])),
  );
}

/**
 * The text of `[start, end)` with `edits` applied. Edits outside the range are ignored, edits inside an earlier (outer)
 * edit too: what replaces a whole says everything about its parts.
 */
export function splice(unit: TextUnit, start: number, end: number, edits: readonly Edit[]): Template {
  const inside = edits.filter((edit) => edit.start >= start && edit.end <= end);
  const ordered = [...inside].sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces: Template[] = [];
  let at = start;
  for (const edit of ordered) {
    if (edit.start < at) continue;
    pieces.push(withHoles(unit, at, edit.start), edit.parts);
    at = edit.end;
  }
  pieces.push(withHoles(unit, at, end));
  return joinAll(pieces);
}

/** Index of the first that begins at `offset` or behind it; they are in the order of their starts. */
export function firstFrom(holes: readonly { readonly start: number }[], offset: number): number {
  let low = 0;
  let high = holes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((holes[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withHoles(unit: TextUnit, start: number, end: number): Template {
  const parts: TemplatePart[] = [];
  const { holes } = unit;
  let at = start;
  for (let i = firstFrom(holes, start); i < holes.length; i++) {
    const hole = holes[i];
    if (hole === undefined || hole.end > end) break;
    if (hole.start < at) continue;
    const [before, after] = hole.noPosition === true ? ['CAST(', ' AS CHAR)'] : ['', ''];
    parts.push(
      { kind: 'text', text: unit.text.slice(at, hole.start) + before },
      { kind: 'value', ref: hole.ref },
    );
    if (after !== '') parts.push({ kind: 'text', text: after });
    at = hole.end;
  }
  parts.push({ kind: 'text', text: unit.text.slice(at, end) });
  return joinAll([parts]);
}
