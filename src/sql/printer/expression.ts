// Expressions to text.
import type { BinaryOperator, SystemVariable } from '../ast.ts';
import { level } from '../parser/expression/level.ts';
import { binaryLevels } from './level-of.ts';
import type { Printers } from './writer.ts';

const binaryWords: Partial<Record<BinaryOperator, string>> = {
  mod: 'MOD',
  div: 'DIV',
  soundsLike: 'SOUNDS LIKE',
  memberOf: 'MEMBER OF',
};

const scopeWords: Readonly<Record<NonNullable<SystemVariable['scope']>, string>> = {
  global: 'global.',
  session: 'session.',
  persist: 'persist.',
  persistOnly: 'persist_only.',
};

const not = (negated: boolean): string => (negated ? ' NOT' : '');

/** Simple operands. */
export const operands = {
  ident: (w, node) => w.name(node),
  tableName(w, node) {
    if (node.schema !== null) {
      w.node(node.schema);
      w.put('.');
    }
    w.node(node.name);
  },
  literal: (w, node) => w.put(node.text),
  param: (w) => w.put('?'),
  column(w, node) {
    if (node.schema !== null) {
      w.node(node.schema);
      w.put('.');
    }
    if (node.table !== null) {
      w.node(node.table);
      w.put('.');
    }
    w.node(node.name);
  },
  star(w, node) {
    if (node.schema !== null) {
      w.node(node.schema);
      w.put('.');
    }
    if (node.table !== null) {
      w.node(node.table);
      w.put('.');
    }
    w.put('*');
  },
  userVariable(w, node) {
    w.put('@');
    w.name({ name: node.name, quoted: false });
  },
  systemVariable(w, node) {
    w.put('@@');
    if (node.scope !== null) w.put(scopeWords[node.scope]);
    if (node.base !== null) {
      w.node(node.base);
      w.put('.');
    }
    w.node(node.name);
  },
  default(w, node) {
    w.put('DEFAULT');
    if (node.column !== null) w.parens([node.column]);
  },
  valuesFunction(w, node) {
    w.put(node.singular ? 'VALUE' : 'VALUES');
    w.parens([node.column]);
  },
  sequenceValue(w, node) {
    if (node.function !== 'set') {
      w.put(node.function === 'next' ? 'NEXT VALUE FOR ' : 'PREVIOUS VALUE FOR ');
      w.node(node.sequence);
      return;
    }
    w.put('SETVAL');
    w.parens([node.sequence, ...node.args]);
  },
  nextValues(w, node) {
    w.put('NEXT ');
    if (node.count === null) w.put('VALUE');
    else {
      w.node(node.count);
      w.put(' VALUES');
    }
  },
  keyword: (w, node) => w.put(node.word),
  paren: (w, node) => w.parens([node.expression]),
  row(w, node) {
    if (node.keyword) w.put('ROW');
    w.parens(node.items);
  },
  expressionList: (w, node) => w.parens(node.items),
  subquery: (w, node) => w.parens([node.query]),
  exists(w, node) {
    w.put('EXISTS ');
    w.node(node.subquery);
  },
  interval(w, node) {
    w.put('INTERVAL ');
    w.operand(node.value, level.or);
    w.put(` ${node.unit}`);
  },
  case(w, node) {
    w.put('CASE');
    w.optional(' ', node.operand);
    for (const when of node.whens) w.node(when);
    w.optional(' ELSE ', node.otherwise);
    w.put(' END');
  },
  caseWhen(w, node) {
    w.put(' WHEN ');
    w.node(node.condition);
    w.put(' THEN ');
    w.node(node.result);
  },
} satisfies Partial<Printers>;

/** Operators. */
export const operators = {
  assign(w, node) {
    w.node(node.target);
    w.put(' := ');
    w.node(node.value);
  },
  unary(w, node) {
    w.put(node.operator === 'binary' ? 'BINARY ' : node.operator);
    // Two minus signs in a row can begin a comment.
    if (node.operator === '-' && node.operand.kind === 'unary') w.put(' ');
    w.operand(node.operand, node.operator === '!' || node.operator === 'binary' ? level.bang : level.sign);
  },
  not(w, node) {
    w.put('NOT ');
    // Parentheses keep the meaning under HIGH_NOT_PRECEDENCE.
    w.operand(node.operand, level.bang);
  },
  logical(w, node) {
    const own = node.operator === 'or' ? level.or : node.operator === 'xor' ? level.xor : level.and;
    const word = ` ${node.operator.toUpperCase()} `;
    let first = true;
    for (const operand of node.operands) {
      if (!first) w.put(word);
      first = false;
      w.operand(operand, own + 1);
    }
  },
  comparison(w, node) {
    w.operand(node.left, level.comparison);
    w.put(` ${node.operator} `);
    w.operand(node.right, level.predicate);
  },
  quantified(w, node) {
    w.operand(node.operand, level.comparison);
    w.put(` ${node.operator} ${node.quantifier.toUpperCase()} `);
    w.node(node.subquery);
  },
  binary(w, node) {
    const own = binaryLevels[node.operator];
    const arrow = own === level.primary;
    const word = binaryWords[node.operator] ?? node.operator;
    w.operand(node.left, own === level.predicate ? level.bitOr : own);
    w.put(arrow ? word : ` ${word} `);
    if (node.operator === 'memberOf' && node.right.kind !== 'paren') w.parens([node.right]);
    else w.operand(node.right, own + 1 > level.primary ? level.primary : own + 1);
  },
  between(w, node) {
    w.operand(node.operand, level.bitOr);
    w.put(`${not(node.negated)} BETWEEN `);
    w.operand(node.low, level.bitOr);
    w.put(' AND ');
    w.operand(node.high, level.bitOr);
  },
  inList(w, node) {
    w.operand(node.operand, level.bitOr);
    w.put(`${not(node.negated)} IN `);
    w.node(node.list);
  },
  inSubquery(w, node) {
    w.operand(node.operand, level.bitOr);
    w.put(`${not(node.negated)} IN `);
    w.node(node.subquery);
  },
  like(w, node) {
    w.operand(node.operand, level.bitOr);
    w.put(`${not(node.negated)} LIKE `);
    w.operand(node.pattern, level.sign);
    if (node.escape === null) return;
    w.put(' ESCAPE ');
    w.operand(node.escape, level.sign);
  },
  regexp(w, node) {
    w.operand(node.operand, level.bitOr);
    w.put(`${not(node.negated)} REGEXP `);
    w.operand(node.pattern, level.bitOr);
  },
  isNull(w, node) {
    w.operand(node.operand, level.comparison);
    w.put(` IS${not(node.negated)} NULL`);
  },
  isTruth(w, node) {
    w.operand(node.operand, level.comparison);
    w.put(` IS${not(node.negated)} ${node.truth.toUpperCase()}`);
  },
  collate(w, node) {
    w.operand(node.operand, level.collate);
    w.put(' COLLATE ');
    w.word(node.collation.name);
  },
} satisfies Partial<Printers>;
