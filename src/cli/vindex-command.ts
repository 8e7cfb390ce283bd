// `shardgate vindex verify|repair|backfill`: a lookup vindex compared with the rows of its owner, and mended.
import { Command } from 'commander';
import type { Config } from '../config/model.ts';
import { loadConfig } from '../config.ts';
import { formatProblems } from '../util/problem.ts';
import type { RoutingKey } from '../vindex/routing-key.ts';
import type { FunctionalVindex } from '../vindex/vindex.ts';
import type { Keyspace, VSchema } from '../vschema/model.ts';
import { exitBadConfiguration, exitProblems } from './exit-codes.ts';
import { LookupCheck, type LookupParts, type LookupReport, type Mending } from './rows/lookup-check.ts';
import { readVSchema } from './rows/placed-tables.ts';
import { ShardSession } from './rows/shard-session.ts';

export function vindexCommand(): Command {
  const command = new Command('vindex').description('verify, repair or fill a lookup vindex');
  const add = (name: string, description: string, mending: Mending): void => {
    command
      .command(name)
      .description(description)
      .requiredOption('--config <file>', 'the configuration file')
      .argument('<keyspace.vindex>', 'the lookup vindex')
      .action((vindex: string, options: { config: string }) => run(options.config, vindex, mending));
  };
  add('verify', 'compare every row with its lookup row; exit 1 when they disagree', 'none');
  add('repair', 'the same, adding what is missing and removing what leads nowhere', 'all');
  add(
    'backfill',
    'add the lookup rows of rows that have none: fills a new vindex while it is in use',
    'missing',
  );
  return command;
}

async function run(file: string, name: string, mending: Mending): Promise<void> {
  const { config, problems } = loadConfig(file);
  if (config === null) return fail(formatProblems(problems));
  const vschema = await readVSchema(config);
  const found = findVindex(vschema, name);
  if (typeof found === 'string') return fail(found);
  const sessions: ShardSession[] = [];
  try {
    const owners = await openAll(config, found.owner.keyspace, sessions);
    const lookups = await openAll(config, found.lookup.keyspace, sessions);
    const report = await new LookupCheck({ ...found, owners, lookups }, mending, progress).run();
    print(name, report, mending);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  } finally {
    for (const session of sessions) session.close();
  }
}

type Found = Omit<LookupParts, 'owners' | 'lookups'>;

/** The vindex with its tables, or why it cannot be looked at. */
function findVindex(vschema: VSchema, name: string): Found | string {
  const dot = name.indexOf('.');
  const keyspace = vschema.keyspaces.get(name.slice(0, Math.max(dot, 0)));
  if (keyspace === undefined) return `'${name}' names no keyspace; allowed: KEYSPACE.VINDEX`;
  const vindex = keyspace.vindexes.get(name.slice(dot + 1));
  if (vindex === undefined) return `keyspace ${keyspace.name} has no vindex '${name.slice(dot + 1)}'`;
  if (vindex.kind !== 'lookup')
    return `vindex ${vindex.name} (${vindex.type}) computes ids: there is nothing to verify`;
  const owner = vindex.owner === null ? undefined : keyspace.tables.get(vindex.owner);
  const key = owner?.columnVindexes.find((one) => one.vindex === vindex);
  const lookup = key?.lookup;
  if (owner === undefined || key === undefined)
    return `no table owns vindex ${vindex.name}: it cannot be told what its rows should be`;
  if (lookup === undefined) return `lookup table ${vindex.table} of vindex ${vindex.name} cannot be found`;
  const primary = functionalKey(owner.columnVindexes[0]);
  if (primary === null) return `table ${owner.name} is placed by a lookup itself`;
  const home: Keyspace | undefined = vschema.keyspaces.get(lookup.keyspace);
  const table = home?.tables.get(lookup.table);
  if (home === undefined || table === undefined) return `lookup table ${vindex.table} is on no server`;
  return {
    owner,
    primary,
    key,
    vindex,
    lookup,
    table,
    ownerMap: keyspace.shardMap,
    lookupMap: home.shardMap,
  };
}

function functionalKey(
  key: RoutingKey | undefined,
): (RoutingKey & { readonly vindex: FunctionalVindex }) | null {
  return key?.vindex.kind === 'functional' ? { ...key, vindex: key.vindex } : null;
}

async function openAll(
  config: Config,
  keyspace: string,
  opened: ShardSession[],
): Promise<ReadonlyMap<string, ShardSession>> {
  const sessions = new Map<string, ShardSession>();
  for (const shard of config.keyspaces.get(keyspace)?.shards ?? []) {
    const session = await ShardSession.open(shard);
    opened.push(session);
    sessions.set(shard.name, session);
  }
  return sessions;
}

/** Only for people: files and pipes get the last line. */
function progress(report: LookupReport): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${report.rows} rows, ${report.missing} missing, ${report.orphans} orphans`);
}

function print(name: string, report: LookupReport, mending: Mending): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
  for (const line of report.shown) process.stdout.write(`${line}\n`);
  const { rows, missing, orphans, conflicts, mended } = report;
  const counts = [`${rows} rows`, `${missing} missing`, `${orphans} orphans`, `${conflicts} conflicts`];
  if (mending !== 'none') counts.push(`${mended} mended`);
  process.stdout.write(`${name}: ${counts.join(', ')}\n`);
  const left = mending === 'none' ? missing + orphans : conflicts;
  if (left > 0) process.exitCode = exitProblems;
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = exitBadConfiguration;
}
