// Parts of definitions to text: columns, keys, options, actions of ALTER TABLE.
import type { Ident, KeyDefinition } from '../ast.ts';
import type { Printers, Writer } from './writer.ts';

const keyWords: Readonly<Record<KeyDefinition['type'], string>> = {
  primary: 'PRIMARY KEY',
  unique: 'UNIQUE KEY',
  index: 'KEY',
  fulltext: 'FULLTEXT KEY',
  spatial: 'SPATIAL KEY',
  vector: 'VECTOR KEY',
  foreign: 'FOREIGN KEY',
  check: 'CHECK',
};

function fromTo(w: Writer, words: string, from: Ident, to: Ident): void {
  w.optional(`${words} `, from);
  w.optional(' TO ', to);
}

/** Columns and keys. */
export const parts = {
  columnDefinition(w, node) {
    w.node(node.name);
    w.put(' ');
    w.node(node.type);
    if (node.type.collation !== null) {
      w.put(' COLLATE ');
      w.word(node.type.collation);
    }
    if (node.generated !== null) {
      w.put(' AS ');
      w.parens([node.generated]);
      w.put(node.stored ? ' STORED' : ' VIRTUAL');
    }
    if (node.nullable !== null) w.put(node.nullable ? ' NULL' : ' NOT NULL');
    w.optional(' DEFAULT ', node.defaultValue);
    w.optional(' ON UPDATE ', node.onUpdate);
    if (node.autoIncrement) w.put(' AUTO_INCREMENT');
    if (node.invisible) w.put(' INVISIBLE');
    if (node.key === 'unique') w.put(' UNIQUE KEY');
    if (node.key === 'primary') w.put(' PRIMARY KEY');
    w.optional(' COMMENT ', node.comment);
    for (const check of node.checks) w.optional(' CHECK ', check);
    w.optional(' ', node.references);
  },
  reference(w, node) {
    w.optional('REFERENCES ', node.table);
    w.put(' ');
    w.parens(node.columns);
    if (node.onDelete !== null) w.put(` ON DELETE ${node.onDelete}`);
    if (node.onUpdate !== null) w.put(` ON UPDATE ${node.onUpdate}`);
  },
  keyPart(w, node) {
    w.optional('', node.column);
    if (node.expression !== null) w.parens([node.expression]);
    if (node.length !== null) w.put(`(${node.length})`);
    if (node.direction !== null) w.put(node.direction === 'asc' ? ' ASC' : ' DESC');
  },
  keyDefinition(w, node) {
    const constraint = node.type === 'foreign' || node.type === 'check';
    if (constraint) w.optional('CONSTRAINT ', node.name);
    w.put(constraint && node.name !== null ? ` ${keyWords[node.type]}` : keyWords[node.type]);
    if (!constraint && node.type !== 'primary') w.optional(' ', node.name);
    w.put(' ');
    if (node.check === null) w.parens(node.parts);
    w.optional('', node.check);
    w.optional(' ', node.references);
  },
  tableOption: (w, node) => w.put(node.value === '' ? node.name : `${node.name} ${node.value}`),
  renamePair(w, node) {
    w.node(node.from);
    w.optional(' TO ', node.to);
  },
} satisfies Partial<Printers>;

/** Actions of ALTER TABLE. */
export const actions = {
  alterAddColumn: (w, node) => w.optional('ADD COLUMN ', node.column),
  alterDropColumn: (w, node) => w.optional('DROP COLUMN ', node.name),
  alterChangeColumn(w, node) {
    w.optional('CHANGE COLUMN ', node.from);
    w.optional(' ', node.column);
  },
  alterRenameColumn: (w, node) => fromTo(w, 'RENAME COLUMN', node.from, node.to),
  alterAddKey: (w, node) => w.optional('ADD ', node.key),
  alterDropKey(w, node) {
    const words = {
      primary: 'PRIMARY KEY',
      index: 'KEY',
      foreign: 'FOREIGN KEY',
      check: 'CHECK',
      constraint: 'CONSTRAINT',
    };
    w.put(`DROP ${words[node.type]}`);
    w.optional(' ', node.name);
  },
  alterRenameKey: (w, node) => fromTo(w, 'RENAME KEY', node.from, node.to),
  alterRenameTable: (w, node) => w.optional('RENAME TO ', node.to),
  alterOptions: (w, node) => w.list(node.options, ' '),
  alterOther: (w, node) => w.put(node.text),
} satisfies Partial<Printers>;
