// Pure: where the words looked for stand in a text, and the part of the text worth showing.
import type { QueryNode } from './ast.ts';
import { placeTokens } from './fold.ts';

export type Mark = [from: number, to: number];
export type Snippet = { text: string; marks: Mark[] };

type Phrase = { words: string[]; isPrefix: boolean };

/** What the query wants to find in the text; what it must not find is left out. */
export const wantedPhrases = (node: QueryNode): Phrase[] => {
  if (node.kind === 'text') return [{ words: node.words, isPrefix: node.isPrefix }];
  return node.kind === 'and' || node.kind === 'or' ? node.nodes.flatMap(wantedPhrases) : [];
};

/** The places of all phrases, in order, overlapping ones joined. */
export const findMarks = (text: string, phrases: readonly Phrase[]): Mark[] => {
  const tokens = placeTokens(text);
  const found: Mark[] = [];
  for (const { words, isPrefix } of phrases)
    for (let start = 0; start + words.length <= tokens.length; start += 1) {
      const isHere = words.every((word, index) => {
        const token = tokens[start + index]?.word ?? '';
        return isPrefix && index === words.length - 1 ? token.startsWith(word) : token === word;
      });
      const last = tokens[start + words.length - 1];
      if (isHere && last) found.push([tokens[start]?.from ?? 0, last.to]);
    }
  const marks: Mark[] = [];
  for (const mark of found.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const before = marks.at(-1);
    if (before && mark[0] <= before[1]) before[1] = Math.max(before[1], mark[1]);
    else marks.push([...mark]);
  }
  return marks;
};

const SNIPPET_LENGTH = 240;
const LEAD = 60;

/** About 240 characters around the first mark, cut between words; null when nothing is marked. */
export const makeSnippet = (text: string, phrases: readonly Phrase[]): Snippet | null => {
  const marks = findMarks(text, phrases);
  const first = marks[0];
  if (!first) return null;
  if (text.length <= SNIPPET_LENGTH) return { text, marks };
  const space = text.lastIndexOf(' ', Math.max(0, first[0] - LEAD));
  let from = first[0] <= LEAD ? 0 : space >= 0 && space > first[0] - 2 * LEAD ? space + 1 : first[0];
  const wantedTo = Math.max(first[1], from + SNIPPET_LENGTH);
  const lastSpace = text.lastIndexOf(' ', wantedTo);
  let to = wantedTo >= text.length ? text.length : Math.max(first[1], lastSpace > from ? lastSpace : wantedTo);
  // Never through the middle of a surrogate pair.
  if (/[\udc00-\udfff]/.test(text[from] ?? '')) from -= 1;
  if (/[\udc00-\udfff]/.test(text[to] ?? '')) to += 1;
  const [lead, tail] = [from > 0 ? '…' : '', to < text.length ? '…' : ''];
  return {
    text: `${lead}${text.slice(from, to)}${tail}`,
    marks: marks
      .filter((mark) => mark[0] >= from && mark[1] <= to)
      .map(([a, b]): Mark => [a - from + lead.length, b - from + lead.length]),
  };
};
