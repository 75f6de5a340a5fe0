// Where the words of a PDF stand, so that a test can see what a reader would: text over text, text over the edge.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Word = {
  page: number;
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
  pageWidth: number;
};
/** Where each word of a PDF stands, in points. */
export const wordsOf = (pdf: Uint8Array, folder: string): Word[] => {
  const path = join(folder, 'words.pdf');
  writeFileSync(path, pdf);
  const words: Word[] = [];
  let page = 0;
  let pageWidth = 0;
  for (const line of execFileSync('pdftotext', ['-bbox', path, '-'], { encoding: 'utf8' }).split('\n')) {
    const width = /<page width="([\d.]+)"/u.exec(line)?.[1];
    if (width !== undefined) {
      page += 1;
      pageWidth = Number(width);
    }
    const found = /<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*)<\/word>/u.exec(line);
    const [left = 0, top = 0, right = 0, bottom = 0] = found?.slice(1, 5).map(Number) ?? [];
    if (found !== null) words.push({ page, text: found[5] ?? '', left, right, top, bottom, pageWidth });
  }
  return words;
};
/** Pairs of words on one line of which one is printed over the other. */
export const findCollisions = (words: readonly Word[]): string[] =>
  words.flatMap((word, index) =>
    words
      .slice(index + 1)
      .filter(
        (other) =>
          other.page === word.page &&
          Math.min(word.right, other.right) - Math.max(word.left, other.left) > 1 &&
          Math.abs(word.top + word.bottom - other.top - other.bottom) < 4,
      )
      .map((other) => `page ${word.page}: ${word.text} and ${other.text}`),
  );
