import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { explainWriteError, renameOver, safeFileName, writeAtomically } from '../../../main/reports/atomic-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterword-atomic-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const systemError = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'test' });

describe('writeAtomically', () => {
  test('writes text and bytes in order, readable by the owner only, over an older file', async () => {
    const path = join(folder, 'out.csv');
    await writeFile(path, 'old', { mode: 0o644 });
    await writeAtomically(path, async (write) => {
      await write('ä1,');
      await write(new Uint8Array([0x32]));
      await write(',3');
    });
    expect(await readFile(path, 'utf8')).toBe('ä1,2,3');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['out.csv']);
  });

  test('takes away what a killed program left there, and nothing that is still being written or another’s', async () => {
    const left = '.afterword-00112233445566ff.part';
    const names = ['.afterword-0011223344556677.part', '.afterword-notes.part', '.afterword-0011223344556688.old'];
    for (const name of [left, ...names]) await writeFile(join(folder, name), 'x');
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    for (const name of [left, ...names.slice(1)]) await utimes(join(folder, name), yesterday, yesterday);
    await writeAtomically(join(folder, 'out.csv'), (write) => write('1'));
    expect((await readdir(folder)).toSorted()).toEqual([...names, 'out.csv'].toSorted());
  });

  test('writes many chunks whole, past its buffer', async () => {
    const path = join(folder, 'big.csv');
    const line = `${'x'.repeat(999)}\n`;
    await writeAtomically(path, async (write) => {
      for (let i = 0; i < 2000; i++) await write(line);
    });
    expect(await readFile(path, 'utf8')).toBe(line.repeat(2000));
  });

  test('shows the old file until all is written', async () => {
    const path = join(folder, 'out.csv');
    await writeFile(path, 'old');
    await writeAtomically(path, async (write) => {
      await write('new');
      expect(await readFile(path, 'utf8')).toBe('old');
    });
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  test('leaves the old file and nothing else when filling fails, and hands on the failure', async () => {
    const path = join(folder, 'out.csv');
    await writeFile(path, 'old');
    const failure = new Error('made up');
    const attempt = writeAtomically(path, async (write) => {
      await write('half');
      throw failure;
    });
    await expect(attempt).rejects.toBe(failure);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['out.csv']);
  });

  test('removes what a killed program left here a day ago, and nothing else', async () => {
    const names = [
      '.afterword-0123456789abcdef.part',
      '.afterword-fedcba9876543210.part',
      '.afterword-notes.part',
      'x.part',
    ];
    for (const name of names) await writeFile(join(folder, name), 'somebody');
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    for (const name of [names[0], names[2], names[3]]) await utimes(join(folder, name ?? ''), longAgo, longAgo);
    await writeAtomically(join(folder, 'swept.csv'), (write) => write('x'));
    const left = await readdir(folder);
    expect(names.filter((name) => left.includes(name))).toEqual(names.slice(1));
    for (const name of names.slice(1)) await rm(join(folder, name));
  });

  test('leaves nothing when aborted midway', async () => {
    const controller = new AbortController();
    const attempt = writeAtomically(
      join(folder, 'out.csv'),
      async (write) => {
        await write('a');
        controller.abort();
        await write('b');
      },
      { signal: controller.signal },
    );
    await expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('names what is wrong with the folder', async () => {
    const fill = async (): Promise<void> => undefined;
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'taken.csv'));
    await expect(writeAtomically(join(folder, 'no', 'out.csv'), fill)).rejects.toMatchObject({
      code: 'output_failed',
      message: expect.stringMatching(/does not exist/u),
    });
    await expect(writeAtomically(join(folder, 'file', 'out.csv'), fill)).rejects.toMatchObject({
      code: 'output_failed',
      message: expect.stringMatching(/is not a folder/u),
    });
    await expect(writeAtomically(join(folder, 'taken.csv'), fill)).rejects.toMatchObject({ code: 'output_failed' });
    expect((await readdir(folder)).toSorted()).toEqual(['file', 'taken.csv']);
  });

  test.skipIf(process.platform === 'win32')('refuses a linked folder when asked, and only then', async () => {
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));
    const path = join(folder, 'link', 'out.csv');
    const fill = async (write: (text: string) => Promise<void>): Promise<void> => write('x');
    await expect(writeAtomically(path, fill, { refuseLinks: true })).rejects.toMatchObject({
      code: 'output_failed',
      message: expect.stringMatching(/through a link/u),
    });
    expect(await readdir(join(folder, 'real'))).toEqual([]);
    await writeAtomically(path, fill);
    expect(await readdir(join(folder, 'real'))).toEqual(['out.csv']);
    // Also once there is a file to follow the link to.
    await expect(writeAtomically(path, fill, { refuseLinks: true })).rejects.toMatchObject({ code: 'output_failed' });
  });

  test.skipIf(process.platform === 'win32')(
    'writes through no link of that name when asked to refuse links',
    async () => {
      const theirs = join(folder, 'authorized_keys');
      await writeFile(theirs, 'old');
      const path = join(folder, 'out.csv');
      await symlink(theirs, path);
      const fill = async (write: (text: string) => Promise<void>): Promise<void> => write('x');
      await expect(writeAtomically(path, fill, { refuseLinks: true })).rejects.toMatchObject({
        code: 'output_failed',
        message: expect.stringMatching(/is a link/u),
      });
      expect(await readFile(theirs, 'utf8')).toBe('old');
      await writeAtomically(path, fill);
      expect(await readFile(theirs, 'utf8')).toBe('x');
    },
  );
});

