#!/usr/bin/env node
// The `shardgate` command.
import { Command } from 'commander';
import { productVersion } from './app/version.ts';
import { assessCommand } from './cli/assess-command.ts';
import { checkCommand } from './cli/check-command.ts';
import { demoCommand } from './cli/demo/demo-command.ts';
import { explainCommand } from './cli/explain-command.ts';
import { serveCommand } from './cli/serve-command.ts';
import { vindexCommand } from './cli/vindex-command.ts';

const program = new Command('shardgate')
  .description('one MySQL server to your application, many behind it')
  .version(productVersion)
  .addCommand(serveCommand())
  .addCommand(checkCommand())
  .addCommand(explainCommand())
  .addCommand(assessCommand())
  .addCommand(vindexCommand())
  .addCommand(demoCommand());

await program.parseAsync();
