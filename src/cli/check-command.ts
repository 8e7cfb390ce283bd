// `shardgate check`: configuration, vschema, tables and keys; every problem with its path.
import { Command } from 'commander';
import { readKeyspaces } from '../app/keyspaces.ts';
import { snapshot } from '../app/schema.ts';
import type { Config } from '../config/model.ts';
import { loadConfig } from '../config.ts';
import { formatProblems, hasErrors, type Problem } from '../util/problem.ts';
import { columnProblems } from '../vschema/column-warnings.ts';
import { constraintWarnings } from '../vschema/constraints.ts';
import { checkServers } from './check-servers.ts';
import { exitBadConfiguration, exitProblems } from './exit-codes.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('check configuration, vschema, tables and keys; with --connect the servers too')
    .requiredOption('--config <file>', 'the configuration file')
    .option('--connect', 'ask the servers: versions, privileges, tables, limits')
    .action(async (options: { config: string; connect?: boolean }) => {
      const { config, problems } = loadConfig(options.config);
      if (config === null) {
        process.stdout.write(`${formatProblems(problems)}\n`);
        process.exit(exitBadConfiguration);
      }
      const all = [
        ...problems,
        ...checkFiles(config),
        ...(options.connect === true ? await checkServers(config) : []),
      ];
      if (all.length > 0) process.stdout.write(`${formatProblems(all)}\n`);
      const errors = all.filter((problem) => problem.severity === 'error').length;
      process.stdout.write(
        `${errors === 0 ? 'ok' : 'not ok'}: ${errors} errors, ${all.length - errors} warnings\n`,
      );
      process.exitCode = errors === 0 ? 0 : exitProblems;
    });
}

function checkFiles(config: Config): readonly Problem[] {
  const { keyspaces, problems } = readKeyspaces(config);
  if (hasErrors(problems)) return problems;
  const vschema = snapshot(1, keyspaces, null, null);
  return [...problems, ...constraintWarnings(vschema), ...columnProblems(vschema)];
}
