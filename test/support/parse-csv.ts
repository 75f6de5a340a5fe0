// A CSV as RFC 4180 writes it, read with no knowledge of who wrote it: one object a line, by the names of the header.

/** Cells of each line; quoted cells may hold commas, quotes and line ends. A byte order mark is dropped. */
export const parseCells = (text: string): string[][] => {
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  const source = text.replace(/^\uFEFF/u, '');
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] as string;
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else if (char === '\n') {
      lines.push([...cells, cell.replace(/\r$/u, '')]);
      cells = [];
      cell = '';
    } else cell += char;
  }
  if (cells.length > 0 || cell !== '') lines.push([...cells, cell]);
  return lines;
};

export const parseCsv = (text: string): Record<string, string>[] => {
  const [header = [], ...lines] = parseCells(text);
  return lines.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])));
};
