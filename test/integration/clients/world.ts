// The demo shop through Shardgate beside one plain server, both asked the same in the same order.
import { demoMainSchema, demoSchema, demoVschema } from '../../support/demo-shop.ts';
import type { Answer, ExactClient } from '../../support/exact-client.ts';
import { fileWorld } from '../../support/file-world.ts';
import { Pair, same } from '../../support/pair.ts';
import type { World, WorldSchema } from '../../support/stage.ts';
import { testFlavour } from '../../support/test-servers.ts';

const notesSchema = `
CREATE TABLE notes (
  id BIGINT NOT NULL,
  title VARCHAR(60),
  amount DECIMAL(12,2),
  doc JSON,
  PRIMARY KEY (id),
  KEY by_title (title)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
`;

/** Called at a test file's top. `config`: top-level keys over ours. */
export function clientWorld(config: Readonly<Record<string, unknown>> = {}): { readonly world: World } {
  return fileWorld(clientSchema(config), fill);
}

function clientSchema(config: Readonly<Record<string, unknown>>): WorldSchema {
  const demo: { readonly tables?: object } = demoVschema();
  const notes = { column_vindexes: [{ column: 'id', name: 'hash' }] };
  return {
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: { ...demo, tables: { ...demo.tables, notes } },
    schema: demoSchema() + notesSchema,
    mainSchema: demoMainSchema(),
    config,
  };
}

const rows = Array.from({ length: 20 }, (_, i) => i + 1);

/** The same rows on both sides. */
async function fill(world: World): Promise<void> {
  const users = rows.map(
    (id) =>
      `(${id}, 'user ${id}', 'u${id}@example.com', '${id % 2 ? 'DE' : 'FR'}', ${id}.50, '2024-01-01 00:00:00')`,
  );
  const orders = rows.map((id) => `(${100 + id}, ${id}, 'paid', ${id}.25, '2024-01-02 00:00:00')`);
  for (const client of [await world.proxy(), await world.oracle()]) {
    await client.query(`INSERT INTO users VALUES ${users.join(', ')}`);
    await client.query(`INSERT INTO orders VALUES ${orders.join(', ')}`);
    await client.query("INSERT INTO countries VALUES ('DE', 'Germany'), ('FR', 'France')");
    await client.query("INSERT INTO main.settings VALUES ('theme', 'dark')");
  }
}

/** On the plain server a user who may see what Shardgate's may: the two databases. */
export async function shoppers(world: World): Promise<Pair> {
  const { oracleAdmin } = world;
  await oracleAdmin.query("CREATE USER IF NOT EXISTS shopper@'%' IDENTIFIED BY 'app'");
  for (const database of ['shop', 'main'])
    await oracleAdmin.query(`GRANT ALL PRIVILEGES ON ${database}.* TO shopper@'%'`);
  // MySQL describes columns of system views otherwise with a LIKE than without, so only what they are counts there.
  const options = { ordered: true, coreColumns: testFlavour() === 'mysql' };
  return new Pair(await world.oracle({ user: 'shopper' }), await world.proxy(), options);
}

/** Every statement whose answer differs when it is prepared, run once and closed. */
export async function preparedDifferences(both: Pair, statements: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const sql of statements) {
    const [oracle, proxy] = [await runPrepared(both.oracle, sql), await runPrepared(both.proxy, sql)];
    const answers = both.compare(oracle.answer, proxy.answer);
    const difference = answers === same ? announcement(oracle, proxy) : answers;
    if (difference !== null) found.push(`${sql}\n${difference}`);
  }
  return found;
}

/** Some answers a server does not announce; what Shardgate announces must come. */
function announcement(oracle: PreparedRun, proxy: PreparedRun): string | null {
  if (proxy.answer.kind !== 'rows') return null;
  const right = proxy.announced === proxy.answer.columns.length || proxy.announced === oracle.announced;
  return right ? null : `announced: one server ${oracle.announced}, Shardgate ${proxy.announced}`;
}

interface PreparedRun {
  /** Columns the COM_STMT_PREPARE tells of. */
  readonly announced: number;
  readonly answer: Answer;
}

async function runPrepared(client: ExactClient, sql: string): Promise<PreparedRun> {
  const prepared = await client.prepare(sql);
  if ('kind' in prepared) return { announced: 0, answer: prepared };
  const answer = await client.execute(prepared);
  client.closeStatement(prepared);
  return { announced: prepared.columns.length, answer };
}
