// docs/reliability.md names a test for each of the 36 requirements, or says why there is none; and what it names exists. So does
// what docs/security-review.md names: whatever broke has its test.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs/reliability.md'), 'utf8');
const rows = text
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));

test('the requirements are 36, in their order, each with all its cells', () => {
  expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: 36 }, (_, index) => index + 1));
  for (const row of rows) expect(row, row[1]).toHaveLength(5);
});

test('every file that is named exists', () => {
  const paths = [...text.matchAll(/`((?:main|test|preload|renderer|docs)\/[^`\s]+|[\w-]+\.(?:json|yml))`/g)].map(
    ([, path]) => path ?? '',
  );
  expect(paths.length).toBeGreaterThan(80);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

/** A cell of tests as the file and the names that follow it. */
const referencesIn = (cell: string): { path: string; names: string[] }[] =>
  [...cell.matchAll(/`(test\/[^`]+)`([^`]*)/g)].map(([, path = '', rest = '']) => ({
    path,
    names: [...rest.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name),
  }));

test.each(rows.map((row) => [row[0], row[1], row[3] ?? ''] as const))('%s: %s', (_number, _requirement, cell) => {
  const references = referencesIn(cell);
  expect(references.length > 0 || cell.startsWith('Not here: ')).toBe(true);
  for (const { path, names } of references) {
    const source = readFileSync(join(root, path), 'utf8');
    for (const name of names) expect(source.includes(name), `${path}: ${name}`).toBe(true);
    // A file named without a test is a part of the matrix.
    if (names.length === 0) expect(path.startsWith('test/faults/') || path.endsWith('.test.ts')).toBe(true);
  }
});

test('no figure is missing', () => {
  expect(text).not.toMatch(/@[\w-]+@/);
});

const review = readFileSync(join(root, 'docs/security-review.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!Tried|--)/.test(line))
  .map((line) => line.split(/(?<!\\) \| /).map((cell) => cell.replace(/^\| | \|$/g, '')));

test('what the review names exists, and whatever broke has a test', () => {
  expect(review.length).toBeGreaterThan(40);
  let last = '';
  for (const [tried = '', , result = ''] of review) {
    expect(result, tried).toMatch(/^(Held|Broke|Accepted)/);
    const references = referencesIn(result.replace('same file,', `\`${last}\``).replace('same test', `\`${last}\``));
    if (result.startsWith('Broke')) expect(references, tried).not.toEqual([]);
    for (const { path, names } of references) {
      last = path;
      const source = readFileSync(join(root, path), 'utf8');
      for (const name of names) expect(source.includes(name), `${path}: ${name}`).toBe(true);
    }
  }
});
