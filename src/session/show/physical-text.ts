// A SHOW's or DESCRIBE's own text with the names of keyspace and table as the shard has them.
import type { DescribeTable, Show } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { walk } from '../../sql/visitor.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { applyEdits, type TextEdit } from '../rewrite/text-edits.ts';
import type { StatementContext } from '../statement/statement-context.ts';

export function physicalShow(show: Show, shard: Shard, { text }: StatementContext): SqlText {
  const edits: TextEdit[] = headerEdits(show, shard);
  const database = quoteIdentifier(shard.database);
  const { table, schema } = show;
  // FROM db behind the table wins over a qualifier, as on a server.
  const behind = schema !== null && (table === null || schema.start >= table.end);
  if (behind) edits.push({ start: schema.start, end: schema.end, text: database });
  if (table !== null) {
    const name = quoteIdentifier(table.name.name);
    edits.push({ start: table.start, end: table.end, text: behind ? name : `${database}.${name}` });
  }
  return applyEdits(text, edits);
}

export function physicalDescribe(
  { table }: DescribeTable,
  shard: Shard,
  { text }: StatementContext,
): SqlText {
  const name = `${quoteIdentifier(shard.database)}.${quoteIdentifier(table.name.name)}`;
  return applyEdits(text, [{ start: table.start, end: table.end, text: name }]);
}

/** Connections are in a keyspace's database: the system schema that the client is in is written out. */
export function systemShow(show: Show, shard: Shard, context: StatementContext): SqlText {
  if (show.schema !== null || show.what === 'createDatabase') return physicalShow(show, shard, context);
  const { text } = context;
  const { like, where } = show;
  const filter =
    like !== null
      ? ` LIKE ${text.slice(like.start, like.end)}`
      : where !== null
        ? ` WHERE ${text.slice(where.start, where.end)}`
        : '';
  return `SHOW ${show.full ? 'FULL ' : ''}${show.words} FROM ${quoteIdentifier(shard.database)}${filter}`;
}

/** The WHERE of SHOW TABLES names its column after the database. */
function headerEdits(show: Show, shard: Shard): TextEdit[] {
  const edits: TextEdit[] = [];
  if (show.where === null) return edits;
  const logical = `tables_in_${shard.keyspace}`.toLowerCase();
  walk(show.where, (node) => {
    if (node.kind !== 'column' || node.name.name.toLowerCase() !== logical) return;
    const { start, end } = node.name;
    edits.push({ start, end, text: quoteIdentifier(`Tables_in_${shard.database}`) });
  });
  return edits;
}
