import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { writeFolderAtomically } from '../../../main/reports/atomic-folder.ts';
import { makeTempDir } from '../../support/app.ts';

let parent = '';
let target = '';
beforeEach(() => {
  parent = makeTempDir();
  target = join(parent, 'lake');
});

const isOwn = (file: string): boolean => file.endsWith('.parquet');
const fillWith = (text: string) => (folder: string) => writeFile(join(folder, 'part-0.parquet'), text);

test('a new folder, and an earlier one replaced as a whole', async () => {
  await writeFolderAtomically(target, isOwn, fillWith('one'));
  await writeFolderAtomically(target, isOwn, async (folder) => {
    expect(readFileSync(join(target, 'part-0.parquet'), 'utf8')).toBe('one');
    mkdirSync(join(folder, 'month=2025-09'));
    await writeFile(join(folder, 'month=2025-09', 'part-0.parquet'), 'two');
  });
  expect(readdirSync(target)).toEqual(['month=2025-09']);
  expect(readdirSync(parent)).toEqual(['lake']);
  if (process.platform !== 'win32') expect(statSync(target).mode & 0o777).toBe(0o700);
});

test('a failure leaves the old folder and nothing else', async () => {
  await writeFolderAtomically(target, isOwn, fillWith('one'));
  const failing = writeFolderAtomically(target, isOwn, async (folder) => {
    await fillWith('half')(folder);
    throw new Error('no more');
  });
  await expect(failing).rejects.toThrow('no more');
  expect(readFileSync(join(target, 'part-0.parquet'), 'utf8')).toBe('one');
  expect(readdirSync(parent)).toEqual(['lake']);
});

test.each(['before', 'meanwhile'])('somebody’s other files are left alone, there %s', async (when) => {
  const putForeign = (): void => {
    mkdirSync(join(target, 'deep'), { recursive: true });
    writeFileSync(join(target, 'deep', 'thesis.txt'), 'years of work');
  };
  if (when === 'before') putForeign();
  let isFilled = false;
  const refused = writeFolderAtomically(target, isOwn, async (folder) => {
    isFilled = true;
    await fillWith('one')(folder);
    putForeign();
  });
  await expect(refused).rejects.toMatchObject({
    code: 'output_failed',
    message: expect.stringContaining('other files'),
  });
  expect(isFilled).toBe(when === 'meanwhile');
  expect(readdirSync(target)).toEqual(['deep']);
  expect(readdirSync(parent)).toEqual(['lake']);
});

test('a file in its place, and a parent that is not there, are refused in words', async () => {
  writeFileSync(target, 'a file');
  await expect(writeFolderAtomically(target, isOwn, fillWith('one'))).rejects.toMatchObject({ code: 'output_failed' });
  expect(readFileSync(target, 'utf8')).toBe('a file');
  const deep = join(parent, 'missing', 'lake');
  await expect(writeFolderAtomically(deep, isOwn, fillWith('one'))).rejects.toMatchObject({
    code: 'output_failed',
    message: expect.stringContaining('does not exist'),
  });
});
