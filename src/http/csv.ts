/** A line of RFC 4180, with its end. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Text may come from strangers; numbers and the like are ours. */
export type CsvCell = string | { readonly plain: string | number | boolean | null };

/** What a spreadsheet would take for a formula, also after white space. */
const FORMULA = /^\s*[=+\-@]|^[\t\r\n]/;

function csvCell(cell: CsvCell): string {
  if (typeof cell !== 'string') return cell.plain === null ? '' : String(cell.plain);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
