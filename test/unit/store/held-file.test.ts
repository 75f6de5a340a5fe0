// Looking at the bytes of a database must not take its locks away: seen from another process, as another program sees it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openCacheForWriting } from '../../../main/store/cache.ts';
import { keyIdOf } from '../../../main/store/cache-key.ts';
import { examine, seal } from '../../../main/store/examine.ts';
import { sumFile } from '../../../main/store/health-file.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const examineModule = fileURLToPath(new URL('../../../main/store/examine.ts', import.meta.url));

/** What another program finds out, which closes the file afterwards: with the locks gone it would remove the log. */
const isInUseElsewhere = (path: string): unknown => {
  const code = `import { isInUse } from ${JSON.stringify(examineModule)}; console.log(isInUse(${JSON.stringify(path)}))`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  return JSON.parse(stdout);
};

test('sums, seals, checks and the look for a key leave the file locked, its log in place, and what is written seen', () => {
  const path = join(useTempDir(), 'cache.db');
  const db = openCacheForWriting(path);
  expect(isInUseElsewhere(path)).toBe(true);
  const looks = [
    () => sumFile(path),
    () => seal(db, Date.now()),
    () => examine(path, 'sums', Date.now()),
    () => keyIdOf(path),
  ];
  for (const [index, look] of looks.entries()) {
    look();
    db.prepare('INSERT OR REPLACE INTO sync_state VALUES (?, ?)').run('turn', String(index));
    expect(isInUseElsewhere(path)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(true);
    const other = openCacheForWriting(path);
    expect(other.prepare(`SELECT value FROM sync_state WHERE name = 'turn'`).pluck().get()).toBe(String(index));
    other.close();
  }
  db.close();
  expect(isInUseElsewhere(path)).toBe(false);
});
