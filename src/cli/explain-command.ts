// `shardgate explain`: the decision tree with reasons, the plan, the shards and the statements; offline.
import { Command } from 'commander';
import { explainStatement } from '../app/explain.ts';
import { SqlError } from '../errors/sql-error.ts';
import { describePlan, planLines } from '../plan/describe.ts';
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
  const { plan, tree, shards } = explainStatement(sql, options.keyspace ?? null, offlineVSchema(options));
  if (options.json === true)
    process.stdout.write(`${JSON.stringify(plan === null ? tree : describePlan(plan), null, 2)}\n`);
  else if (plan === null) process.stdout.write('plan: session (answered by Shardgate)\n');
  else process.stdout.write(`${planLines(plan).join('\n')}\n`);
  const count = shards === null ? 'a lookup decides' : `${shards.length} (${shards.join(', ')})`;
  process.stdout.write(`shards: ${count}\n`);
}
