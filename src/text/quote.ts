// Printing names and data as SQL that means the same in every sql_mode.

/** A JS string as SqlText: its UTF-8 bytes, one char each. */
export function sqlText(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
}

/** A name in backticks (a name may hold backticks; they are doubled). Returns SqlText. */
export function quoteIdentifier(name: string): string {
  return `\`${sqlText(name).replaceAll('`', '``')}\``;
}

/**
 * A string literal of plain ASCII text for our own use (dates, times, settings). Backslashes and quotes would depend on
 * sql_mode, so text that holds them, or anything beyond printable ASCII, is spelled in hex.
 */
export function quoteString(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x27 || code === 0x5c) {
      return `_utf8mb4 ${hexLiteral(Buffer.from(text, 'utf8'))}`;
    }
  }
  return `'${text}'`;
}

/** Bytes as a hex literal `x'..'`: no escapes, no character set, safe under any sql_mode. */
export function hexLiteral(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return `x'${view.toString('hex')}'`;
}
