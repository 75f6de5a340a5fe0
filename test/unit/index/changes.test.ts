// The index after any history of changes against one made anew from the same store; the saved file, whole and broken.
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WORTH_SAVING } from '../../../main/index/search-index.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import { createEraser } from '../../../main/store/erase.ts';
import { indexPath } from '../../../main/store/index-file.ts';
import { pruneChanges } from '../../../main/store/index-source.ts';
import { inTransaction } from '../../../main/store/open.ts';
import { replaceFile } from '../../../main/store/replace-file.ts';
import { sortColumns } from '../../../preload/contract/procedures.ts';
import { makeRows } from '../../kore-server/generate.ts';
import { hashOf, openTestCache, type TestCache } from '../../support/cache.ts';
import { recordOf } from '../../support/decoded.ts';
import { daysIn, openTestIndex, type TestIndex } from '../../support/search-index.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const endS = Date.UTC(2025, 9, 15) / 1000;
const days = daysIn('Europe/Berlin', endS * 1000);
const makeRecords = (count: number): ConversationRecord[] =>
  makeRows({ seed: 5, count, days: 20, endS }).map(({ v1, v2 }, at) => recordOf(at % 2 === 0 ? v2 : (v1 ?? v2)));

const queries = [
  '',
  'customer',
  '"the customer" -refund',
  'ca* OR refund',
  'agent:a',
  'agent:renamed',
  'handled:yes queue:b',
  '-status:closed',
  'outcome:abandoned',
  'disposition:resolved OR intent:pay',
  'aht:>300 csat:>=4',
  'wait:<60 -has:transfer',
  'is:botonly',
  'is:open',
  'customer:a',
  'phone:555',
  'email:example',
  'tag:accountnum',
  'tag:tier=gold',
  'after:2025-10-01',
];
/** Everything an index can be asked, so that two of them can be compared. */
const answersOf = (index: TestIndex): unknown =>
  queries.map((query, at) => {
    const by = sortColumns[at % sortColumns.length] ?? 'started';
    return [
      query,
      index.search(query, { withFacets: true }),
      index.search(query, { sort: { by, isDescending: at % 2 === 0 }, limit: 20 }),
    ];
  });
const expectAsIfNew = (index: TestIndex, path: string): void => {
  const answers = answersOf(index);
  const fresh = openTestIndex(path, days);
  // Not the saved one: made of the store.
  const saved = indexPath(path);
  const aside = `${path}.aside`;
  const isSaved = existsSync(saved);
  if (isSaved) {
    copyFileSync(saved, aside);
    rmSync(saved);
  }
  const expected = answersOf(fresh);
  if (isSaved) copyFileSync(aside, saved);
  fresh.db.close();
  expect(answers).toEqual(expected);
};

const removeAll = (cache: TestCache, ids: readonly number[]): void =>
  inTransaction(cache.db, () => {
    for (const id of ids) cache.writer.remove(id);
  });

