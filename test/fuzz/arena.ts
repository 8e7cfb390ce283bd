// A world on the stage: Shardgate and one server with the same rows, and the question whether they answer alike.
import { setTimeout as sleep } from 'node:timers/promises';
import { Capability, ServerStatus } from '../../src/protocol/capabilities.ts';
import { type CompareOptions, differenceOf, summary } from '../support/compare-answers.ts';
import type { Answer, ErrorAnswer, ExactClient, OkAnswer, ParamValue } from '../support/exact-client.ts';
import type { Stage, World } from '../support/stage.ts';
import { otherPaths, withoutHints } from './other-paths.ts';
import { type Piece, type Rendered, render } from './piece.ts';
import { orLost, ServerLost } from './server-lost.ts';
import type { FuzzTable, FuzzWorld } from './tables.ts';

/**
 *  - same: nobody can tell the two answers apart
 *  - refused: Shardgate says by a catalogue error that it does not do this
 *  - undetermined: one server says another thing itself by another path, and by that path both say the same
 *  - different: the finding
 */
export type Verdict =
  | { readonly kind: 'same'; readonly isError: boolean; readonly rows: number }
  | { readonly kind: 'refused'; readonly id: string; readonly message: string }
  | { readonly kind: 'different'; readonly difference: string };
export type ReadVerdict = Verdict | { readonly kind: 'undetermined'; readonly path: string };

/** How sessions of one run differ from the usual ones. */
export interface SessionKind {
  /** Capability flags of both clients (FOUND_ROWS ...). */
  readonly flags: number;
  /** SET statements for Shardgate alone. */
  readonly proxySettings: readonly string[];
}

/** How a statement is asked. `exactly`: everything that is said of it counts, texts of errors too, of warnings whether there were any. */
export interface Asked {
  readonly prepared: boolean;
  readonly file?: Buffer;
  readonly exactly?: boolean;
}

const plainSessions: SessionKind = { flags: 0, proxySettings: [] };

const answerTimeoutMs = 20_000;
const rowsPerInsert = 50;
/** Refusals: SQL and planner, budgets, writes. Everything else Shardgate says of its own is a finding. */
const refusal = /^(SG(?:2|6)\d{3}): /;

export class Arena {
  readonly world: World;
  readonly #fuzzWorld: FuzzWorld;
  #oracle: ExactClient | null = null;
  #proxy: ExactClient | null = null;
  #settings: readonly string[] = [];
  readonly #kind: SessionKind;
  /** Shardgate has refused the statement before, which one server never saw: what each remembers of it differs. */
  #refused = false;

  private constructor(world: World, fuzzWorld: FuzzWorld, kind: SessionKind) {
    this.world = world;
    this.#fuzzWorld = fuzzWorld;
    this.#kind = kind;
  }

  static async open(stage: Stage, fuzzWorld: FuzzWorld, kind = plainSessions): Promise<Arena> {
    const arena = new Arena(await stage.world(schemaFor(stage.flavour, fuzzWorld)), fuzzWorld, kind);
    try {
      // Rows are stored under the servers' defaults, and only then the sessions get their settings.
      for (const table of fuzzWorld.tables) await arena.load(table, table.rows);
      await arena.#seeViews();
      await arena.#forget();
      arena.#settings = settingsFor(stage.flavour, fuzzWorld);
      return arena;
    } catch (error) {
      await arena.close();
      throw error;
    }
  }

