// What a page may have opened, shown and listed: everything else is refused before the host hears of it.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Desktop } from '../../../main/ports.ts';
import { checkExternalUrl, createDesktopService } from '../../../main/services/desktop.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { useTempDir } from '../../support/temp-dir.ts';

let asked: string[] = [];
const desktop: Desktop = {
  info: { kind: 'browser', version: '1', platform: 'linux', hasDialogs: false, documentsDir: '/documents' },
  openPath: async (path) => void asked.push(path),
  showPath: async (path) => void asked.push(path),
  openExternal: async (url) => void asked.push(url),
  notify: () => undefined,
};
const service = (parts: Partial<Desktop> = {}) => createDesktopService({ desktop: { ...desktop, ...parts } } as never);
beforeEach(() => {
  asked = [];
});

describe('an address', () => {
  test.each(['https://docs.kore.ai/', 'https://kore.ai/x?y#z', 'https://developer.kore.ai/docs'])(
    '%s is opened',
    async (url) => {
      await service().openExternal({ url });
      expect(asked).toEqual([url]);
    },
  );

  test.each([
    'http://docs.kore.ai/',
    'https://kore.ai.example.com/',
    'https://evilkore.ai/',
    'https://docs.kore.ai@example.com/',
    'https://user:word@docs.kore.ai/',
    'https://docs.kore.ai:8443/',
    'https://example.com/?https://kore.ai',
    'javascript:alert(1)//kore.ai',
    'file:///kore.ai',
    'smb://docs.kore.ai/share',
    'ms-msdt:/id kore.ai',
    '--gpu-launcher=x',
    '',
  ])('%s is not', async (url) => {
    await expect(service().openExternal({ url })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(asked).toEqual([]);
  });

  test('is opened as it was read, not as it was written', () => {
    expect(checkExternalUrl('HTTPS://DOCS.KORE.AI/a b')).toBe('https://docs.kore.ai/a%20b');
    expect(checkExternalUrl('https://docs.kore.ai\\.example.com/')).toBe('https://docs.kore.ai/.example.com/');
  });
});

describe('a file', () => {
  test('of a format that we write is opened and shown, by its real path', async () => {
    const folder = useTempDir();
    writeFileSync(join(folder, 'a.pdf'), '');
    symlinkSync(join(folder, 'a.pdf'), join(folder, 'link.pdf'));
    await service().openPath({ path: join(folder, 'link.pdf') });
    await service().showPath({ path: join(folder, 'a.pdf') });
    expect(asked).toEqual([join(folder, 'a.pdf'), join(folder, 'a.pdf')]);
  });

  test('of another kind, behind a link, or a folder called like one is refused', async () => {
    const folder = useTempDir();
    writeFileSync(join(folder, 'run.sh'), '');
    mkdirSync(join(folder, 'folder.pdf'));
    symlinkSync(join(folder, 'run.sh'), join(folder, 'link.pdf'));
    for (const name of ['run.sh', 'folder.pdf', 'link.pdf', '.'])
      await expect(service().openPath({ path: join(folder, name) }), name).rejects.toMatchObject({
        code: 'invalid_input',
      });
    await expect(service().openPath({ path: join(folder, 'gone.pdf') })).rejects.toMatchObject({ code: 'not_found' });
    expect(asked).toEqual([]);
  });

  test.each(['a.pdf', './a.pdf', '//server/share/a.pdf', '\\\\server\\share\\a.pdf', '/a\u0000.pdf', '-a.pdf'])(
    'at %j is not looked at',
    async (path) => {
      await expect(service().openPath({ path })).rejects.toBeInstanceOf(AppError);
      expect(asked).toEqual([]);
    },
  );
});

describe('folders', () => {
  test('below the user’s own are listed, without hidden ones and files', async () => {
    const list = await service().listFolders({});
    expect(list).toMatchObject({ path: homedir(), parent: null });
    expect(list.folders.some(({ name }) => name.startsWith('.'))).toBe(false);
  });

  test.each(['/', '/etc', join(homedir(), '..'), join(homedir(), '../..'), 'relative'])('%s is not', async (path) => {
    await expect(service().listFolders({ path })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('are not listed where the system has a dialog for them', async () => {
    const dialogs = { chooseFolder: async () => '/chosen', chooseFile: async () => null };
    await expect(service({ dialogs }).listFolders({})).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await service({ dialogs }).chooseFolder({})).toEqual({ path: '/chosen' });
    expect(await service().chooseFolder({})).toEqual({ path: null });
  });
});

test('a host without a window says where there is one', () => {
  expect(() => createDesktopService({} as never).info()).toThrow(/window/);
});
