// Views of one database, in the words servers keep of them.
import type { ViewDefinition } from '../vschema/model.ts';
import type { ControlConnection } from './control-connection.ts';
import { bodyOfView, type DatabaseNames, renameInView, sqlTextOf } from './view-text.ts';

const readTimeoutMs = 10_000;

const viewsSql = `SELECT TABLE_NAME, VIEW_DEFINITION, COLLATION_CONNECTION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?`;

/**
 * By name. information_schema's text is not the view's: on MariaDB it lacks the introducers (`_latin1'a'`), and on both
 * characters of four bytes are question marks there. SHOW CREATE VIEW has them. It leaves the current database out, which must
 * therefore be another one. Without the privilege SHOW VIEW, or where the text has bytes of another character set, the text
 * is empty: still a view, but one nobody can look into.
 */
export async function readViews(
  connection: ControlConnection,
  database: string,
  names: DatabaseNames,
): Promise<ReadonlyMap<string, ViewDefinition>> {
  const views = new Map<string, ViewDefinition>();
  const rows = await connection.query(viewsSql, [database], readTimeoutMs);
  if (rows.length > 0) await connection.query('USE information_schema', [], readTimeoutMs);
  for (const row of rows) {
    const name = String(row['TABLE_NAME']);
    const told = String(row['VIEW_DEFINITION'] ?? '');
    const body = told === '' ? '' : await bodyOf(connection, database, name, told);
    views.set(name, {
      text: renameInView(sqlTextOf(body), names),
      collation: String(row['COLLATION_CONNECTION']).toLowerCase(),
    });
  }
  return views;
}

async function bodyOf(
  connection: ControlConnection,
  database: string,
  name: string,
  told: string,
): Promise<string> {
  const quoted = [database, name].map((part) => `\`${part.replaceAll('`', '``')}\``).join('.');
  const [shown] = await connection.query(`SHOW CREATE VIEW ${quoted}`, [], readTimeoutMs);
  const body = bodyOfView(String(shown?.['Create View'] ?? ''));
  // MySQL names columns before the body, which information_schema tells in it.
  if (body === null) return told.includes('?') ? '' : told;
  return body.includes(undecodable) ? '' : body;
}

const undecodable = '\ufffd';
