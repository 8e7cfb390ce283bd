// A finding as somebody reads it who wants to see it again.
import type { Arena } from './arena.ts';
import { render } from './piece.ts';
import type { Finding } from './shrink.ts';
import type { FuzzWorld } from './tables.ts';

export interface Origin {
  readonly seed: number;
  readonly index: number;
}

export async function reportOf(
  finding: Finding,
  origin: Origin,
  fuzzWorld: FuzzWorld,
  arena: Arena,
): Promise<string> {
  const { sql, params } = render(finding.piece, finding.prepared);
  const lines = [
    `--- seed ${origin.seed}, statement ${origin.index}${finding.prepared ? ', prepared' : ''}`,
    `shards: ${fuzzWorld.schema.shards.join(' ')}`,
    ...fuzzWorld.settings,
  ];
  const vschema = fuzzWorld.schema.vschema as {
    readonly vindexes: Record<string, unknown>;
    readonly tables: Record<string, unknown>;
  };
  for (const table of fuzzWorld.tables) {
    const rows = finding.rows.get(table.name);
    if (rows === undefined) continue;
    const vindex = table.domain === null ? '' : ` ${JSON.stringify(vschema.vindexes[table.domain.vindex])}`;
    lines.push(`${table.kind} ${JSON.stringify(vschema.tables[table.name] ?? {})}${vindex}`);
    lines.push(`${table.createSql};`);
    if (rows.length > 0) lines.push(`INSERT INTO ${table.spelled} VALUES ${rows.join(', ')};`);
  }
  lines.push(sql);
  if (params.length > 0)
    lines.push(`parameters: ${params.map((value) => `${typeof value} ${String(value)}`).join(', ')}`);
  lines.push(finding.difference, await planOf(arena, render(finding.piece, false).sql));
  return lines.join('\n');
}

/** The decision tree, as the admin endpoint tells it. */
export async function planOf(arena: Arena, sql: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${arena.world.app.adminPort}/api/explain`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql, keyspace: 'shop' }),
  });
  const explained = (await answer.json()) as {
    readonly plan?: { readonly reasons?: readonly string[] };
    readonly reasons?: readonly string[];
    readonly statements?: readonly { readonly on: unknown; readonly sql: string }[];
  };
  const reasons = explained.reasons ?? explained.plan?.reasons ?? [];
  const texts = new Map(
    (explained.statements ?? []).map(({ on, sql: sent }) => [sent.replaceAll(/`shop_\d+`/g, '`shop_?`'), on]),
  );
  return [...reasons, ...[...texts].map(([sent, on]) => `${String(on)}: ${sent}`)]
    .map((text) => `  ${text}`)
    .join('\n');
}
