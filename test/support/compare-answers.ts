// Says how two answers to one statement differ, null when nobody could tell the servers apart.
import { BinaryRow } from '../../src/value/binary-row.ts';
import { binaryCollationId } from '../../src/value/collations.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../src/value/column-definition.ts';
import { encodeTextRow, TextRow } from '../../src/value/text-row.ts';
import type { Answer, ErrorAnswer, OkAnswer, RowsAnswer } from './exact-client.ts';

export interface CompareOptions {
  /** The statement orders its rows totally: compare as a sequence, else as a multiset. */
  readonly ordered: boolean;
  /** Rows themselves are not determined by the statement (LIMIT without a total order): only their number counts. */
  readonly countOnly?: boolean;
  /** The statement has parameters: a server decides whether an expression of them may be NULL before it knows them. */
  readonly withParams?: boolean;
  /**
   * Of columns only what no path to the rows changes on one server: name, type, collation, sign, scale. (Through temporary
   * tables, outer joins and derived tables one server says differently of one column whether it may be NULL and whence it is.)
   */
  readonly coreColumns?: boolean;
  /** Of errors only errno and SQLSTATE: which row of several a server meets first is not the statement's. */
  readonly errnoOnly?: boolean;
  /** False: warnings are not looked at. */
  readonly warnings?: boolean;
  /** Whose columns they are; MariaDB when left out. */
  readonly flavour?: 'mariadb' | 'mysql';
}

/** IN_TRANS, AUTOCOMMIT, MORE_RESULTS, IN_TRANS_READONLY: what drivers act upon. The rest describes the access path. */
const statusMask = 0x1 | 0x2 | 0x8 | 0x2000;
const shownRowsMax = 4;

export function differenceOf(oracle: Answer, proxy: Answer, options: CompareOptions): string | null {
  if (oracle.kind === 'error' && proxy.kind === 'error') return errorDifference(oracle, proxy, options);
  if (oracle.kind === 'rows' && proxy.kind === 'rows') return rowsDifference(oracle, proxy, options);
  if (oracle.kind === 'ok' && proxy.kind === 'ok') return okDifference(oracle, proxy, options);
  return `one server: ${summary(oracle)}\nShardgate:  ${summary(proxy)}`;
}

export function summary(answer: Answer): string {
  if (answer.kind === 'error') return `error ${answer.errno} ${answer.sqlState} ${answer.message}`;
  if (answer.kind === 'ok') return `ok ${okFacts(answer)}`;
  return `${answer.rows.length} rows: ${showRows(answer, answer.rows.slice(0, shownRowsMax))}`;
}

function errorDifference(
  oracle: ErrorAnswer,
  proxy: ErrorAnswer,
  { errnoOnly = false, flavour }: CompareOptions,
): string | null {
  const alike = oracle.errno === proxy.errno && oracle.sqlState === proxy.sqlState;
  // What MySQL does not parse of MariaDB's language it says of a shard's text.
  const isForeign = flavour === 'mysql' && oracle.errno === 1064;
  if (alike && (errnoOnly || isForeign || oracle.message === proxy.message)) return null;
  return `one server: ${summary(oracle)}\nShardgate:  ${summary(proxy)}`;
}

function okFacts(answer: OkAnswer): string {
  const { affectedRows, lastInsertId, warnings, info, status } = answer;
  return `affected ${affectedRows}, insert id ${lastInsertId}, warnings ${warnings}, status ${status & statusMask}, info "${info}"`;
}

/** How often a write warns depends on how many rows are looked at; that it warns does not. */
function okDifference(oracle: OkAnswer, proxy: OkAnswer, { warnings = true }: CompareOptions): string | null {
  const [left, right] = [oracle, proxy].map((answer) => okFacts(warnings ? answer : countedOnce(answer)));
  return left === right ? null : `one server: ${okFacts(oracle)}\nShardgate:  ${okFacts(proxy)}`;
}

function countedOnce(answer: OkAnswer): OkAnswer {
  const info = answer.info.replace(/Warnings: [1-9]\d*$/, 'Warnings: some');
  return { ...answer, warnings: Math.min(answer.warnings, 1), info };
}

function rowsDifference(oracle: RowsAnswer, proxy: RowsAnswer, options: CompareOptions): string | null {
  const columns = columnsDifference(oracle.columns, proxy.columns, options);
  if (columns !== null) return columns;
  // With parameters, and on MySQL, a number may be INT on one side and BIGINT on the other: other bytes, the same value.
  const loose = (options.withParams === true || options.flavour === 'mysql') && oracle.binary;
  const [left, right] = loose ? [asText(oracle), asText(proxy)] : [oracle, proxy];
  const rows = rowBytesDifference(left, right, options);
  if (rows !== null) return rows;
  // How many rows are looked at, and so how often one warns, is the access path's; whether there is a warning is not.
  if (options.warnings !== false && oracle.warnings > 0 !== proxy.warnings > 0) {
    return `warnings: one server ${oracle.warnings}, Shardgate ${proxy.warnings}`;
  }
  if ((oracle.status & statusMask) !== (proxy.status & statusMask)) {
    return `status: one server ${oracle.status & statusMask}, Shardgate ${proxy.status & statusMask}`;
  }
  return null;
}

