// `shardgate check`: configuration, vschema, tables and keys; every problem with its path.
import { Command } from 'commander';
import { checkIdentities } from '../app/identity.ts';
import { readKeyspaces } from '../app/keyspaces.ts';
import { snapshot } from '../app/schema.ts';
import type { Config } from '../config/model.ts';
import { loadConfig } from '../config.ts';
import { formatProblems, hasErrors, type Problem } from '../util/problem.ts';
import { checkServers } from './check-servers.ts';
import { exitProblems } from './exit-codes.ts';
import { checkRows } from './rows/check-rows.ts';
import { schemaProblems } from './schema-problems.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('check configuration, vschema, tables and keys; with --connect the servers too')
    .requiredOption('--config <file>', 'the configuration file')
    .option('--connect', 'ask the servers: versions, privileges, tables, limits')
    .option('--rows', 'with --connect: read every row, to see that it is on the shard it belongs to')
    .action(async (options: { config: string; connect?: boolean; rows?: boolean }) => {
      const connect = options.connect === true;
      report(await allProblems(options.config, connect, connect && options.rows === true));
    });
}

async function allProblems(file: string, connect: boolean, rows: boolean): Promise<readonly Problem[]> {
  const { config, problems } = loadConfig(file);
  if (config === null) return problems;
  const found = [...problems, ...checkFiles(config, connect)];
  if (!connect || hasErrors(found)) return found;
  const asked = [...found, ...(await checkServers(config)), ...(await checkIdentity(config))];
  return rows && !hasErrors(asked) ? [...asked, ...(await checkRows(config))] : asked;
}

/** Only what is wrong: that a shard has not been told who it is may be meant. */
async function checkIdentity(config: Config): Promise<readonly Problem[]> {
  const problems = await checkIdentities(readKeyspaces(config).keyspaces);
  return problems.filter((problem) => problem.severity === 'error');
}

/** Tables of schema files are looked at unless the servers' own will be. */
function checkFiles(config: Config, connect: boolean): readonly Problem[] {
  const { keyspaces, problems } = readKeyspaces(config);
  if (connect || hasErrors(problems)) return problems;
  return [...problems, ...schemaProblems(snapshot(1, keyspaces, null, null))];
}

function report(problems: readonly Problem[]): void {
  if (problems.length > 0) process.stdout.write(`${formatProblems(problems)}\n`);
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const counts = `${errors} errors, ${problems.length - errors} warnings`;
  process.stdout.write(problems.length === 0 ? 'ok: no problems\n' : `${counts}\n`);
  if (problems.length > 0) process.exitCode = exitProblems;
}
