// The vschema as the servers themselves complete it, for commands that look at rows.

import { readKeyspaces } from '../../app/keyspaces.ts';
import { snapshot } from '../../app/schema.ts';
import { targetsOf } from '../../app/targets.ts';
import type { Config } from '../../config/model.ts';
import { SchemaTracker } from '../../control/schema-tracker.ts';
import { createLogger } from '../../observability/log.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import { routingColumnOf } from '../../vschema/files/declared-columns.ts';
import type { Table, VSchema } from '../../vschema/model.ts';

/** Columns and keys are the servers' own; files serve for keyspaces that could not be asked. */
export async function readVSchema(config: Config): Promise<VSchema> {
  const { keyspaces } = readKeyspaces(config);
  const log = createLogger({ level: 'silent', pretty: null, output: 2 }, () => {});
  const tracker = new SchemaTracker(targetsOf(config), { log, onChange: () => {} });
  await tracker.start();
  try {
    return snapshot(1, keyspaces, tracker, null);
  } finally {
    tracker.stop();
  }
}

/** A unique key without NULLs, the primary one before others; null when the table has none. */
export function scanKey(table: Table): readonly RoutingColumn[] | null {
  const keys = table.keys.filter((key) => key.unique && !key.partial && isNotNull(table, key.columns));
  const key = keys.find(({ name }) => name === 'PRIMARY') ?? keys[0];
  return key === undefined ? null : key.columns.map((name) => routingColumnOf(name, table.columns));
}

function isNotNull(table: Table, columns: readonly string[]): boolean {
  return columns.every(
    (name) =>
      table.columns?.find((column) => column.name.toLowerCase() === name.toLowerCase())?.nullable === false,
  );
}
