// How the columns of a row travel when it moves to another shard.
import { shardgateError } from '../../errors/catalog.ts';
import type { CopiedColumn } from '../../plan/row-target.ts';
import type { Column, Table } from '../../vschema/model.ts';

/** All but generated ones, which the other shard computes again. */
export function copiedColumns(table: Table): readonly CopiedColumn[] {
  if (table.columns === null) throw shardgateError('SG6010', { table: table.name });
  return table.columns
    .filter((column) => !column.generated)
    .map((column) => ({ name: column.name, as: carrierOf(column) }));
}

function carrierOf({ family, dataType }: Column): CopiedColumn['as'] {
  switch (family) {
    case 'float':
      return dataType === 'float' ? 'double' : 'plain';
    case 'bit':
    case 'enum':
    case 'set':
      return 'number';
    case 'text':
    case 'other':
      return 'text';
    case 'json':
      return 'document';
    default:
      return 'plain';
  }
}