  /** On a busy machine the schema may be read some time after the start. */
  async #seeViews(): Promise<void> {
    const [oracle, proxy] = [await this.oracle(), await this.proxy()];
    for (const { kind, spelled } of this.tables) {
      if (kind !== 'view') continue;
      const sql = `SELECT 1 FROM ${spelled} LIMIT 0`;
      // Some views a server refuses to make.
      if ((await oracle.query(sql)).kind === 'error') continue;
      for (let left = upTriesMax; left > 0 && (await proxy.query(sql)).kind === 'error'; left--)
        await sleep(upPauseMs);
    }
  }

  async close(): Promise<void> {
    await this.world.close();
  }

  /** The world's servers are gone. */
  async abandon(): Promise<void> {
    await this.world.abandon();
  }

  get tables(): readonly FuzzTable[] {
    return this.#fuzzWorld.tables;
  }

  async oracle(): Promise<ExactClient> {
    const { flags } = this.#kind;
    this.#oracle ??= await this.#withSettings(await this.world.oracle({ answerTimeoutMs, flags }), []);
    return this.#oracle;
  }

  async proxy(): Promise<ExactClient> {
    const { flags, proxySettings } = this.#kind;
    this.#proxy ??= await this.#withSettings(
      await this.world.proxy({ answerTimeoutMs, flags }),
      proxySettings,
    );
    return this.#proxy;
  }

  async #withSettings(client: ExactClient, own: readonly string[]): Promise<ExactClient> {
    for (const sql of [...this.#settings, ...own]) {
      const answer = await client.query(sql);
      if (answer.kind !== 'ok') throw new Error(`${sql}: ${summary(answer)}`);
    }
    return client;
  }

  async #forget(): Promise<void> {
    await Promise.all([this.#oracle?.close(), this.#proxy?.close()]);
    this.#oracle = null;
    this.#proxy = null;
  }

  /** Empties the table on all servers, then inserts the rows through both. Rejects when they disagree about that. */
  async load(table: FuzzTable, rows: readonly string[]): Promise<void> {
    if (table.kind === 'view') return;
    const settings = this.#settings;
    const isMysql = this.world.flavour === 'mysql';
    if (settings.length > 0 || isMysql) await this.#forget();
    // Zero dates are among the rows, which MySQL's default mode does not take.
    this.#settings = isMysql ? ["SET sql_mode = 'STRICT_TRANS_TABLES'"] : [];
    const databases = table.kind === 'unsharded' ? ['main_0'] : this.world.shardDatabases;
    for (const database of databases)
      await this.world.shardAdmin.query(`DELETE FROM ${database}.${table.name}`);
    const plain = table.kind === 'unsharded' ? 'main' : 'shop';
    await this.world.oracleAdmin.query(`DELETE FROM ${plain}.${table.name}`);
    for (let from = 0; from < rows.length; from += rowsPerInsert) {
      const sql = `INSERT INTO ${table.spelled} VALUES ${rows.slice(from, from + rowsPerInsert).join(', ')}`;
      const verdict = await this.ask(sql, { ordered: true });
      if (verdict.kind !== 'same' || verdict.isError) throw new Error(`${sql}\n${describe(verdict)}`);
    }
    if (settings.length > 0 || this.#settings.length > 0) await this.#forget();
    this.#settings = settings;
  }

  /** Text on both. A connection that failed to answer is replaced. */
  async ask(sql: string, options: { ordered: boolean; countOnly?: boolean }): Promise<Verdict> {
    const [oracle, proxy] = [await this.oracle(), await this.proxy()];
    const expected = await oracle.query(sql);
    try {
      return verdictOf(expected, await proxy.query(sql), {
        ...options,
        errnoOnly: this.#isOverKeyspaces(sql),
        flavour: this.world.flavour,
      });
    } catch (error) {
      return this.#lost(error);
    }
  }

  /**
   * A write. One that Shardgate refuses is taken back on the one server, so that both go on from the same rows: there it runs
   * second, and only when Shardgate has run it.
   */
  async judgeWrite(piece: Piece, how: Asked): Promise<Verdict> {
    const { sql, params, marks } = render(piece, how.prepared);
    if (this.world.flavour === 'mysql' && mysqlKiller.test(sql))
      return { kind: 'same', isError: true, rows: 0 };
    if (hasAlikeBounds(sql)) return { kind: 'same', isError: false, rows: 0 };
    const options = { ordered: marks.has('ordered'), countOnly: marks.has('countOnly') };
    const [oracle, proxy] = [await this.oracle(), await this.proxy()];
    // It reads a table: nothing else forgets what was warned of.
    const forget = `SELECT 1 FROM ${this.tables[0]?.spelled} LIMIT 0`;
    if (this.#refused) for (const client of [oracle, proxy]) await client.query(forget);
    const ask = (client: ExactClient): Promise<Answer> =>
      how.file === undefined ? once(client, sql, how.prepared, params) : client.load(sql, how.file);
    const found = await ask(proxy).catch((error: unknown) => this.#lost(error));
    if (found.kind === 'different') return found;
    const refused = refusalIn(found);
    this.#refused = refused !== null;
    if (refused !== null) return refused;
    const told = await ask(oracle);
    if (how.exactly === true)
      return exactVerdict(told, found, sql, { ...options, flavour: this.world.flavour });
    const answer = this.world.flavour === 'mysql' ? withoutAdvice(told, found, sql) : told;
    const expected = likeShardgate(
      (this.#kind.flags & Capability.foundRows) === 0 ? answer : alikeDuplicates(answer, found, sql),
      found,
      sql,
    );
    const { flavour } = this.world;
    return verdictOf(expected, found, {
      ...options,
      withParams: params.length > 0,
      errnoOnly: true,
      flavour,
    });
  }

  /** A generated statement as text, or prepared with its values as parameters. Rejects with ServerLost. */
  async judge(piece: Piece, prepared: boolean): Promise<ReadVerdict> {
    const rendered = render(piece, prepared);
    if (this.world.flavour === 'mysql' && mysqlKiller.test(rendered.sql))
      return { kind: 'same', isError: true, rows: 0 };
    const [oracle, proxy] = [await this.oracle(), await this.proxy()];
    const expected = await orLost(once(oracle, rendered.sql, prepared, rendered.params));
    const verdict = await this.#comparedWith(expected, proxy, rendered, prepared);
    if (verdict.kind !== 'different') return verdict;
    if (!(await this.world.answers())) throw new ServerLost('the server of the shards ended');
    const path = await this.#agreeingPath(rendered, prepared, expected).catch((error: unknown) => {
      throw error instanceof ServerLost ? new ServerLost(error.message, verdict.difference) : error;
    });
    return path === null ? verdict : { kind: 'undetermined', path };
  }

  /** The first other path by which one server contradicts itself and says what Shardgate says; null: none. */
  async #agreeingPath(rendered: Rendered, prepared: boolean, before: Answer): Promise<string | null> {
    for (const { name, settings, oracleSql, proxySql, prepares, unordered } of otherPaths(
      this.tables,
      this.world.flavour,
    )) {
      const oracle = await this.world.oracle({ answerTimeoutMs });
      const proxy = await this.world.proxy({ answerTimeoutMs });
      try {
        for (const client of [oracle, proxy]) await this.#withSettings(client, settings);
        const asPrepared = prepared || prepares === true;
        const asked = await orLost(once(oracle, oracleSql(rendered.sql), asPrepared, rendered.params));
        const expected = withoutHints(asked);
        const marks = new Set([...rendered.marks].filter((mark) => mark !== 'ordered' || unordered !== true));
        const path = { ...rendered, marks, sql: proxySql(rendered.sql) };
        const verdict = await this.#comparedWith(expected, proxy, path, prepared);
        const alike = differenceOf(before, expected, { ordered: false, coreColumns: true, warnings: false });
        if (verdict.kind === 'same' && alike !== null) return name;
      } finally {
        await Promise.all([oracle.close(), proxy.close()]);
      }
    }
    return null;
  }

  async #comparedWith(
    expected: Answer,
    proxy: ExactClient,
    { sql, params, marks }: Rendered,
    prepared: boolean,
  ): Promise<Verdict> {
    try {
      const found = await onceUp(proxy, sql, prepared, params);
      return verdictOf(expected, found, {
        ordered: marks.has('ordered'),
        countOnly: marks.has('countOnly'),
        flavour: this.world.flavour,
        withParams: prepared && params.length > 0,
        errnoOnly: this.#isOverKeyspaces(sql),
      });
    } catch (error) {
      return this.#lost(error);
    }
  }

  /** No server can check such a statement as a whole: of several errors any may come first. */
  #isOverKeyspaces(sql: string): boolean {
    return this.tables.some(({ kind, spelled }) => kind === 'unsharded' && sql.includes(spelled));
  }

  #lost(error: unknown): Extract<Verdict, { kind: 'different' }> {
    this.#proxy = null;
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'different', difference: `Shardgate: ${message}` };
  }
}

