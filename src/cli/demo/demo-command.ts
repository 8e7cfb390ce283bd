// `shardgate demo`: options, and everything that may end it.
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { sourcesFromEnvironment } from '../servers/choose-servers.ts';
import { runDemo } from './run-demo.ts';

const defaultMysqlPort = 3307;
const defaultAdminPort = 9307;
const portMax = 65_535;
/** A terminal's Ctrl-C may reach us twice, from the terminal and through npm: that is still one. */
const secondSignalAfterMs = 1_000;
const exitInterrupted = 130;

/** The command ends the process itself. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('start five database servers, Shardgate in front of them, and an online shop to try it on')
    .option('--port <port>', 'where to serve MySQL clients', parsePort, defaultMysqlPort)
    .option('--admin-port <port>', 'where to serve the admin pages', parsePort, defaultAdminPort)
    .option('--directory <directory>', 'where servers and data are kept', '.shardgate')
    .action(async (options: { port: number; adminPort: number; directory: string }) => {
      const code = await runDemo({
        mysqlPort: options.port,
        adminPort: options.adminPort,
        directory: resolve(options.directory),
        sources: sourcesFromEnvironment(process.env['SHARDGATE_SERVERS']),
        out: process.stdout,
        signal: endSignal(),
      });
      process.exit(code);
    });
}

/** Aborted by Ctrl-C, SIGTERM, SIGHUP and the end of the process that started us through an IPC channel. */
function endSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const end = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - firstAt > secondSignalAfterMs) process.exit(exitInterrupted);
      return;
    }
    firstAt = performance.now();
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  if (process.connected) process.once('disconnect', end);
  return controller.signal;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= portMax) return port;
  throw new InvalidArgumentError(`a port is a number from 1 to ${portMax}`);
}
