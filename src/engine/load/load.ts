// LOAD DATA LOCAL: the client's file cut into rows and inserted batch by batch, all in one unit.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { LoadCell, LoadNode } from '../../plan/nodes.ts';
import { hexLiteral } from '../../text/quote.ts';
import type { ValueRef } from '../../text/template.ts';
import { present } from '../../util/assert.ts';
import type { BindValue } from '../../value/bind-value.ts';
import { bytesOf } from '../../vindex/key-bytes.ts';
import { throwIfCancelled } from '../cancel.ts';
import type { Execution } from '../contract.ts';
import { type BatchCounts, insertBatch } from '../insert/insert-batch.ts';
import { rowSource } from '../insert/insert-rows.ts';
import { RowWarnings } from '../insert/row-warnings.ts';
import { pinTime } from '../pinned-time.ts';
import { shardMapOf } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import { bindValueOf } from '../values.ts';
import { inUnit, type WriteUnit } from '../write/unit.ts';
import { checkLeadBytes } from './load-bytes.ts';
import { type LineFormat, LineReader, type LoadedField, type LoadedLine } from './load-lines.ts';

const rowsPerBatch = 2000;
const batchBytesMax = 2 << 20;
/** A line that does not end: the terminator is not the file's. */
const lineBytesMax = 16 << 20;

export async function runLoad(execution: Execution, node: LoadNode): Promise<void> {
  if (execution.localFile === undefined) throw notAllowed(execution);
  const format = formatOf(execution, node);
  const file = execution.localFile(nameOf(execution, node.file));
  try {
    const time = pinTime(execution, node.insert.pinTime);
    const load = await inUnit(execution, [], time, async (unit) => {
      const strict = replaces(node) && (await isStrict(unit, node));
      const running = new Load(unit, node, format, await charsetOf(unit, node), strict);
      for await (const chunk of file.chunks) {
        throwIfCancelled(execution.signal);
        await running.take(chunk);
      }
      await running.finish();
      return running;
    });
    execution.sink.ok(load.answer());
  } finally {
    // An error can only be told when the client has sent everything.
    await file.drain();
  }
}

function notAllowed({ flavour }: Execution): SqlError {
  return flavour === 'mariadb'
    ? new SqlError(
        4166,
        'HY000',
        'The used command is not allowed because the MariaDB server or client has disabled the local infile capability',
      )
    : new SqlError(
        3948,
        '42000',
        'Loading local data is disabled; this must be enabled on both the client and server sides',
      );
}

function nameOf(execution: Execution, ref: ValueRef): string {
  return textOf(execution, ref, '');
}

function textOf(execution: Execution, ref: ValueRef | null, byDefault: string): string {
  return ref === null ? byDefault : (bindValueOf(ref, execution.binds)?.value ?? byDefault);
}

function formatOf(execution: Execution, { format }: LoadNode): LineFormat & { readonly linesToSkip: number } {
  const fieldEnd = textOf(execution, format.fieldEnd, '\t');
  const enclosure = textOf(execution, format.enclosure, '');
  const escapeChar = textOf(execution, format.escape, '\\');
  if (enclosure.length > 1 || escapeChar.length > 1) {
    throw new SqlError(1083, '42000', 'Field separator argument is not what is expected; check the manual');
  }
  const lineEnd = textOf(execution, format.lineEnd, '\n');
  if ((fieldEnd === '' && enclosure === '') || lineEnd === '') {
    throw shardgateError('SG2001', {
      construct: 'LOAD DATA with fields of fixed width',
      why: 'their widths are those of one server',
      remedy: 'give fields and lines a terminator',
    });
  }
  const lineStart = textOf(execution, format.lineStart, '');
  const linesToSkip = Number(textOf(execution, format.linesToSkip, '0'));
  return { fieldEnd, enclosure, escapeChar, lineStart, lineEnd, linesToSkip };
}

