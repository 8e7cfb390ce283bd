// Shardgate on a configuration file, as `shardgate serve` starts it.
import { type App, startApp } from '../../app.ts';
import { ConfigError, loadConfig } from '../../config.ts';

/** Rejects with ConfigError when the file does not serve, and with Node's error when a port cannot be had. */
export async function startProxy(configFile: string): Promise<App> {
  const { config, problems } = loadConfig(configFile);
  if (config === null) throw new ConfigError(problems);
  return startApp(config);
}
