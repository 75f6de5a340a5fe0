// A data folder that somebody else had in their hands: what stands in its files leads to no other place.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { AppError } from '../../preload/contract/errors.ts';
import { openTestApp } from '../support/app.ts';
import { useTempDir } from '../support/temp-dir.ts';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : 'unforeseen'),
  );

const connect = (app: ReturnType<typeof openTestApp>) =>
  app.call('workspaces.connect', {
    ...{ name: 'Test', host: 'http://127.0.0.1:9', accountId: 'a', appId: 'st-1', zone: 'UTC' },
    ...{ credential: { kind: 'existing' }, store: false, check: false },
  });

test.each(['../../precious', '..', '.', '', 'a/../../../precious', '..\\..\\precious'])(
  'a workspace whose id leads elsewhere (“%s”) neither writes nor deletes there',
  async (id) => {
    const folder = useTempDir();
    const dataDir = join(folder, 'data');
    const before = openTestApp({ dataDir, token: 'made-up' });
    await connect(before);
    await before.close();
    const precious = join(folder, 'precious/thesis.txt');
    mkdirSync(join(folder, 'precious'));
    writeFileSync(precious, 'years of work');
    const db = new Database(join(dataDir, 'library.db'));
    db.prepare('UPDATE workspace SET id = ?').run(id);
    db.close();

    const app = openTestApp({ dataDir, token: 'made-up' });
    expect(await codeOf(app.call('search.run', { workspace: 'Test', query: '', limit: 1 }))).toBe('db_corrupt');
    expect(await codeOf(app.call('sync.start', { workspace: 'Test' }).then(() => app.sync()))).toBe('db_corrupt');
    expect(await codeOf(app.call('workspaces.remove', { workspace: 'Test' }))).toBe('db_corrupt');
    await app.close();
    expect(existsSync(precious)).toBe(true);
    expect(existsSync(join(folder, 'precious/cache.db'))).toBe(false);
    expect(existsSync(join(dataDir, 'library.db'))).toBe(true);
  },
);
