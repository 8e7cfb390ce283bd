// Shardgate on a configuration file, as `shardgate serve` starts it.
import { adoptShards } from '../../app/identity.ts';
import { readKeyspaces } from '../../app/keyspaces.ts';
import { type App, startApp } from '../../app.ts';
import { ConfigError, loadConfig } from '../../config.ts';
import { hasErrors } from '../../util/problem.ts';

/** Rejects with ConfigError when the file does not serve, and with Node's error when a port cannot be had. */
export async function startProxy(configFile: string): Promise<App> {
  const { config, problems } = loadConfig(configFile);
  if (config === null) throw new ConfigError(problems);
  // The demo's own servers: whoever they were before, they are this demo's now.
  const { keyspaces } = readKeyspaces(config);
  const told = await adoptShards(keyspaces);
  if (hasErrors(told)) throw new ConfigError(told);
  return startApp(config);
}
