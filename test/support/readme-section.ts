// Parts of the README that tests generate: `<!-- NAME begin -->` ... `<!-- NAME end -->`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../README.md', import.meta.url));

/**
 * What stands in the README now. With SHARDGATE_WRITE_README set it is replaced by `generated` first, so that whoever changes
 * what a section tells writes it anew by running the test once.
 */
export function readmeSection(name: string, generated: string): string {
  const [begin, end] = [`<!-- ${name} begin -->\n`, `<!-- ${name} end -->`];
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md has no section ${name}`);
  const present = text.slice(from + begin.length, to);
  if (process.env['SHARDGATE_WRITE_README'] === undefined || present === generated) return present;
  writeFileSync(file, text.slice(0, from + begin.length) + generated + text.slice(to));
  return generated;
}

/** A Markdown table; cells are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

export function code(sql: string): string {
  return sql.includes('`') ? `\`\` ${sql} \`\`` : `\`${sql}\``;
}