describe('the index in step with the store', () => {
  test('is as if made anew after any history of additions, changes and removals', { timeout: 300_000 }, () => {
    const records = makeRecords(1200);
    type Step =
      | { kind: 'add'; count: number }
      | { kind: 'change'; picks: number[]; fields: Partial<ConversationRecord> }
      | { kind: 'remove'; picks: number[] }
      | { kind: 'take in'; count: number }
      | { kind: 'roll back' | 'look' | 'open again' };
    // By a new name of one agent, all of that agent's older conversations are found too.
    const [served] = records.filter(({ destinations }) => destinations.some(({ offers }) => offers.length > 0));
    const renamed = (served?.destinations ?? []).map((stop) => ({
      ...stop,
      offers: stop.offers.map((offer) => ({ ...offer, name: 'Renamed Person' })),
    }));
    const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 12 });
    const fields: fc.Arbitrary<Partial<ConversationRecord>> = fc.constantFrom(
      { csatScore: 5, surveyType: 'csat', csatFeedback: 'A refund at last' },
      { startedAtS: endS - 40 * 86_400, customerPhone: '+15550100199' },
      { finalStatus: 'NEVER SEEN BEFORE', dispositions: ['New code', 'Resolved'] },
      { isOpen: true, destinations: [] },
      { customerFirstName: 'Zoë', customerEmail: 'zoe@example.com', userTags: [{ name: 'tier', value: 'gold' }] },
      { lastIntentName: 'Another intent', isShadow: true },
      { destinations: renamed },
    );
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 120 }) }),
      fc.record({ kind: fc.constant('change' as const), picks, fields }),
      fc.record({ kind: fc.constant('remove' as const), picks }),
      fc.record({ kind: fc.constantFrom('roll back' as const, 'look' as const, 'open again' as const) }),
      fc.record({ kind: fc.constant('take in' as const), count: fc.integer({ min: 1, max: 60 }) }),
    );
    let changes = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 12 }), (steps) => {
        const path = join(useTempDir(), 'cache.db');
        const cache = openTestCache(path);
        let index = openTestIndex(path, days);
        // Late rows come out of order.
        const waiting = records.toSorted((a, b) => hashOf(a).compare(hashOf(b)));
        const there = new Map<number, ConversationRecord>();
        const pick = (at: number): [number, ConversationRecord] | undefined => [...there][at % Math.max(1, there.size)];
        const change = (ids: number[], own: Partial<ConversationRecord>): void => {
          for (const at of ids) {
            const [id, record] = pick(at) ?? [];
            if (id === undefined || !record) continue;
            const changed = { ...record, ...own };
            cache.writer.save(changed, hashOf(changed), id);
            there.set(id, changed);
          }
        };
        for (const one of [{ kind: 'add', count: 150 } as Step, ...steps]) {
          if (one.kind === 'add') {
            const added = waiting.splice(0, one.count);
            for (const [at, id] of cache.saveAll(added).entries()) there.set(id, added[at] as ConversationRecord);
          } else if (one.kind === 'change') inTransaction(cache.db, () => change(one.picks, one.fields));
          else if (one.kind === 'remove') {
            const ids = one.picks.flatMap((at) => pick(at)?.[0] ?? []);
            removeAll(cache, [...new Set(ids)]);
            for (const id of ids) there.delete(id);
          } else if (one.kind === 'take in') {
            // As between two answers, of which it must not be seen how far it came.
            for (let n = 0; n < one.count; n += 1) index.index.prepare() || index.snapshot(() => index.index.takeIn());
          } else if (one.kind === 'open again') {
            index.db.close();
            index = openTestIndex(path, days);
          } else if (one.kind === 'roll back') {
            const before = new Map(there);
            cache.db.exec('BEGIN IMMEDIATE');
            change([1, 2, 3], { finalStatus: 'GONE AGAIN' });
            // Nobody sees what is not committed.
            expect(index.search('status:"gone again"').total).toBe(0);
            cache.db.exec('ROLLBACK');
            there.clear();
            for (const [id, record] of before) there.set(id, record);
          } else {
            changes += 1;
            expect(index.search('').total).toBe(there.size);
            expectAsIfNew(index, path);
          }
        }
        expect(index.search('').ids.toSorted((a, b) => a - b)).toEqual([...there.keys()].sort((a, b) => a - b));
        expectAsIfNew(index, path);
        index.db.close();
        cache.db.close();
        rmSync(path);
      }),
      { numRuns: 40 },
    );
    expect(changes).toBeGreaterThan(5);
  });

  test('by a new name of one agent, older conversations are found too', () => {
    const path = join(useTempDir(), 'cache.db');
    const cache = openTestCache(path);
    const records = makeRecords(300);
    const ids = cache.saveAll(records);
    const index = openTestIndex(path, days);
    const agentOf = ({ destinations }: ConversationRecord) => destinations.flatMap(({ offers }) => offers)[0]?.agentId;
    const at = records.findIndex((record) => agentOf(record) !== undefined);
    const served = records[at] as ConversationRecord;
    expect(index.search('agent:renamed').total).toBe(0);
    const changed = {
      ...served,
      destinations: served.destinations.map((stop) => ({
        ...stop,
        offers: stop.offers.map((offer) => ({ ...offer, name: 'Renamed Person' })),
      })),
    };
    inTransaction(cache.db, () => cache.writer.save(changed, hashOf(changed), ids[at] ?? null));
    while (index.snapshot(() => index.index.takeIn()));
    expect(index.search('agent:renamed').total).toBeGreaterThan(1);
    expectAsIfNew(index, path);
    index.db.close();
    cache.db.close();
  });

  test('a held snapshot is answered as it was, and the newest after it', () => {
    const path = join(useTempDir(), 'cache.db');
    const cache = openTestCache(path);
    const records = makeRecords(60);
    cache.saveAll(records.slice(0, 30));
    const index = openTestIndex(path, days);
    index.db.exec('BEGIN');
    index.db.prepare('SELECT 1 FROM conversation LIMIT 1').get();
    cache.saveAll(records.slice(30));
    expect(index.search('').total).toBe(30);
    index.db.exec('COMMIT');
    expect(index.search('').total).toBe(60);
    index.db.close();
    cache.db.close();
  });

  test('taken in piece by piece, is whole in each answer and not saved before', () => {
    const path = join(useTempDir(), 'cache.db');
    const cache = openTestCache(path);
    const records = makeRecords(WORTH_SAVING + 400);
    cache.saveAll(records.slice(0, WORTH_SAVING));
    const index = openTestIndex(path, days);
    const takeIn = (): boolean => index.snapshot(() => index.index.takeIn());
    // There is nothing yet that it could be taken into.
    expect(takeIn()).toBe(false);
    expect(index.search('customer', { withFacets: true }).total).toBeGreaterThan(0);
    const ids = cache.saveAll(records.slice(WORTH_SAVING));
    removeAll(cache, ids.slice(0, 20));
    while (index.index.prepare());
    expect(takeIn()).toBe(true);
    index.index.save();
    expect(existsSync(indexPath(path))).toBe(false);
    expectAsIfNew(index, path);
    index.index.save();
    expect(existsSync(indexPath(path))).toBe(true);
    removeAll(cache, ids.slice(20, 320));
    let pieces = 0;
    while (takeIn()) pieces += 1;
    expect(pieces).toBeGreaterThan(2);
    expectAsIfNew(index, path);
    // A snapshot from before what the next piece would hold.
    index.db.exec('BEGIN');
    index.db.prepare('SELECT 1 FROM conversation LIMIT 1').get();
    removeAll(cache, ids.slice(320));
    expect(takeIn()).toBe(false);
    expect(index.search('').total).toBe(WORTH_SAVING + 80);
    index.db.exec('COMMIT');
    expect(index.search('').total).toBe(WORTH_SAVING);
    index.db.close();
    cache.db.close();
  });

  test('starts anew when the log does not reach back', () => {
    const path = join(useTempDir(), 'cache.db');
    const cache = openTestCache(path);
    const records = makeRecords(100);
    const ids = cache.saveAll(records);
    const index = openTestIndex(path, days);
    expect(index.search('').total).toBe(100);
    removeAll(cache, ids.slice(0, 10));
    cache.db.exec('DELETE FROM conversation_change WHERE seq < (SELECT max(seq) FROM conversation_change)');
    expect(index.search('').total).toBe(90);
    expectAsIfNew(index, path);
    pruneChanges(cache.db);
    expect(cache.db.prepare('SELECT count(*) FROM conversation_change').pluck().get()).toBe(1);
    index.db.close();
    cache.db.close();
  });
});

