// Are the shards who the configuration takes them for? Asked before anything is served and before a reload changes anything.
import { addressOf, type ShardTargets } from '../backend/options.ts';
import {
  type IdentityAnswer,
  readIdentity,
  type ShardIdentity,
  writeIdentity,
} from '../control/shard-identity.ts';
import { errorAt, type Problem, warningAt } from '../util/problem.ts';
import { vschemaChecksum } from '../vschema/checksum.ts';
import type { ConfiguredKeyspace } from './keyspaces.ts';

interface Member {
  readonly shard: ShardTargets;
  readonly wanted: ShardIdentity;
  readonly answer: IdentityAnswer;
}

/**
 * `before`: the keyspaces that were served until now, for a reload; their vschema may change here, and the shards are told.
 * An error for every shard that says it is another, or that another Shardgate serves with another vschema; then none is told
 * anything.
 */
export async function checkIdentities(
  keyspaces: readonly ConfiguredKeyspace[],
  before: readonly ConfiguredKeyspace[] = [],
): Promise<readonly Problem[]> {
  const members = await askAll(keyspaces);
  const known = new Map(
    before.map((keyspace) => [keyspace.config.name, vschemaChecksum(keyspace.definition)]),
  );
  const problems = members.flatMap((member) => problemsOf(member, known.get(member.wanted.keyspace) ?? null));
  if (problems.some((problem) => problem.severity === 'error')) return problems;
  const changed = members.filter(
    ({ answer, wanted }) => answer.kind === 'known' && answer.identity.vschema !== wanted.vschema,
  );
  return [...problems, ...(await writeAll(changed))];
}

/** Tells every shard who it is, whatever it said before. Errors for those that could not be told. */
export async function adoptShards(keyspaces: readonly ConfiguredKeyspace[]): Promise<readonly Problem[]> {
  return writeAll(await askAll(keyspaces));
}

/** Only shards of sharded keyspaces have rows that could be in the wrong place. */
async function askAll(keyspaces: readonly ConfiguredKeyspace[]): Promise<readonly Member[]> {
  const sharded = keyspaces.filter((keyspace) => keyspace.definition.sharded);
  return Promise.all(
    sharded.flatMap(({ config, definition }) => {
      const vschema = vschemaChecksum(definition);
      return config.shards.map(async (shard): Promise<Member> => {
        const wanted = { keyspace: config.name, shard: shard.name, vschema };
        return { shard, wanted, answer: await readIdentity(shard.primary) };
      });
    }),
  );
}

function problemsOf({ shard, wanted, answer }: Member, before: string | null): readonly Problem[] {
  const path = `keyspaces.${wanted.keyspace}.shards.${wanted.shard}`;
  const place = `${addressOf(shard.primary)}, database ${shard.primary.database}`;
  switch (answer.kind) {
    case 'unknown':
      return [];
    case 'none':
      return [
        warningAt(path, `${place} does not say which shard it is; start once with --adopt, and it will`),
      ];
    case 'known': {
      const { identity } = answer;
      if (identity.keyspace !== wanted.keyspace || identity.shard !== wanted.shard) {
        const says = `${place} says it is shard ${identity.shard} of keyspace ${identity.keyspace}`;
        return [errorAt(path, `${says}; correct the address, or start with --adopt if it is wrong`)];
      }
      if (identity.vschema === wanted.vschema || identity.vschema === before) return [];
      const why = 'another Shardgate may route by that one, and rows would be lost to each other';
      return [
        errorAt(
          path,
          `${place} was last served with another vschema: ${why}; use the same, or start with --adopt when this one is meant`,
        ),
      ];
    }
  }
}

async function writeAll(members: readonly Member[]): Promise<readonly Problem[]> {
  const problems = await Promise.all(
    members.map(async ({ shard, wanted }): Promise<readonly Problem[]> => {
      try {
        await writeIdentity(shard.primary, wanted);
        return [];
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const path = `keyspaces.${wanted.keyspace}.shards.${wanted.shard}`;
        return [errorAt(path, `could not be told which shard it is: ${reason}`)];
      }
    }),
  );
  return problems.flat();
}