/** Servers read files in the character set of the current database. */
async function charsetOf(unit: WriteUnit, { insert, charset }: LoadNode): Promise<string> {
  if (charset !== null) return charset;
  const shard = present(shardMapOf(unit.execution, insert.keyspace).shards[0], 'a keyspace has a shard');
  const { rows } = await unit.rows(shard, 'SELECT @@character_set_database');
  return rows[0]?.[0] ?? 'utf8mb4';
}

function replaces({ insert }: LoadNode): boolean {
  const [head] = insert.head;
  return head?.kind === 'text' && head.text.startsWith('REPLACE');
}

/** What is not ignored fails where the session's mode is strict. */
async function isStrict(unit: WriteUnit, { insert }: LoadNode): Promise<boolean> {
  const shard = present(shardMapOf(unit.execution, insert.keyspace).shards[0], 'a keyspace has a shard');
  const { rows } = await unit.rows(shard, 'SELECT @@sql_mode');
  return /\bSTRICT_(?:TRANS|ALL)_TABLES\b/.test(rows[0]?.[0] ?? '');
}

/** ER_WARN_TOO_FEW_RECORDS, ER_WARN_TOO_MANY_RECORDS. */
const lineProblems = {
  1261: "doesn't contain data for all columns",
  1262: 'was truncated; it contained more data than there were input columns',
} as const;

class Load {
  readonly #unit: WriteUnit;
  readonly #node: LoadNode;
  readonly #reader: LineReader;
  readonly #charset: string;
  readonly #strict: boolean;
  readonly #prefixes: ReadonlyMap<number, readonly string[]>;
  #linesToSkip: number;
  #batch: (readonly BindValue[])[] = [];
  #batchBytes = 0;
  /** Of the file, so far. */
  #bytes = 0;
  readonly #warned: RowWarnings;
  #rows = 0;
  #lines = 0;
  #affected = 0n;
  #insertId = 0n;
  #generated = false;
  #duplicates = 0;
  #warnings = 0;

  constructor(
    unit: WriteUnit,
    node: LoadNode,
    format: LineFormat & { readonly linesToSkip: number },
    charset: string,
    strict: boolean,
  ) {
    this.#unit = unit;
    this.#warned = new RowWarnings(unit.execution);
    this.#node = node;
    this.#reader = new LineReader(format, Math.max(node.fields.length, 1));
    this.#charset = charset;
    this.#strict = strict;
    this.#linesToSkip = format.linesToSkip;
    this.#prefixes = expressionTexts(unit.execution, node);
  }

  async take(chunk: Buffer): Promise<void> {
    this.#bytes += chunk.length;
    this.#reader.push(chunk);
    await this.#readLines();
    this.#unit.execution.observer.loading?.(this.#rows, this.#bytes);
    if (this.#reader.waiting > lineBytesMax) {
      throw shardgateError('SG2001', {
        construct: `LOAD DATA with a line of more than ${lineBytesMax} bytes`,
        why: 'a line is held in memory until its end is found',
        remedy: 'check LINES TERMINATED BY',
      });
    }
  }

  async finish(): Promise<void> {
    this.#reader.finish();
    await this.#readLines();
    await this.#flush();
  }