/**
 * What Shardgate may say otherwise than one server: it warns when a commit touched several shards; and with autocommit=0 a
 * savepoint opens its transaction, which a server opens with the first row.
 */
function likeShardgate(expected: Answer, found: Answer, sql: string): Answer {
  // Which of several rows that cannot be computed comes first is the server's business.
  if (expected.kind === 'error' && found.kind === 'error') {
    const both = [expected, found];
    if (both.every(isDataError) || (isUnordered(sql) && both.every(isRowError))) return found;
  }
  if (expected.kind === 'rows' && found.kind === 'rows') {
    const isManual = ((expected.status | found.status) & ServerStatus.autocommit) === 0;
    return isManual && !/\bFROM\b/.test(sql) ? { ...expected, status: found.status } : expected;
  }
  if (expected.kind !== 'ok' || found.kind !== 'ok') return expected;
  const isPlain = expected.affectedRows === 0n && expected.info === '';
  // A server that finds a WHERE impossible before it looks at rows gives no figures.
  if (isPlain && noneMatched.test(found.info))
    return { ...expected, info: found.info, warnings: found.warnings };
  // Rows are read first and then written by key: what reading warned of is not said.
  if (expected.info !== '' && !/^Records/.test(expected.info)) return asWarned(expected, found);
  if (/^(DELETE|UPDATE)/.test(sql)) return asWarned(expected, found);
  const warned = isPlain && found.warnings === 1 ? { ...expected, warnings: 1 } : expected;
  const isManual = (expected.status & ServerStatus.autocommit) === 0;
  return isManual && isPlain ? { ...warned, status: found.status } : warned;
}

