// Which data folders are refused, and that nothing is put into one that is.
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLibrary } from '../../../main/store/library.ts';
import { findFolderFault } from '../../../main/store/private-folder.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const us = 1000;
test.each([
  [{ mode: 0o40700, uid: us, gid: us }, null],
  [{ mode: 0o40755, uid: us, gid: 100 }, null],
  [{ mode: 0o40755, uid: 0, gid: 0 }, null],
  // A group of the user's own, as umask 002 makes folders on many systems.
  [{ mode: 0o40775, uid: us, gid: us }, null],
  [{ mode: 0o40775, uid: us, gid: 100 }, /group/],
  [{ mode: 0o40777, uid: us, gid: us }, /every user/],
  [{ mode: 0o41777, uid: 0, gid: 0 }, /every user/],
  [{ mode: 0o40700, uid: 1001, gid: 1001 }, /another user/],
])('%j: %s', (folder, fault) => {
  const found = findFolderFault(folder, us);
  if (fault === null) expect(found).toBeNull();
  else expect(found).toMatch(fault);
});

test('root may look into a user’s folder', () => {
  expect(findFolderFault({ mode: 0o40700, uid: us, gid: us }, 0)).toBeNull();
});

test.skipIf(process.platform === 'win32')('nothing is written into a folder that everybody may write to', () => {
  const dataDir = join(useTempDir(), 'data');
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o777);
  expect(() => openLibrary(dataDir)).toThrow(expect.objectContaining({ code: 'output_failed' }));
  expect(readdirSync(dataDir)).toEqual([]);
  chmodSync(dataDir, 0o755);
  openLibrary(dataDir).close();
  expect(readdirSync(dataDir)).toContain('library.db');
});
