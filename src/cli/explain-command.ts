// `shardgate explain`: the decision tree with reasons, the plan, the shards and the statements; offline.
import { Command } from 'commander';
import { type Explanation, explainStatement } from '../app/offline/explain.ts';
import type { SentStatement } from '../app/offline/offline-run.ts';
import { SqlError } from '../errors/sql-error.ts';
import { planLines } from '../plan/describe.ts';
import { exitProblems } from './exit-codes.ts';
import { type OfflineOptions, offlineVSchema } from './offline-vschema.ts';

export function explainCommand(): Command {
  return new Command('explain')
    .description('show how a statement would run, and why')
    .requiredOption('--config <file>', 'the configuration file')
    .option('--schema <file>', 'CREATE TABLE statements of the keyspace')
    .option('--keyspace <name>', 'the current keyspace')
    .option('--json', 'print the plan as JSON')
    .argument('<sql>', 'the statement')
    .action((sql: string, options: OfflineOptions & { json?: boolean }) => {
      try {
        print(sql, options);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        process.stderr.write(`ERROR ${error.errno} (${error.sqlState}): ${error.message}\n`);
        process.exitCode = exitProblems;
      }
    });
}

function print(sql: string, options: OfflineOptions & { json?: boolean }): void {
  const explanation = explainStatement(sql, options.keyspace ?? null, offlineVSchema(options));
  if (explanation.plan?.root.kind === 'refuse') process.exitCode = exitProblems;
  const lines = options.json === true ? [JSON.stringify(explanation.tree, null, 2)] : linesOf(explanation);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function linesOf({ plan, shards, statements, reasons }: Explanation): readonly string[] {
  const tree = plan === null ? ['plan: session (answered by Shardgate)'] : planLines({ ...plan, reasons });
  const count =
    shards === null
      ? 'depends on values'
      : `${shards.length}${shards.length > 0 ? ` (${shards.join(', ')})` : ''}`;
  return [
    ...tree,
    `shards: ${count}`,
    ...(statements.length > 0 ? ['statements:'] : []),
    ...statements.flatMap(sentLines),
  ];
}

function sentLines({ shards, role, sql }: SentStatement): readonly string[] {
  const where =
    role === 'workspace' ? 'workspace' : shards.length === 0 ? 'where its values lead' : shards.join(', ');
  return [`  ${where}:`, ...sql.split('\n').map((line) => `    ${line}`)];
}
