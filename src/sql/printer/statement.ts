// Session statements and definitions to text.
import type { IsolationLevel, SqlText, VariableScope } from '../ast.ts';
import type { Printers, Writer } from './writer.ts';

/** Statements that go to servers as wholes are printed as they were written. */
function verbatim(w: Writer, node: { readonly text: SqlText }): void {
  w.put(node.text);
}

const scopes: Readonly<Record<VariableScope, string>> = {
  global: 'GLOBAL ',
  session: 'SESSION ',
  persist: 'PERSIST ',
  persistOnly: 'PERSIST_ONLY ',
};

const isolations: Readonly<Record<IsolationLevel, string>> = {
  readUncommitted: 'READ UNCOMMITTED',
  readCommitted: 'READ COMMITTED',
  repeatableRead: 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
};

function access(value: 'readOnly' | 'readWrite'): string {
  return value === 'readOnly' ? 'READ ONLY' : 'READ WRITE';
}

function completion(w: Writer, word: string, node: { chain: boolean | null; release: boolean | null }): void {
  w.put(word);
  if (node.chain !== null) w.put(node.chain ? ' AND CHAIN' : ' AND NO CHAIN');
  if (node.release !== null) w.put(node.release ? ' RELEASE' : ' NO RELEASE');
}

/** SET. */
export const settings = {
  set(w, node) {
    // A scope counts for the plain names after it as well, but not for those with @@.
    let scoped = false;
    w.put('SET ');
    for (const [index, item] of node.items.entries()) {
      if (index > 0) w.put(', ');
      if (item.kind === 'setVariable') {
        if (item.scope === null && scoped) w.put('@@');
        scoped ||= item.scope !== null;
      }
      w.node(item);
    }
  },
  setStatementFor(w, node) {
    w.put('SET STATEMENT ');
    w.list(node.items);
    w.put(' FOR ');
    w.node(node.statement);
  },
  setVariable(w, node) {
    if (node.scope !== null) w.put(scopes[node.scope]);
    w.optional('', node.base);
    if (node.base !== null) w.put('.');
    w.node(node.name);
    w.put(' = ');
    w.node(node.value);
  },
  setUserVariable(w, node) {
    w.node(node.variable);
    w.put(' = ');
    w.node(node.value);
  },
  setNames(w, node) {
    w.put('NAMES ');
    w.word(node.charset ?? 'DEFAULT');
    if (node.collation !== null) {
      w.put(' COLLATE ');
      w.word(node.collation);
    }
  },
  setCharset(w, node) {
    w.put('CHARACTER SET ');
    w.word(node.charset ?? 'DEFAULT');
  },
  setTransaction(w, node) {
    if (node.scope !== null) w.put(scopes[node.scope]);
    w.put('TRANSACTION ');
    if (node.isolation !== null) w.put(`ISOLATION LEVEL ${isolations[node.isolation]}`);
    if (node.isolation !== null && node.access !== null) w.put(', ');
    if (node.access !== null) w.put(access(node.access));
  },
  setPassword: verbatim,
  setRole: verbatim,
} satisfies Partial<Printers>;

/** Transactions, prepared statements and the rest of what sessions do. */
export const session = {
  empty: () => {},
  show: verbatim,
  use: verbatim,
  begin(w, node) {
    const options: string[] = [];
    if (node.consistentSnapshot) options.push('WITH CONSISTENT SNAPSHOT');
    if (node.access !== null) options.push(access(node.access));
    w.put(node.form === 'begin' ? 'BEGIN' : 'START TRANSACTION');
    if (options.length > 0) w.put(` ${options.join(', ')}`);
  },
  commit: (w, node) => completion(w, 'COMMIT', node),
  rollback: (w, node) => completion(w, 'ROLLBACK', node),
  savepoint: (w, node) => w.optional('SAVEPOINT ', node.name),
  releaseSavepoint: (w, node) => w.optional('RELEASE SAVEPOINT ', node.name),
  rollbackTo: (w, node) => w.optional('ROLLBACK TO SAVEPOINT ', node.name),
  xa: verbatim,
  prepare(w, node) {
    w.optional('PREPARE ', node.name);
    w.optional(' FROM ', node.source);
  },
  execute(w, node) {
    w.optional('EXECUTE ', node.name);
    if (node.using.length > 0) w.put(' USING ');
    w.list(node.using);
  },
  executeImmediate(w, node) {
    w.optional('EXECUTE IMMEDIATE ', node.source);
    if (node.using.length > 0) w.put(' USING ');
    w.list(node.using);
  },
  deallocate: (w, node) => w.optional('DEALLOCATE PREPARE ', node.name),
  tableLock(w, node) {
    const modes = {
      read: ' READ',
      readLocal: ' READ LOCAL',
      write: ' WRITE',
      lowPriorityWrite: ' LOW_PRIORITY WRITE',
      writeConcurrent: ' WRITE CONCURRENT',
    };
    w.node(node.table);
    w.optional(' AS ', node.alias);
    w.put(modes[node.mode]);
  },
  lockTables: verbatim,
  unlockTables: (w) => w.put('UNLOCK TABLES'),
  kill: verbatim,
  callProcedure(w, node) {
    w.put('CALL ');
    w.optional('', node.schema);
    if (node.schema !== null) w.put('.');
    w.node(node.name);
    w.parens(node.args);
  },
  do(w, node) {
    w.put('DO ');
    w.list(node.expressions);
  },
  handler: verbatim,
  loadData: verbatim,
  explain: verbatim,
  describeTable(w, node) {
    w.optional('DESCRIBE ', node.table);
    w.optional(' ', node.column);
  },
  vexplain: (w, node) => w.optional(`VEXPLAIN ${node.mode.toUpperCase()} `, node.statement),
} satisfies Partial<Printers>;

/** Definitions and administration. */
export const definitions = {
  createTable: verbatim,
  alterTable: verbatim,
  dropTable: verbatim,
  renameTable: verbatim,
  truncateTable: verbatim,
  createIndex: verbatim,
  dropIndex: verbatim,
  createView: verbatim,
  createDatabase: verbatim,
  dropDatabase: verbatim,
  alterDatabase: verbatim,
  objectStatement: verbatim,
  alterVschema: verbatim,
  admin: verbatim,
} satisfies Partial<Printers>;
