// Whole numbers out of vschema parameters, whose values are all strings.

/** The number when the text is decimal digits only and within the bounds; else null. */
export function parseWholeNumber(text: string, least: number, most: number): number | null {
  if (!/^\d{1,9}$/.test(text)) return null;
  const number = Number(text);
  return number >= least && number <= most ? number : null;
}