const partOfKeyFlag = 16384;

/** Flags that one server sets by the way it runs a statement (through a temporary table, by which index, prepared or not). */
const pathFlags =
  ColumnFlag.primaryKey |
  ColumnFlag.uniqueKey |
  ColumnFlag.multipleKey |
  ColumnFlag.noDefaultValue |
  partOfKeyFlag |
  ColumnFlag.number;

/**
 * A column definition without what one server says differently of the same column when it takes another path to the same rows
 * (`SELECT SQL_BUFFER_RESULT ...`, another index, prepared or not; the test "one server alone" shows it): key flags, the
 * BINARY flag of non-texts, decimals of texts, which size of BLOB or CHAR a computed text is, and of computed columns length
 * and original name.
 */
export function essenceOf(column: ColumnDefinition, flavour: 'mariadb' | 'mysql' = 'mariadb'): object {
  if (flavour === 'mysql') return mysqlEssenceOf(column);
  const { name, schema, table, orgTable, orgName, collation, length, type, flags, decimals } = column;
  const isText = collation !== binaryCollationId || isBlob(type) || type === FieldType.varString;
  const isBase = orgTable !== '' && schema !== '';
  const shownFlags = flags & ~pathFlags & ~(isText ? ColumnFlag.blob : ColumnFlag.binary);
  const common = { name, collation, flags: shownFlags, decimals: isText ? 0 : decimals };
  if (isBase) return { ...common, schema, table, orgTable, orgName, type, length };
  return { ...common, type: isText && !isTyped(flags) ? 'text' : type };
}

/**
 * On MySQL the path also decides which integer type a computed column has (YEAR() is a YEAR, and an INT behind a temporary
 * table), and whether a column of a derived table shows its schema.
 */
function mysqlEssenceOf(column: ColumnDefinition): object {
  const isComputed = column.orgTable === '';
  const isDerived = !isComputed && column.orgTable !== column.table;
  const schema = isDerived ? '' : column.schema;
  const type = isComputed && integerTypes.has(column.type) ? FieldType.longLong : column.type;
  const { table, orgTable } = column;
  return { ...essenceOf({ ...column, schema, type }), ...(isDerived ? { table, orgTable } : {}) };
}

const integerTypes: ReadonlySet<number> = new Set([
  FieldType.tiny,
  FieldType.short,
  FieldType.int24,
  FieldType.long,
  FieldType.longLong,
  FieldType.year,
]);

function isBlob(type: number): boolean {
  return type >= FieldType.tinyBlob && type <= FieldType.blob;
}

/** ENUM and SET travel as strings with a flag. */
function isTyped(flags: number): boolean {
  return (flags & (ColumnFlag.enum | ColumnFlag.set)) !== 0;
}

export function columnsDifference(
  oracle: readonly ColumnDefinition[],
  proxy: readonly ColumnDefinition[],
  options: Pick<CompareOptions, 'withParams' | 'coreColumns' | 'flavour'> = {},
): string | null {
  if (oracle.length !== proxy.length)
    return `columns: one server ${oracle.length}, Shardgate ${proxy.length}`;
  for (const [index, expected] of oracle.entries()) {
    const found = proxy[index];
    const named = found !== undefined && isMisnamed(expected, oracle, options);
    if (
      found !== undefined &&
      sameEssence(named ? { ...expected, name: found.name } : expected, found, options)
    )
      continue;
    return `column ${index + 1}:\none server: ${JSON.stringify(expected)}\nShardgate:  ${JSON.stringify(found)}`;
  }
  return null;
}

/**
 * A constant of a view that a statement shows under several names has, behind a temporary table of MySQL's, the last of
 * them everywhere.
 */
function isMisnamed(
  column: ColumnDefinition,
  all: readonly ColumnDefinition[],
  { coreColumns = false, flavour }: Pick<CompareOptions, 'coreColumns' | 'flavour'>,
): boolean {
  if (flavour !== 'mysql' || !coreColumns || column.orgTable !== '') return false;
  return all.some((other) => other !== column && other.name === column.name);
}