describe('renameOver', () => {
  test('waits 200, 400 and 800 ms for a busy target, then says it is open elsewhere', async () => {
    const waits: number[] = [];
    const attempt = renameOver(
      'a',
      join('x', 'report.csv'),
      () => Promise.reject(systemError('EBUSY')),
      async (ms) => waits.push(ms),
    );
    await expect(attempt).rejects.toMatchObject({
      code: 'output_failed',
      message: 'report.csv is open in another program. Close it there, then try again.',
    });
    expect(waits).toEqual([200, 400, 800]);
  });

  test('succeeds as soon as the target is free', async () => {
    let calls = 0;
    const move = async (): Promise<void> => {
      calls++;
      if (calls < 3) throw systemError('EPERM');
    };
    await renameOver('a', 'b', move, async () => undefined);
    expect(calls).toBe(3);
  });

  test('does not wait for any other failure', async () => {
    const failure = systemError('EXDEV');
    const move = (): Promise<void> => Promise.reject(failure);
    await expect(renameOver('a', 'b', move, () => Promise.reject(new Error('waited')))).rejects.toBe(failure);
  });
});

test.each([
  ['ENOSPC', /no room left/u],
  ['EROFS', /cannot be written to/u],
  ['EACCES', /cannot be written to/u],
  ['EBUSY', /open in another program/u],
  ['EIO', /could not be written \(EIO\)/u],
])('explainWriteError puts %s in words', (code, sentence) => {
  expect(explainWriteError(systemError(code), join('x', 'out.csv'))).toMatchObject({
    code: 'output_failed',
    message: expect.stringMatching(sentence),
  });
});

test('explainWriteError leaves the errors of other parts alone', () => {
  const failure = Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' });
  expect(explainWriteError(failure, 'out.csv')).toBe(failure);
});

describe('safeFileName', () => {
  test.each([
    ['Agent scorecards 2025-09.pdf', 'Agent scorecards 2025-09.pdf'],
    ['Übersicht Österreich.csv', 'Ubersicht Osterreich.csv'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a:b|c?.pdf', 'a-b-c-.pdf'],
    ['CON', '_CON'],
    ['nul.csv', '_nul.csv'],
    ['.hidden', 'hidden'],
    ['-rf', 'rf'],
    ['trail. . ', 'trail'],
    ['', 'report'],
    ['日本', 'report'],
  ])('%j becomes %j', (text, name) => {
    expect(safeFileName(text)).toBe(name);
  });

  test('holds for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const name = safeFileName(text);
        expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9 ._-]*$/u);
        expect(name).not.toMatch(/[ .]$/u);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/iu);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120);
        expect(safeFileName(name)).toBe(name);
      }),
      { numRuns: 5_000, seed: 2 },
    );
  });
});
