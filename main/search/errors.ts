// Pure: how a query is refused: with the character where it goes wrong, and what is expected there.
import { AppError } from '../../preload/contract/errors.ts';

export const failAt = (at: number, sentence: string): AppError =>
  new AppError('invalid_input', `The search stops making sense at character ${at + 1}: ${sentence}`, {
    details: { at: at + 1 },
  });

/** Edits it takes to turn one word into another (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length] ?? 0;
};

/** The choice that was probably meant; null when none is near. */
export const findNearest = (word: string, choices: readonly string[]): string | null => {
  const short = word.slice(0, 40);
  const nearest = choices.toSorted((a, b) => distance(short, a) - distance(short, b))[0];
  return nearest !== undefined && distance(short, nearest) <= 2 ? nearest : null;
};
