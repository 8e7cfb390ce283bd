// Generated text that still knows which of its parts can go: what shrinking works on.
import type { ParamValue } from '../support/exact-client.ts';

/**
 *  - choice: its first alternative is the text; the others are simpler texts to try instead
 *  - list: items between separators; items may go while more than `min` stay
 *  - value: a literal, or a parameter of the prepared form
 *  - ordered: while this stands in the text, the statement's rows come in one order only
 *  - countOnly: while this stands there, only the number of rows is determined
 */
export type Piece =
  | string
  | readonly Piece[]
  | { readonly kind: 'choice'; readonly of: readonly Piece[] }
  | {
      readonly kind: 'list';
      readonly items: readonly Piece[];
      readonly separator: string;
      readonly min: number;
    }
  | { readonly kind: 'value'; readonly sql: string; readonly param: ParamValue | undefined }
  | { readonly kind: 'mark'; readonly mark: Mark };

export type Mark = 'ordered' | 'countOnly';

export const nothing: Piece = '';

export function choice(...of: readonly Piece[]): Piece {
  return { kind: 'choice', of };
}

/** The text, or nothing. */
export function optional(piece: Piece): Piece {
  return choice(piece, nothing);
}

export function list(items: readonly Piece[], separator = ', ', min = 1): Piece {
  return { kind: 'list', items, separator, min };
}

export interface Rendered {
  readonly sql: string;
  readonly params: readonly ParamValue[];
  readonly marks: ReadonlySet<Mark>;
}

/** `prepared`: values that can be parameters become `?`. */
export function render(piece: Piece, prepared: boolean): Rendered {
  const params: ParamValue[] = [];
  const marks = new Set<Mark>();
  const text = (part: Piece): string => {
    if (typeof part === 'string') return part;
    if (!('kind' in part)) return part.map(text).join('');
    switch (part.kind) {
      case 'choice':
        return text(part.of[0] ?? nothing);
      case 'list':
        return part.items.map(text).join(part.separator);
      case 'mark':
        marks.add(part.mark);
        return '';
      case 'value':
        if (!prepared || part.param === undefined) return part.sql;
        params.push(part.param);
        return '?';
    }
  };
  return { sql: text(piece), params, marks };
}

/** Every text that is one step simpler, the boldest steps first. */
export function* simpler(piece: Piece): Generator<Piece> {
  if (typeof piece === 'string') return;
  if (!('kind' in piece)) {
    for (const [index, part] of piece.entries()) {
      for (const less of simpler(part)) yield [...piece.slice(0, index), less, ...piece.slice(index + 1)];
    }
    return;
  }
  if (piece.kind === 'choice') {
    const [first, ...others] = piece.of;
    for (const other of [...others].reverse()) yield other;
    if (first !== undefined)
      for (const less of simpler(first)) yield { kind: 'choice', of: [less, ...others] };
  }
  if (piece.kind === 'list') {
    const { items, min } = piece;
    if (items.length > min) {
      for (const index of items.keys())
        yield { ...piece, items: items.filter((_, other) => other !== index) };
    }
    for (const [index, item] of items.entries()) {
      for (const less of simpler(item)) {
        yield { ...piece, items: [...items.slice(0, index), less, ...items.slice(index + 1)] };
      }
    }
  }
}