function sameEssence(
  expected: ColumnDefinition,
  found: ColumnDefinition,
  {
    withParams = false,
    coreColumns = false,
    flavour = 'mariadb',
  }: Pick<CompareOptions, 'withParams' | 'coreColumns' | 'flavour'>,
): boolean {
  const [left, right] = [expected, found].map((column) => {
    if (coreColumns && flavour === 'mysql') return mysqlCoreOf(column);
    if (coreColumns) return coreOf(column, withParams);
    const isComputed = withParams && column.orgTable === '';
    const flags = isComputed ? column.flags & ~ColumnFlag.notNull : column.flags;
    return essenceOf({ ...column, flags }, flavour);
  });
  return JSON.stringify(left) === JSON.stringify(right);
}

/** `anyInteger`: whether a number (a parameter, or on MySQL a computed one) is INT or BIGINT is not compared. */
function coreOf(column: ColumnDefinition, anyInteger: boolean): object {
  const { name, collation, type, flags, decimals } = column;
  const isText = collation !== binaryCollationId || isBlob(type) || type === FieldType.varString;
  if (isText || type === FieldType.string) return { name, collation, type: 'text' };
  const isInteger = anyInteger && integerTypes.has(type);
  const sign = isTemporal(type) && !isInteger ? 0 : flags & (ColumnFlag.unsigned | ColumnFlag.zerofill);
  return { name, collation, sign, decimals, type: isInteger ? 'integer' : type };
}

/** MySQL cuts a name it makes itself after 255 bytes, an alias after 256 characters. */
const nameCharactersMax = 250;

function mysqlCoreOf(column: ColumnDefinition): object {
  const name = column.name.slice(0, nameCharactersMax);
  const type = column.type === FieldType.null ? FieldType.varString : column.type;
  return coreOf({ ...column, name, type }, true);
}

function isTemporal(type: number): boolean {
  return type === FieldType.timestamp || (type >= FieldType.date && type <= FieldType.newDate);
}

function rowBytesDifference(oracle: RowsAnswer, proxy: RowsAnswer, options: CompareOptions): string | null {
  if (oracle.rows.length !== proxy.rows.length) {
    const extra = onlyIn(oracle.rows, proxy.rows);
    return [
      `rows: one server ${oracle.rows.length}, Shardgate ${proxy.rows.length}`,
      `only on one server: ${showRows(oracle, extra.left)}`,
      `only on Shardgate:  ${showRows(proxy, extra.right)}`,
    ].join('\n');
  }
  if (options.countOnly === true) return null;
  if (options.ordered) {
    const at = oracle.rows.findIndex((row, index) => !row.equals(proxy.rows[index] ?? Buffer.alloc(0)));
    if (at < 0) return null;
    const [left, right] = [oracle, proxy].map((one) => showRows(one, one.rows.slice(at, at + 2)));
    return `row ${at + 1}:\none server: ${left}\nShardgate:  ${right}`;
  }
  const { left, right } = onlyIn(oracle.rows, proxy.rows);
  if (left.length === 0) return null;
  return `only on one server: ${showRows(oracle, left)}\nonly on Shardgate:  ${showRows(proxy, right)}`;
}

/** The rows as the text protocol would have them. */
function asText(answer: RowsAnswer): RowsAnswer {
  const view = new BinaryRow(answer.columns);
  const rows = answer.rows.map((row) => {
    view.load(row);
    return encodeTextRow(answer.columns.map((_, column) => cellText(view.text(column))));
  });
  return { ...answer, binary: false, rows };
}

function cellText(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'latin1');
}

function onlyIn(
  left: readonly Buffer[],
  right: readonly Buffer[],
): { readonly left: readonly Buffer[]; readonly right: readonly Buffer[] } {
  const counts = new Map<string, number>();
  for (const row of right) {
    const key = row.toString('latin1');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const onlyLeft = left.filter((row) => {
    const key = row.toString('latin1');
    const count = counts.get(key) ?? 0;
    counts.set(key, count - 1);
    return count <= 0;
  });
  const onlyRight = right.filter((row) => {
    const key = row.toString('latin1');
    const count = counts.get(key) ?? 0;
    counts.set(key, count - 1);
    return count > 0;
  });
  return { left: onlyLeft, right: onlyRight };
}

function showRows(answer: RowsAnswer, rows: readonly Buffer[]): string {
  const shown = rows.slice(0, shownRowsMax).map((row) => showRow(answer, row));
  const more = rows.length > shownRowsMax ? ` and ${rows.length - shownRowsMax} more` : '';
  return shown.join(' | ') + more;
}

function showRow(answer: RowsAnswer, row: Buffer): string {
  const view = answer.binary ? new BinaryRow(answer.columns) : new TextRow(answer.columns.length);
  view.load(row);
  const cells = answer.columns.map((_, column) => {
    const text = view.text(column);
    if (text === null) return 'NULL';
    return /^[\x20-\x7e]*$/.test(text) ? text : `0x${Buffer.from(text, 'latin1').toString('hex')}`;
  });
  return `(${cells.join(', ')})`;
}
