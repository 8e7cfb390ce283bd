// What servers report of one table each has a part of: CHECKSUM, CHECK, ANALYZE, OPTIMIZE and REPAIR TABLE.
import type { EachShardNode } from '../plan/nodes.ts';
import { encodeBinaryRow } from '../value/binary-row.ts';
import type { ColumnDefinition } from '../value/column-definition.ts';
import { encodeTextRow, TextRow } from '../value/text-row.ts';
import type { Shard } from '../vindex/shard-map.ts';
import { renameInMessage } from './physical-names.ts';

type Cells = readonly (string | null)[];

/** Servers add the checksums of rows up in 32 bits. */
const checksumBits = 32;

/** Collects the shards' rows (text format, binary strings), in the order of the shards. */
export class TableReports {
  readonly #node: EachShardNode;
  readonly #columns: readonly ColumnDefinition[];
  readonly #view: TextRow;
  /** By what makes two of them one. */
  readonly #rows = new Map<string, Cells>();

  constructor(node: EachShardNode, columns: readonly ColumnDefinition[]) {
    this.#node = node;
    this.#columns = columns;
    this.#view = new TextRow(columns.length);
  }

  add(row: Buffer, shard: Shard): void {
    this.#view.load(row);
    const cells = this.#columns.map((_column, index) => {
      const cell = this.#view.text(index);
      return cell === null ? null : renamed(cell, shard);
    });
    if (this.#node.result === 'checksums') this.#addChecksum(cells);
    else this.#rows.set(JSON.stringify(cells), cells);
  }

  /** A table's checksum is the sum of its rows'; a reference table has all its rows on every shard. */
  #addChecksum([table = null, checksum = null]: Cells): void {
    const key = table ?? '';
    const before = this.#rows.get(key);
    if (before === undefined) this.#rows.set(key, [table, checksum]);
    else if (this.#node.wholeTables?.includes(key) !== true)
      this.#rows.set(key, [table, sum(before[1], checksum)]);
  }

  /** Rows for the client. What all shards report alike is reported once. */
  encoded(format: 'text' | 'binary'): readonly Uint8Array[] {
    return [...this.#rows.values()].map((row) => {
      const cells = row.map((cell) => (cell === null ? null : Buffer.from(cell, 'latin1')));
      return format === 'text' ? encodeTextRow(cells) : encodeBinaryRow(this.#columns, cells);
    });
  }
}

function sum(one: string | null | undefined, other: string | null): string | null {
  if (typeof one !== 'string' || other === null) return null;
  return BigInt.asUintN(checksumBits, BigInt(one) + BigInt(other)).toString();
}

/** Tables stand as `database.table` in cells, and within messages. */
function renamed(cell: string, { database, keyspace }: Shard): string {
  const name = Buffer.from(database, 'utf8').toString('latin1');
  const shown = Buffer.from(keyspace, 'utf8').toString('latin1');
  return cell.startsWith(`${name}.`) ? shown + cell.slice(name.length) : renameInMessage(cell, name, shown);
}
