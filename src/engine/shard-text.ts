// A template as one shard gets it.
import { type RenderContext, renderTemplate, type ValueSource } from '../text/render.ts';
import type { Template } from '../text/template.ts';
import { present } from '../util/assert.ts';
import type { Shard } from '../vindex/shard-map.ts';
import type { Execution } from './contract.ts';

/** What templates ask of a gather; other plans have none. */
export interface GatherNames {
  workspaceTable(fragment: number, copy: number): string;
  keys(fragment: number, column: number): string | null;
}

const noGather: GatherNames = {
  workspaceTable() {
    throw new Error('assertion failed: a workspace table outside a gather');
  },
  keys() {
    throw new Error('assertion failed: keys outside a gather');
  },
};

/** What the text of a statement depends on besides its template and shard. */
export interface TextSources extends Pick<Execution, 'shardMaps'> {
  readonly binds: ValueSource;
  /** Where `binds` spells some values as `?`: the values themselves. */
  readonly limitValues?: ValueSource;
}

/** SqlText of a template for a shard. */
export function shardText(
  execution: TextSources,
  shard: Shard,
  template: Template,
  names: GatherNames = noGather,
): string {
  const context: RenderContext = {
    values: execution.binds,
    limitValues: execution.limitValues ?? execution.binds,
    database: (keyspace) => databaseFor(execution, shard, keyspace),
    workspaceTable: names.workspaceTable,
    keys: names.keys,
  };
  return renderTemplate(template, context);
}

/** Physical database of a keyspace on the shard's server: its own, or the only one of an unsharded keyspace. */
function databaseFor(execution: TextSources, shard: Shard, keyspace: string): string {
  if (keyspace === shard.keyspace) return shard.database;
  const map = present(execution.shardMaps.get(keyspace), `keyspace ${keyspace} of the plan`);
  if (map.shards.length > 1) return keyspace;
  return present(map.shards[0], 'a keyspace has a shard').database;
}
