// MySQL's JSON documents on their way through text, which knows no decimals, dates and bytes (trap 7).

/** First byte of what stands for a document whose text is another document; no document begins so. */
export const lossyDocumentMark = 0x01;

/** The document as UTF-8 text. `sql` names a JSON column. */
export function documentText(sql: string): string {
  return `CAST(${sql} AS CHAR CHARACTER SET utf8mb4)`;
}

/**
 * The document's text, or the mark when the text means another document: one that compares differently (dates, bytes),
 * prints differently (1.50) or is stored differently (a decimal 1.5 is no double 1.5).
 */
export function checkedDocumentText(sql: string): string {
  const document = documentText(sql);
  const again = `CAST(${document} AS JSON)`;
  const isSame =
    `${sql} = ${again} AND ${document} COLLATE utf8mb4_bin = ${documentText(again)} ` +
    `AND JSON_STORAGE_SIZE(JSON_EXTRACT(${sql}, '$')) = JSON_STORAGE_SIZE(${again})`;
  return `IF(${sql} IS NULL OR (${isSame}), ${document}, _utf8mb4 x'0${lossyDocumentMark}')`;
}