/**
 * To clients that count rows found MariaDB also counts as duplicates the rows that ON DUPLICATE KEY UPDATE left as they were,
 * where it inserts VALUES of several rows, but not where it inserts one, or what a SELECT found.
 */
function alikeDuplicates(expected: Answer, found: Answer, sql: string): Answer {
  if (expected.kind !== 'ok' || found.kind !== 'ok' || !sql.includes('ON DUPLICATE KEY')) return expected;
  const count = /Duplicates: \d+/.exec(found.info)?.[0];
  return count === undefined
    ? expected
    : { ...expected, info: expected.info.replace(/Duplicates: \d+/, count) };
}

/** Which of its rows an INSERT ... SELECT meets first: several shards meet one each, whatever their order. */
function isUnordered(sql: string): boolean {
  return /^(INSERT|REPLACE).* SELECT /.test(sql) || (sql.startsWith('UPDATE') && !sql.includes(' ORDER BY '));
}

function isRowError(answer: ErrorAnswer): boolean {
  return isDataError(answer) || answer.sqlState.startsWith('23');
}

/** Several rows may have something wrong, and each shard says what it meets first. */
function isOfRows({ sqlState, errno }: ErrorAnswer): boolean {
  return /^2[23]/.test(sqlState) || [1261, 1262, 1265, 1364, 1366, 1406].includes(errno);
}

/** MySQL has no SQLSTATE of its own for ER_TRUNCATED_WRONG_VALUE_FOR_FIELD. */
function isDataError({ errno, sqlState }: ErrorAnswer): boolean {
  return sqlState.startsWith('22') || errno === 1366;
}

