import { stripVTControlCharacters } from 'node:util';

const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** Rows as aligned lines, two spaces between columns; colours do not count. Columns that are empty everywhere vanish. */
export function tableLines(rows: readonly (readonly string[])[], indent = ''): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows.map((row) =>
    (indent + row.map((cell, at) => padded(cell, widths[at] ?? 0)).join('')).replace(/\s+$/, ''),
  );
}

const padded = (cell: string, width: number): string =>
  width === 0 ? '' : cell + ' '.repeat(width - widthOf(cell) + 2);

/** The first line of `text`, cut with an ellipsis so that it fits into `columns`. */
export function fit(text: string, columns: number): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;
}
