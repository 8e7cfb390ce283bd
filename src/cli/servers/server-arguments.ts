// What a server for a demo or a test is started with, wherever it runs: small, and the same in a container.
import type { ServerOptions } from './server-provider.ts';

/** For both flavours. They end with the options' own, which win over those before them. */
export function sizeArguments(options: ServerOptions): string[] {
  return [
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--skip-log-bin',
    '--innodb-buffer-pool-size=64M',
    '--max-connections=300',
    '--max-allowed-packet=64M',
    ...(options.durable
      ? []
      : ['--innodb-flush-log-at-trx-commit=0', '--sync-binlog=0', '--innodb-doublewrite=0']),
    ...(options.extraArguments ?? []),
  ];
}
