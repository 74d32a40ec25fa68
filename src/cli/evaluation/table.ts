/** Comma-separated values as RFC 4180 has them: fields in quotes may hold commas, quotes and line breaks. */
import { ScanError } from '../../core/volume';
import { readText } from '../annotation-file';
import { shown } from '../scan-summary';

/** One row as fields by column name; empty fields are left out. */
export interface Row {
  readonly fields: Readonly<Record<string, string>>;
  /** From 1; the header is the first. */
  readonly line: number;
}

/** Reads a table with a header. Throws ScanError for a file that cannot be read or lacks a required column. */
export async function readTable(file: string, required: readonly string[]): Promise<Row[]> {
  const [header = { cells: [], line: 1 }, ...rows] = split((await readText(file)).replace(/^\uFEFF/, ''));
  const names = header.cells.map((name) => name.trim());
  for (const name of required) {
    if (!names.includes(name))
      throw new ScanError(
        shown(file),
        `it has no column "${name}".`,
        `Its first line must name the columns ${required.join(', ')}.`,
      );
  }
  return rows.map(({ cells, line }) => {
    const fields = names.flatMap((name, n) => {
      const value = cells[n]?.trim() ?? '';
      return value === '' ? [] : [[name, value] as const];
    });
    return { fields: Object.fromEntries(fields), line };
  });
}

function split(text: string): { cells: string[]; line: number }[] {
  const rows: { cells: string[]; line: number }[] = [];
  let [cells, line]: [string[], number] = [[], 1];
  let first = 1;
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    const cell = quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"');
    cells.push(cell);
    line += (quoted?.match(/\n/g)?.length ?? 0) + (end?.endsWith('\n') ? 1 : 0);
    if (end === ',') continue;
    if (cells.length > 1 || cells[0] !== '') rows.push({ cells, line: first });
    cells = [];
    first = line;
  }
  return rows;
}
