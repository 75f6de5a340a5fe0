// What the bench prints: one line for each measured thing, with its peer, the ratio and the bar.

export type Line = {
  work: string;
  ours: string;
  /** Empty when there is none. */
  peer: string;
  /** Peer's time over ours; null without a peer. */
  ratio: number | null;
  /** Such as “>= 20x”; empty when the design sets none. */
  bar: string;
  /** Null when there is no bar, or the peer that it is measured by is missing. */
  isMet: boolean | null;
  /** By how much a bar is missed, or why there is no ratio. */
  note: string;
};

export const formatMs = (ms: number): string =>
  ms >= 10_000
    ? `${(ms / 1000).toFixed(1)} s`
    : ms >= 100
      ? `${ms.toFixed(0)} ms`
      : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
export const formatRate = (rows: number, ms: number): string => `${((rows / ms) * 1000).toFixed(0)} rows/s`;

/** A bar on a ratio: at least so many times as fast as the peer. */
export const lineOfRatio = (
  work: string,
  ours: { text: string; ms: number },
  peer: { name: string; text: string; ms: number } | null,
  leastRatio: number | null,
  missing = '',
): Line => {
  const ratio = peer ? peer.ms / ours.ms : null;
  const isMet = ratio === null || leastRatio === null ? null : ratio >= leastRatio;
  return {
    work,
    ours: ours.text,
    peer: peer ? `${peer.name} ${peer.text}` : '',
    ratio,
    bar: leastRatio === null ? '' : `>= ${leastRatio}x`,
    isMet,
    note: peer ? '' : missing,
  };
};

/** A bar on a figure itself. `isLess`: the figure must stay below it. */
export const lineOfLimit = (
  work: string,
  figure: number,
  format: (figure: number) => string,
  limit: number | null,
  isLess = true,
): Line => {
  const isMet = limit === null ? null : isLess ? figure <= limit : figure >= limit;
  const missedBy = limit === null ? 1 : isLess ? figure / limit : limit / figure;
  return {
    work,
    ours: format(figure),
    peer: '',
    ratio: null,
    bar: limit === null ? '' : `${isLess ? '<=' : '>='} ${format(limit)}`,
    isMet,
    note: isMet === false ? `${missedBy.toFixed(1)} times the bar` : '',
  };
};

const verdictOf = (line: Line): string => {
  if (line.isMet === null) return line.note;
  if (line.isMet) return 'met';
  if (line.ratio !== null) return `falls short: ${line.ratio.toFixed(2)}x of ${line.bar.slice(3)}`;
  return `falls short: ${line.note}`;
};

const headings = ['work', 'Afterword', 'peer', 'ratio', 'bar', 'result'];

/** A Markdown table, aligned so that it reads as plain text too. */
export const formatLines = (lines: readonly Line[]): string => {
  const rows = lines.map((line) => [
    line.work,
    line.ours,
    line.peer,
    line.ratio === null ? '' : `${line.ratio.toFixed(line.ratio < 10 ? 2 : 0)}x`,
    line.bar,
    verdictOf(line),
  ]);
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const format = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [format(headings), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(format)].join(
    '\n',
  );
};
