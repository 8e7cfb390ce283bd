// A view's text as servers keep it names physical databases; clients know keyspaces.

/** Keyspace name by physical database name, of the databases that mean the same from every shard. */
export type DatabaseNames = ReadonlyMap<string, string>;

/** SqlText (one char = one byte) of a text that came as a JavaScript string. */
export function sqlTextOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * Replaces the database in `` `database`.`table` `` and `` `database`.`table`.`column` ``. Servers keep view texts in one
 * form: identifiers in backquotes, strings in quotes with backslash or doubled-quote escapes, no comments.
 */
export function renameInView(view: string, names: DatabaseNames): string {
  let result = '';
  let at = 0;
  while (at < view.length) {
    const char = view[at] ?? '';
    if (char === "'" || char === '"') {
      const end = endOfString(view, at);
      result += view.slice(at, end);
      at = end;
    } else if (char === '`') {
      const end = endOfIdentifier(view, at);
      const keyspace =
        view[end] === '.' && view[at - 1] !== '.' ? keyspaceOf(view.slice(at, end), names) : null;
      result += keyspace ?? view.slice(at, end);
      at = end;
    } else {
      result += char;
      at++;
    }
  }
  return result;
}

/** The SELECT of `CREATE ... VIEW `v` AS SELECT ...` as servers print it; null for a text of another form. */
export function bodyOfView(created: string): string | null {
  for (let at = 0; at < created.length; at++) {
    if (created[at] === '`') at = endOfIdentifier(created, at) - 1;
    else if (created.startsWith(' VIEW `', at)) {
      let end = endOfIdentifier(created, at + ' VIEW '.length);
      if (created.startsWith('.`', end)) end = endOfIdentifier(created, end + 1);
      return created.startsWith(' AS ', end) ? created.slice(end + ' AS '.length) : null;
    }
  }
  return null;
}

function keyspaceOf(quoted: string, names: DatabaseNames): string | null {
  const name = Buffer.from(quoted.slice(1, -1).replaceAll('``', '`'), 'latin1').toString('utf8');
  const keyspace = names.get(name);
  return keyspace === undefined ? null : `\`${sqlTextOf(keyspace).replaceAll('`', '``')}\``;
}

function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote && text[at + 1] === quote) at++;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

function endOfIdentifier(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '`') continue;
    if (text[at + 1] !== '`') return at + 1;
    at++;
  }
  return text.length;
}