  answer() {
    const replace = replaces(this.#node);
    this.#warnings += this.#warned.tell();
    const deleted = replace ? this.#duplicates : 0;
    const skipped = replace ? 0 : this.#duplicates;
    return {
      affectedRows: this.#affected,
      lastInsertId: this.#insertId,
      generated: this.#generated,
      warnings: this.#warnings,
      info: `Records: ${this.#rows}  Deleted: ${deleted}  Skipped: ${skipped}  Warnings: ${this.#warnings}`,
    };
  }

  async #readLines(): Promise<void> {
    while (this.#linesToSkip > 0) {
      if (!this.#reader.skip()) return;
      this.#linesToSkip--;
    }
    for (let line = this.#reader.next(); line !== null; line = this.#reader.next()) {
      this.#add(line);
      if (this.#batch.length >= rowsPerBatch || this.#batchBytes >= batchBytesMax) await this.#flush();
    }
  }

  /** Servers warn of a line with too many fields, and of every field that a line lacks. */
  #add({ fields: line, cut }: LoadedLine): void {
    const { fields, cells } = this.#node;
    if (this.#unit.execution.flavour === 'mysql') {
      for (const field of line) if (field !== null) checkLeadBytes(field, this.#charset);
    }
    if (cut) this.#warnOf(1262);
    for (const { takes, nullable } of fields.slice(line.length)) {
      if (takes === 'variable') continue;
      // An empty text that a column must convert is warned of where it is stored.
      const isSilent = nullable === true || takes === 'text' || takes === 'binary';
      if (this.#strict || isSilent) this.#warnOf(1261);
    }
    this.#lines++;
    this.#batch.push(cells.map((cell, i) => this.#cell(cell, i, line)));
    for (const field of line) this.#batchBytes += 2 * (field?.length ?? 2) + 8;
  }

  #cell(cell: LoadCell, index: number, line: readonly LoadedField[]): BindValue {
    if (cell.kind === 'field') return this.#field(cell.field, line);
    const texts = present(this.#prefixes.get(index), 'texts of an expression');
    let sql = '';
    let at = 0;
    for (const part of cell.parts) {
      sql += typeof part === 'number' ? ` ${this.#field(part, line).sql} ` : (texts[at++] ?? '');
    }
    return { kind: 'expression', negative: false, sql, value: '' };
  }

  /** In strict mode an error. */
  #warnOf(code: keyof typeof lineProblems): void {
    const message = `Row ${this.#lines + 1} ${lineProblems[code]}`;
    if (this.#strict) throw new SqlError(code, '01000', message);
    this.#warned.add(this.#lines, { level: 'Warning', code, message });
  }

  /** A field that the line lacks is empty to a column that may not be NULL, or has another default: zero, no text. */
  #field(field: number, line: readonly LoadedField[]): BindValue {
    const { takes, nullable } = present(this.#node.fields[field], 'a field');
    const isNull = field < line.length || takes === 'variable' || nullable === true;
    const text = line[field] ?? (isNull ? null : '');
    if (text === null) return nullCell;
    const literal = hexLiteral(bytesOf(text));
    if (takes === 'binary') return { kind: 'hex', negative: false, sql: literal, value: text };
    const spelled = `_${this.#charset} ${literal}`;
    // A variable's collation goes before that of literals beside it, as a column's does; two literals' would be one too many.
    const isVariable = takes === 'variable' && this.#charset.toLowerCase() !== 'binary';
    const sql = isVariable ? `CONVERT(${spelled} USING ${this.#charset})` : spelled;
    return { kind: 'string', negative: false, sql, value: text };
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const rows = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    const source = rowSource(
      { kind: 'query', read: this.#unit.execution.plan, width: this.#node.cells.length },
      { binds: this.#unit.execution.binds, render: () => '', read: { rows, warnings: 0 } },
    );
    const firstRow = this.#lines - rows.length;
    this.#count(await insertBatch(this.#unit, this.#node.insert, source, this.#warned, firstRow));
  }

  #count(counts: BatchCounts): void {
    this.#rows += counts.records;
    this.#affected += counts.affectedRows;
    this.#duplicates += counts.duplicates;
    this.#warnings += counts.warnings;
    // Of generated numbers the first one counts, of given ones the last.
    if (this.#generated) return;
    this.#generated = counts.generated;
    if (counts.lastInsertId !== 0n) this.#insertId = counts.lastInsertId;
  }
}

const nullCell: BindValue = { kind: 'null', negative: false, sql: 'NULL', value: '' };

/** The client's text between the fields of its expressions, by cell; the same for every line. */
function expressionTexts(execution: Execution, node: LoadNode): ReadonlyMap<number, readonly string[]> {
  const shard = present(shardMapOf(execution, node.insert.keyspace).shards[0], 'a keyspace has a shard');
  const texts = new Map<number, readonly string[]>();
  for (const [index, cell] of node.cells.entries()) {
    if (cell.kind === 'field') continue;
    texts.set(
      index,
      cell.parts.flatMap((part) => (typeof part === 'number' ? [] : [shardText(execution, shard, part)])),
    );
  }
  return texts;
}
