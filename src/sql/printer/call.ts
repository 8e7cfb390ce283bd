// Calls, casts, windows to text.
import type { Call, FrameBound, Match, WindowFrame } from '../ast.ts';
import type { Printers, Writer } from './writer.ts';

const modifiers: Readonly<Record<NonNullable<Match['modifier']>, string>> = {
  natural: ' IN NATURAL LANGUAGE MODE',
  naturalExpansion: ' IN NATURAL LANGUAGE MODE WITH QUERY EXPANSION',
  boolean: ' IN BOOLEAN MODE',
  expansion: ' WITH QUERY EXPANSION',
};

const exclusions: Readonly<Record<NonNullable<WindowFrame['exclude']>, string>> = {
  currentRow: ' EXCLUDE CURRENT ROW',
  group: ' EXCLUDE GROUP',
  ties: ' EXCLUDE TIES',
  noOthers: ' EXCLUDE NO OTHERS',
};

const bounds: Readonly<Record<FrameBound['bound'], string>> = {
  unboundedPreceding: 'UNBOUNDED PRECEDING',
  preceding: ' PRECEDING',
  currentRow: 'CURRENT ROW',
  following: ' FOLLOWING',
  unboundedFollowing: 'UNBOUNDED FOLLOWING',
};

function callName(w: Writer, node: Call): void {
  if (node.schema !== null) {
    w.node(node.schema);
    w.put('.');
  }
  w.functionName(node.ident);
}

/** Everything that looks like a function, and the windows behind OVER. */
export const calls = {
  call(w, node) {
    callName(w, node);
    if (node.parens) w.parens(node.args);
  },
  aggregate(w, node) {
    w.functionName(node.ident);
    w.put(node.distinct ? '(DISTINCT ' : '(');
    if (node.star) w.put('*');
    w.list(node.args);
    w.optional(' ', node.orderBy);
    w.optional(' SEPARATOR ', node.separator);
    w.optional(' ', node.limit);
    w.put(')');
    w.optional(' OVER ', node.over);
  },
  windowCall(w, node) {
    w.functionName(node.ident);
    w.parens(node.args);
    if (node.withinGroup !== null) {
      w.put(' WITHIN GROUP ');
      w.parens([node.withinGroup]);
    }
    if (node.fromLast !== null) w.put(node.fromLast ? ' FROM LAST' : ' FROM FIRST');
    if (node.nulls !== null) w.put(node.nulls === 'respect' ? ' RESPECT NULLS' : ' IGNORE NULLS');
    w.put(' OVER ');
    w.node(node.over);
  },
  keywordCall(w, node) {
    w.functionName(node.ident);
    w.put('(');
    let first = true;
    for (const piece of node.pieces) {
      if (!first && piece !== ',') w.put(' ');
      first = false;
      if (typeof piece === 'string') w.put(piece);
      else w.node(piece);
    }
    w.put(')');
  },
  cast(w, node) {
    w.put(node.form === 'cast' ? 'CAST(' : 'CONVERT(');
    w.node(node.operand);
    w.optional(' AT TIME ZONE ', node.timeZone);
    w.put(node.form === 'cast' ? ' AS ' : ', ');
    w.node(node.type);
    w.put(node.array ? ' ARRAY)' : ')');
  },
  dataType: (w, node) => w.put(node.text),
  match(w, node) {
    w.put('MATCH ');
    w.parens(node.columns);
    w.put(' AGAINST (');
    w.node(node.against);
    if (node.modifier !== null) w.put(modifiers[node.modifier]);
    w.put(')');
  },
  windowSpec(w, node) {
    w.put('(');
    w.optional('', node.base);
    if (node.partitionBy.length > 0) {
      w.put(' PARTITION BY ');
      w.list(node.partitionBy);
    }
    w.optional(' ', node.orderBy);
    w.optional(' ', node.frame);
    w.put(')');
  },
  windowFrame(w, node) {
    w.put(node.unit.toUpperCase());
    w.put(node.to === null ? ' ' : ' BETWEEN ');
    w.node(node.from);
    w.optional(' AND ', node.to);
    if (node.exclude !== null) w.put(exclusions[node.exclude]);
  },
  frameBound(w, node) {
    w.optional('', node.value);
    w.put(bounds[node.bound]);
  },
  namedWindow(w, node) {
    w.node(node.name);
    w.put(' AS ');
    w.node(node.spec);
  },
} satisfies Partial<Printers>;