describe('the saved index', () => {
  const records = makeRecords(WORTH_SAVING + 200);
  const make = () => {
    const path = join(useTempDir(), 'cache.db');
    const cache = openTestCache(path);
    const ids = cache.saveAll(records);
    const index = openTestIndex(path, days);
    index.search('');
    index.index.save();
    expect(existsSync(indexPath(path))).toBe(true);
    return { path, cache, ids, index };
  };
  const reopen = (index: TestIndex, path: string): TestIndex => {
    index.db.close();
    return openTestIndex(path, days);
  };

  test('is read again, caught up, and belongs to its owner alone', () => {
    const { path, cache, ids, index } = make();
    if (process.platform !== 'win32') expect(statSync(indexPath(path)).mode & 0o777).toBe(0o600);
    removeAll(cache, ids.slice(5, 25));
    const changed = { ...(records[0] as ConversationRecord), finalStatus: 'CHANGED SINCE' };
    inTransaction(cache.db, () => cache.writer.save(changed, hashOf(changed), ids[0] ?? null));
    const again = reopen(index, path);
    expect(again.search('').total).toBe(records.length - 20);
    // Loaded, not made: only what changed since counts as unsaved.
    expect(again.index.unsaved).toBe(21);
    expect(again.search('status:"changed since"').ids).toEqual([ids[0]]);
    expectAsIfNew(again, path);
    again.db.close();
    cache.db.close();
  });

  test('small ones are not saved', () => {
    const path = join(useTempDir(), 'cache.db');
    const cache = openTestCache(path);
    cache.saveAll(records.slice(0, 100));
    const index = openTestIndex(path, days);
    index.search('');
    index.index.save();
    expect(existsSync(indexPath(path))).toBe(false);
    index.db.close();
    cache.db.close();
  });

  test.each<[string, (path: string) => void]>([
    ['cut short', (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['empty', (path) => truncateSync(path, 0)],
    ['something else', (path) => writeFileSync(path, 'x'.repeat(5000))],
    ['gone', (path) => rmSync(path)],
  ])('that is %s is made anew', (_, damage) => {
    const { path, cache, index } = make();
    damage(indexPath(path));
    const again = reopen(index, path);
    expect(again.search('').total).toBe(records.length);
    expect(again.index.unsaved).toBe(records.length);
    again.index.save();
    const third = reopen(again, path);
    third.search('');
    expect(third.index.unsaved).toBe(0);
    third.db.close();
    cache.db.close();
  });

  test('that is changed while it is in use is made anew by the next call', () => {
    const { path, cache, index } = make();
    const again = reopen(index, path);
    expect(again.search('').total).toBe(records.length);
    // Columns that nobody has asked for yet are still in the file alone.
    writeFileSync(indexPath(path), Buffer.alloc(statSync(indexPath(path)).size));
    expect(() => again.search('customer:a')).toThrow();
    expectAsIfNew(again, path);
    expect(again.index.unsaved).toBe(records.length);
    again.db.close();
    cache.db.close();
  });

  test('with any one bit flipped is not believed', () => {
    const { path, cache, index } = make();
    const whole = readFileSync(indexPath(path));
    index.db.close();
    for (let n = 0; n < 24; n += 1) {
      const at = Math.floor((whole.length - 1) * (n / 23));
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] as number) ^ (1 << (n % 8));
      writeFileSync(indexPath(path), broken);
      const again = openTestIndex(path, days);
      again.search('', { limit: 1 });
      expect([at, again.index.unsaved]).toEqual([at, records.length]);
      again.db.close();
    }
    cache.db.close();
  });

  test('of another cache, or of a copy that went another way, is not believed', () => {
    const { path, cache, ids, index } = make();
    const other = make();
    copyFileSync(indexPath(other.path), indexPath(path));
    const again = reopen(index, path);
    again.search('');
    expect(again.index.unsaved).toBe(records.length);
    again.index.save();
    // The cache as it was is put back, and goes on differently.
    cache.db.pragma('wal_checkpoint(TRUNCATE)');
    copyFileSync(path, `${path}.copy`);
    removeAll(cache, ids.slice(0, 50));
    for (let n = 0; n < 40; n += 1) cache.saveAll([]);
    inTransaction(cache.db, () => {
      for (const [at, record] of records.entries())
        if (at >= 50) cache.writer.save(record, hashOf(record), ids[at] ?? null);
    });
    expect(again.search('').total).toBe(records.length - 50);
    again.index.save();
    again.db.close();
    cache.db.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
    copyFileSync(`${path}.copy`, path);
    const restored = openTestCache(path);
    removeAll(restored, ids.slice(60, 70));
    inTransaction(restored.db, () => {
      for (let round = 0; round < 2; round += 1)
        for (const [at, record] of records.entries())
          if (at < 60 || at >= 70) restored.writer.save(record, hashOf(record), ids[at] ?? null);
    });
    const third = openTestIndex(path, days);
    expect(third.search('').total).toBe(records.length - 10);
    expectAsIfNew(third, path);
    third.db.close();
    restored.db.close();
    other.index.db.close();
    other.cache.db.close();
  });

  test('goes when somebody is forgotten, also while it is being saved', () => {
    const { path, cache, index } = make();
    const phone = records.find((r) => r.customerPhone !== null)?.customerPhone ?? '';
    const digits = phone.replace(/\D/g, '');
    expect(readFileSync(indexPath(path)).includes(digits)).toBe(true);
    // What a program that was killed while saving left behind.
    writeFileSync(`${indexPath(path)}.999.tmp`, digits);
    index.db.close();
    const eraser = createEraser(cache.db, cache.writer);
    const { conversations } = eraser.forget({ customer: phone }, { id: 'f-1', atMs: 1, scope: 'one customer' });
    expect(conversations).toBeGreaterThan(0);
    expect(existsSync(indexPath(path))).toBe(false);
    expect(existsSync(`${indexPath(path)}.999.tmp`)).toBe(false);

    const second = openTestIndex(path, days);
    expect(second.search(`phone:${digits}`).total).toBe(0);
    const other = records.find((r) => r.customerPhone !== null && r.customerPhone !== phone)?.customerPhone ?? '';
    second.db.exec('BEGIN');
    second.search('');
    second.db.exec('COMMIT');
    // Forgotten after the index saw them and before it is saved.
    const reader = openTestIndex(path, days);
    reader.search('');
    second.db.close();
    eraser.forget({ customer: other }, { id: 'f-2', atMs: 2, scope: 'one customer' });
    reader.index.save();
    expect(existsSync(indexPath(path))).toBe(false);
    expect(reader.search(`phone:${other.replace(/\D/g, '')}`).total).toBe(0);
    reader.index.save();
    expect(readFileSync(indexPath(path)).includes(other.replace(/\D/g, ''))).toBe(false);
    reader.db.close();
    cache.db.close();
  });

  test('is replaced whole or not at all', () => {
    const { path, cache, index } = make();
    const before = readFileSync(indexPath(path));
    expect(() => replaceFile(indexPath(path), [Buffer.from('half'), null as unknown as Uint8Array])).toThrow();
    expect(readFileSync(indexPath(path)).equals(before)).toBe(true);
    index.db.close();
    cache.db.close();
  });
});