/** MySQL advises against VALUES() once per text it parses: a statement over several shards is several texts. */
function withoutAdvice(expected: Answer, found: Answer, sql: string): Answer {
  const isAdvised = /ON DUPLICATE KEY UPDATE .*\bVALUES\(/.test(sql);
  return isAdvised && expected.kind === 'ok' && found.kind === 'ok' ? asWarned(expected, found) : expected;
}

function asWarned(expected: OkAnswer, found: OkAnswer): OkAnswer {
  const info = expected.info.replace(/Warnings: \d+$/, /Warnings: \d+$/.exec(found.info)?.[0] ?? '');
  return { ...expected, warnings: found.warnings, info };
}

/**
 * Bounds that are alike under the connection's collation make one value of BETWEEN on MariaDB, whatever the column's collation
 * says: in a SELECT, though not in an UPDATE.
 */
function hasAlikeBounds(sql: string): boolean {
  const bare = (text: string): string =>
    text
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .toLowerCase()
      .replaceAll(/ß|ss/g, 's');
  const bounds = [...sql.matchAll(/BETWEEN ('[^']*') AND ('[^']*')/g)];
  return bounds.some(([, low = '', high = '']) => bare(low) === bare(high));
}

/**
 * A set operation on the right-hand side of these ends the server process of MySQL 9.7, in a subquery at least; INTERSECT binds
 * closer than EXCEPT: `SELECT 0.5 FROM t EXCEPT SELECT SUM(id) / 2 FROM t INTERSECT SELECT n FROM u`. RETURNING it has not.
 */
const mysqlKiller = /\b(?:INTERSECT|EXCEPT)(?: ALL)? \(\(|\bEXCEPT\b.*\bINTERSECT\b| RETURNING /s;

const noneMatched = /^Rows matched: 0 {2}Changed: 0 {2}Warnings: \d+$/;

async function once(
  client: ExactClient,
  sql: string,
  prepared: boolean,
  params: readonly ParamValue[],
): Promise<Answer> {
  if (!prepared) return client.query(sql);
  const statement = await client.prepare(sql);
  if ('kind' in statement) return statement;
  const answer = await client.execute(statement, params);
  client.closeStatement(statement);
  return answer;
}

/** On a busy machine a server answers the health check too late, and Shardgate takes it for down: asked again until it is up. */
async function onceUp(
  proxy: ExactClient,
  sql: string,
  prepared: boolean,
  params: readonly ParamValue[],
): Promise<Answer> {
  for (let left = upTriesMax; ; left--) {
    const found = await once(proxy, sql, prepared, params);
    const isDown = found.kind === 'error' && found.message.startsWith('SG4001:');
    if (!isDown || left === 0) return found;
    await sleep(upPauseMs);
  }
}

const upTriesMax = 40;
const upPauseMs = 250;

function refusalIn(found: Answer): Extract<Verdict, { kind: 'refused' }> | null {
  if (found.kind !== 'error') return null;
  const id = refusal.exec(found.message)?.[1];
  return id === undefined ? null : { kind: 'refused', id, message: found.message };
}

/** What MariaDB calls the collation by which only equal bytes are equal. */
function schemaFor(flavour: World['flavour'], { schema }: FuzzWorld): FuzzWorld['schema'] {
  if (flavour === 'mariadb') return schema;
  const spelled = (text: string): string => text.replaceAll('utf8mb4_nopad_bin', 'utf8mb4_0900_bin');
  return { ...schema, schema: spelled(schema.schema), mainSchema: spelled(schema.mainSchema) };
}

/** MySQL has no such modes. */
function settingsFor(flavour: World['flavour'], { settings }: FuzzWorld): readonly string[] {
  if (flavour === 'mariadb') return settings;
  return settings.map((setting) => setting.replace(/EMPTY_STRING_IS_NULL,|,TIME_ROUND_FRACTIONAL/, ''));
}

function verdictOf(
  expected: Answer,
  found: Answer,
  options: Omit<CompareOptions, 'warnings' | 'coreColumns'>,
): Verdict {
  const refused = refusalIn(found);
  if (refused !== null) return refused;
  // ER_DATA_OUT_OF_RANGE quotes the expression, with or without a database by the path.
  const errnoOnly = options.errnoOnly === true || (expected.kind === 'error' && expected.errno === 1690);
  // ER_GET_ERRNO: MySQL got lost inside its own temporary tables.
  if (expected.kind === 'error' && expected.errno === 1030) return { kind: 'same', isError: true, rows: 0 };
  const difference = differenceOf(expected, found, {
    ...options,
    errnoOnly,
    coreColumns: true,
    warnings: false,
  });
  if (difference !== null) return { kind: 'different', difference };
  const rows = expected.kind === 'rows' ? expected.rows.length : 0;
  return { kind: 'same', isError: expected.kind === 'error', rows };
}

function exactVerdict(told: Answer, found: Answer, sql: string, options: CompareOptions): Verdict {
  const either = told.kind === 'error' && found.kind === 'error' && isOfRows(told) && isOfRows(found);
  const expected = either ? found : alikeDuplicates(told, found, sql);
  const difference = differenceOf(expected, found, { ...options, coreColumns: true, warnings: false });
  if (difference !== null) return { kind: 'different', difference };
  return {
    kind: 'same',
    isError: found.kind === 'error',
    rows: found.kind === 'rows' ? found.rows.length : 0,
  };
}

export function describe(verdict: Verdict): string {
  if (verdict.kind === 'different') return verdict.difference;
  return verdict.kind === 'refused' ? verdict.message : 'the same answer';
}
