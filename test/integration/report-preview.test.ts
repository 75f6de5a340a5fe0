// The pages of a report before it is made: those of the PDF that would be, with nothing written or recorded; cancelled when
// a newer preview comes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportKinds } from '../../preload/contract/report.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { useTempDir } from '../support/temp-dir.ts';

const countPages = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/gu)?.length ?? 0;

describe('a preview', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = openTestApp({ token: 'made-up' });
    await app.call('sample.connect', { seed: 5, days: 14, conversations: 300 });
    await app.runJob('sync.start', { workspace: 'Sample' });
  });
  afterAll(() => app?.close());

  const input = { report: 'agent-scorecards', period: 'last-7-days' };

  test.each(reportKinds)('of %s has the pages of the PDF, and leaves nothing behind', async (report) => {
    const outDir = useTempDir();
    const preview = await app.call('report.preview', { report, period: 'last-7-days', pages: 10 });
    expect(await app.call('report.list', {}).then((all) => all.filter(({ kind }) => kind === report))).toEqual([]);
    await app.runJob('report.run', { report, period: 'last-7-days', outDir, formats: ['pdf'] });
    const [name = ''] = readdirSync(outDir);
    expect(preview.pageCount).toBe(countPages(readFileSync(join(outDir, name))));
    expect(preview.pages).toHaveLength(Math.min(10, preview.pageCount));
    for (const page of preview.pages) expect(page).toMatch(/^<svg .*<\/svg>$/su);
  });

  test('goes on where one asks, up to the end', async () => {
    const whole = await app.call('report.preview', { ...input, pages: 10 });
    expect(whole.pageCount).toBeGreaterThan(4);
    const rest = await app.call('report.preview', { ...input, firstPage: 4, pages: 10 });
    expect(rest.pages).toHaveLength(Math.min(10, whole.pageCount - 3));
    expect(rest.pageCount).toBe(whole.pageCount);
    const none = await app.call('report.preview', { ...input, firstPage: 9999 });
    expect(none.pages).toEqual([]);
  });

  test('is made from a definition, with what is said besides', async () => {
    await app.call('report.define', {
      ...{ name: 'Weekly', kind: 'queue-service', period: 'last-week', formats: ['csv'], mask: true },
    });
    const asSaved = await app.call('report.preview', { report: 'Weekly' });
    const elsewhere = await app.call('report.preview', { report: 'Weekly', zone: 'Asia/Tokyo' });
    expect(asSaved.pages.length).toBeGreaterThan(0);
    expect(elsewhere.pages).toHaveLength(asSaved.pages.length);
    expect(elsewhere.pages).not.toEqual(asSaved.pages);
  });

  test('gives way to the newer one of its client, and to nobody else’s', async () => {
    const old = app.call('report.preview', { ...input, client: 'one' });
    const other = app.call('report.preview', { ...input, client: 'two' });
    const refused = expect(old).rejects.toMatchObject({ code: 'cancelled' });
    const newer = await app.call('report.preview', { ...input, report: 'surveys', client: 'one' });
    await refused;
    expect(newer.pageCount).toBeGreaterThan(0);
    expect((await other).pageCount).toBeGreaterThan(0);
  });

  test('stops when told to', async () => {
    const attempt = app.call('report.preview', { ...input, client: 'one' });
    const refused = expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
    expect(await app.call('report.stop-preview', { client: 'one' })).toEqual({ isCancelled: true });
    await refused;
    expect(await app.call('report.stop-preview', { client: 'one' })).toEqual({ isCancelled: false });
  });

  test('refuses what a report refuses', async () => {
    await expect(app.call('report.preview', { report: 'no-such-kind', period: 'today' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(app.call('report.preview', { report: 'surveys' })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(
      app.call('report.preview', { report: 'surveys', period: 'today', filters: { agent: 'x' } }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
