// The walk over an in-memory API that reads the documentation in every way it can be read. What the walk claims is
// checked against the rows themselves.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWalk, newPaging, type Paging, type SeenRow, type Walk } from '../../../main/sync/walk.ts';

type Shape = {
  unit: 'pages' | 'rows';
  isPerSet: boolean;
  order: 'bot-first' | 'descending' | 'ascending' | 'shuffled';
  /** Largest offset served; null for any. */
  maxOffset: number | null;
  beyond: 'refuse' | 'clamp';
  limitMax: number;
  numResults: 'page' | 'total' | 'too-many' | 'too-few' | 'absent';
};
type Api = {
  rows: SeenRow[];
  ask(offset: number, limit: number): { rows: SeenRow[]; numResults: number | null } | 'refused';
};

const plain: Shape = {
  unit: 'pages',
  isPerSet: false,
  order: 'bot-first',
  maxOffset: 10,
  beyond: 'refuse',
  limitMax: 100,
  numResults: 'page',
};

/** Any spread of numbers that differs from the order of time: the remainders of a prime's multiples. */
const scatter = (n: number): number => (n * 7919) % 10_007;

const makeRows = (count: number, botShare: number, offset = 0): SeenRow[] =>
  Array.from({ length: count }, (_, n) => ({
    key: `row-${offset + n}`,
    startedAtS: 1_760_000_000 + offset + n,
    isBotOnly: scatter(offset + n + 17) / 10_007 < botShare,
  }));

const byOrder: Record<Shape['order'], (a: SeenRow, b: SeenRow) => number> = {
  'bot-first': (a, b) => Number(b.isBotOnly) - Number(a.isBotOnly) || (a.startedAtS ?? 0) - (b.startedAtS ?? 0),
  descending: (a, b) => (b.startedAtS ?? 0) - (a.startedAtS ?? 0),
  ascending: (a, b) => (a.startedAtS ?? 0) - (b.startedAtS ?? 0),
  shuffled: (a, b) => scatter(a.startedAtS ?? 0) - scatter(b.startedAtS ?? 0) || a.key.localeCompare(b.key),
};

const makeApi = (shape: Shape, rows: readonly SeenRow[]): Api => {
  const list = rows.toSorted(byOrder[shape.order]);
  return {
    rows: list,
    ask(askedOffset, askedLimit) {
      if (shape.maxOffset !== null && askedOffset > shape.maxOffset && shape.beyond === 'refuse') return 'refused';
      const offset = Math.min(askedOffset, shape.maxOffset ?? Number.POSITIVE_INFINITY);
      const limit = Math.min(askedLimit, shape.limitMax);
      const first = shape.unit === 'pages' ? offset * limit : offset;
      const sets = shape.isPerSet ? [list.filter((r) => r.isBotOnly), list.filter((r) => !r.isBotOnly)] : [list];
      const page = sets.flatMap((set) => set.slice(first, first + limit));
      const numResults = {
        page: page.length,
        total: list.length,
        'too-many': list.length + 1000,
        'too-few': Math.floor(page.length / 2),
        absent: null,
      }[shape.numResults];
      return { rows: page, numResults };
    },
  };
};

type Outcome = { end: string; requests: number; seen: ReadonlyMap<string, SeenRow> };

const takeStep = (walk: Walk, api: Api, paging: Paging): boolean => {
  const step = walk.step();
  if (step.kind !== 'fetch') return false;
  const page = api.ask(step.offset, paging.pageSize);
  if (page === 'refused') walk.refuse();
  else walk.accept(page);
  return true;
};

/** Walks to the end. `between` runs after each answer. */
const walkToEnd = (api: Api, paging: Paging, seed: readonly SeenRow[] = [], between?: (n: number) => void): Outcome => {
  const walk = createWalk(paging, seed);
  let requests = 0;
  while (takeStep(walk, api, paging)) {
    requests += 1;
    if (requests > 500) throw new Error('the walk does not end');
    between?.(requests);
  }
  return { end: walk.step().kind, requests, seen: walk.seen() };
};

const unseen = (rows: readonly SeenRow[], seen: ReadonlyMap<string, SeenRow>): string[] =>
  rows.filter((row) => !seen.has(row.key)).map((row) => row.key);

/** The last page that can be asked for: its rows, those of its larger set, and how many rows make it full. */
const lastPage = (shape: Shape, rows: readonly SeenRow[]): { size: number; largest: number; fullAt: number } => {
  if (shape.maxOffset === null) throw new Error('every page can be asked for');
  const page = makeApi(shape, rows).ask(shape.maxOffset, 100);
  if (page === 'refused') throw new Error('the largest offset is refused');
  const bots = page.rows.filter((row) => row.isBotOnly).length;
  return { size: page.rows.length, largest: Math.max(bots, page.rows.length - bots), fullAt: shape.limitMax };
};

/** Pages up to and with the first that is not full: what a walk costs that knows everything but where it ends. */
const pagesNeeded = (shape: Shape, rows: readonly SeenRow[]): number => {
  const api = makeApi(shape, rows);
  const limit = Math.min(100, shape.limitMax);
  for (let page = 0; ; page += 1) {
    const answer = api.ask(shape.unit === 'pages' ? page : page * limit, 100);
    if (answer === 'refused') return page + 1;
    if (answer.rows.length < limit) return page + 1;
    if (shape.beyond === 'clamp' && shape.maxOffset !== null && page * limit > shape.maxOffset) return page + 1;
  }
};

const shape: fc.Arbitrary<Shape> = fc
  .record({
    unit: fc.constantFrom('pages', 'rows'),
    isPerSet: fc.boolean(),
    order: fc.constantFrom('bot-first', 'descending', 'ascending', 'shuffled'),
    hasMaxOffset: fc.boolean(),
    beyond: fc.constantFrom('refuse', 'clamp'),
    limitMax: fc.constantFrom(100, 100, 100, 50, 70, 30),
    numResults: fc.constantFrom('page', 'total', 'too-many', 'too-few', 'absent'),
  } as const)
  .map(({ hasMaxOffset, ...rest }) => ({ ...rest, maxOffset: rest.unit === 'pages' || hasMaxOffset ? 10 : null }));
const count = fc.oneof(
  fc.integer({ min: 0, max: 2500 }),
  fc.constantFrom(0, 1, 2, 50, 99, 100, 101, 109, 110, 111, 199, 200, 500, 1099, 1100, 1101),
);
const botShare = fc.constantFrom(0, 0.1, 0.3, 0.5, 0.5, 0.9, 1);

describe('a walk over any reading of the documentation', () => {
  test('says complete only when every row was seen, and capped only when the reach is exceeded', () => {
    const ends = new Map<string, number>();
    const windows = fc.array(count, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(shape, windows, botShare, (apiShape, counts, share) => {
        const paging = newPaging();
        for (const [index, rowCount] of counts.entries()) {
          const api = makeApi(apiShape, makeRows(rowCount, share, index * 10_000));
          const wasPerSet = paging.isPerSet;
          const { end, seen, requests } = walkToEnd(api, paging);
          ends.set(end, (ends.get(end) ?? 0) + 1);
          if (end === 'complete') expect(unseen(api.rows, seen)).toEqual([]);
          else {
            // Nothing moved, so that only the reach can be the reason. The last page that can be asked for may be the last
            // of all, but is not known to be when it is full, or its larger set as long as any.
            const { size, largest, fullAt } = lastPage(apiShape, api.rows);
            expect(end).toBe('capped');
            if (size < fullAt) expect(largest).toBeGreaterThanOrEqual(paging.longestSet);
          }
          // One request may go into the unit of offset and one into a page that looks like the last; once in a run, one
          // more into finding that bot-only and agent rows are paged apart.
          const learned = Number(paging.isPerSet && !wasPerSet);
          if (apiShape.limitMax === 100 && apiShape.beyond === 'refuse')
            expect(requests).toBeLessThanOrEqual(pagesNeeded(apiShape, api.rows) + 2 + learned);
        }
      }),
      { numRuns: 400 },
    );
    // Both ends must have been met, or the property says nothing.
    expect([...ends.keys()].sort()).toEqual(['capped', 'complete']);
    expect(Math.min(...ends.values())).toBeGreaterThan(20);
  });

  test('sees every row that was there before, whatever is put in front between pages', () => {
    let completed = 0;
    fc.assert(
      fc.property(
        shape,
        count,
        botShare,
        fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { maxLength: 3 }),
        (apiShape, rowCount, share, insertAfter) => {
          const api = makeApi(apiShape, makeRows(rowCount, share));
          const before = [...api.rows];
          const paging = newPaging();
          // That pages are shorter than asked for is learned while nothing moves: half a page of each set that turns
          // into a whole one by a row that comes in at that moment would fool anybody.
          if (apiShape.limitMax < 100) walkToEnd(makeApi(apiShape, makeRows(1500, 0.3, 50_000)), paging);
          const { end, seen } = walkToEnd(api, paging, [], (n) => {
            if (insertAfter.includes(n)) api.rows.unshift({ key: `late-${n}`, startedAtS: 1, isBotOnly: n % 2 === 0 });
          });
          if (end !== 'complete') return;
          completed += 1;
          expect(unseen(before, seen)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
    // Some 118 of 300, give or take 9.
    expect(completed).toBeGreaterThan(50);
  });

  test('walks again when a row came in front of pages already read, and then has that row too', () => {
    for (const unit of ['pages', 'rows'] as const) {
      const api = makeApi({ ...plain, unit, maxOffset: unit === 'pages' ? 10 : null }, makeRows(350, 0));
      const outcome = walkToEnd(api, newPaging(), [], (n) => {
        if (n === 3) api.rows.unshift({ key: 'late', startedAtS: 1, isBotOnly: false });
      });
      expect(outcome.end).toBe('complete');
      expect(outcome.seen.has('late')).toBe(true);
    }
  });

  test('gives up on a window in which a row comes with every page, so that it is split', () => {
    const api = makeApi(plain, makeRows(350, 0));
    const { end } = walkToEnd(api, newPaging(), [], (n) => {
      api.rows.unshift({ key: `late-${n}`, startedAtS: 1, isBotOnly: false });
    });
    expect(end).toBe('unstable');
  });

  test('windows walked at the same time end as they would alone', () => {
    fc.assert(
      fc.property(shape, fc.array(count, { minLength: 2, maxLength: 4 }), botShare, (apiShape, counts, share) => {
        const paging = newPaging();
        // The engine fetches one window alone until the unit is known.
        walkToEnd(makeApi(apiShape, makeRows(250, share, 90_000)), paging);
        const apis = counts.map((rowCount, index) => makeApi(apiShape, makeRows(rowCount, share, index * 10_000)));
        const walks = apis.map((api) => ({ api, walk: createWalk(paging) }));
        for (let round = 0; walks.some(({ api, walk }) => takeStep(walk, api, paging)); round += 1) {
          for (const { api, walk } of walks.slice(1)) takeStep(walk, api, paging);
          if (round > 500) throw new Error('the walks do not end');
        }
        for (const { api, walk } of walks)
          if (walk.step().kind === 'complete') expect(unseen(api.rows, walk.seen())).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what one walk learns for the next', () => {
  test('the unit of offset', () => {
    for (const unit of ['pages', 'rows'] as const)
      for (const isPerSet of [false, true])
        for (const share of [0, 0.5, 1])
          for (const rowCount of [100, 101, 150, 230]) {
            const paging = newPaging();
            const api = makeApi({ ...plain, unit, isPerSet, maxOffset: null }, makeRows(rowCount, share));
            expect(walkToEnd(api, paging).end).toBe('complete');
            const firstPage = api.ask(0, 100);
            if (firstPage !== 'refused' && firstPage.rows.length >= 100) expect(paging.unit).toBe(unit);
          }
  });

  test('a unit learned from rows costs one request, once', () => {
    const paging = newPaging();
    const apiShape: Shape = { ...plain, unit: 'rows', maxOffset: null };
    expect(walkToEnd(makeApi(apiShape, makeRows(950, 0.2)), paging).requests).toBe(11);
    expect(walkToEnd(makeApi(apiShape, makeRows(950, 0.2)), paging).requests).toBe(10);
  });

  test('that numResults promises too much, by one request', () => {
    const paging = newPaging();
    const api = makeApi({ ...plain, numResults: 'too-many' }, makeRows(30, 0));
    expect(walkToEnd(api, paging)).toMatchObject({ end: 'complete', requests: 2 });
    expect(paging.trustsNumResults).toBe(false);
    expect(walkToEnd(makeApi({ ...plain, numResults: 'too-many' }, makeRows(29, 0)), paging).requests).toBe(1);
  });

  test('that a short page was the last, and believes one that is shorter', () => {
    const paging = newPaging();
    expect(walkToEnd(makeApi(plain, makeRows(40, 0)), paging).requests).toBe(2);
    expect(walkToEnd(makeApi(plain, makeRows(39, 0)), paging).requests).toBe(1);
    expect(walkToEnd(makeApi(plain, makeRows(0, 0)), paging).requests).toBe(1);
    expect(walkToEnd(makeApi(plain, makeRows(180, 0)), paging).requests).toBe(2);
    expect(walkToEnd(makeApi(plain, makeRows(99, 0)), paging).requests).toBe(1);
  });

  test('that the server gives only 50 rows, although nothing says so', () => {
    const apiShape: Shape = { ...plain, limitMax: 50, numResults: 'page' };
    const paging = newPaging();
    const first = makeApi(apiShape, makeRows(230, 0.2));
    const outcome = walkToEnd(first, paging);
    expect(outcome.end).toBe('complete');
    expect(outcome.seen.size).toBe(230);
    expect(paging.pageSize).toBe(50);
    expect(walkToEnd(makeApi(apiShape, makeRows(230, 0.2)), paging).requests).toBe(5);
  });

  test('a row that came in between does not make pages short for good', () => {
    const paging = newPaging();
    const api = makeApi({ ...plain, unit: 'rows', maxOffset: null, order: 'ascending' }, makeRows(3, 0));
    const outcome = walkToEnd(api, paging, [], (n) => {
      if (n === 1) api.rows.push({ key: 'late', startedAtS: 1_760_009_999, isBotOnly: false });
    });
    expect(outcome).toMatchObject({ end: 'complete' });
    expect(outcome.seen.size).toBe(4);
    expect(paging.pageSize).toBe(100);
  });

  test('offsets of rows held to ten: by a refusal, or by an answer that repeats itself', () => {
    for (const beyond of ['refuse', 'clamp'] as const) {
      const apiShape: Shape = { ...plain, unit: 'rows', maxOffset: 10, beyond };
      for (const [rowCount, end] of [
        [105, 'complete'],
        [109, 'complete'],
        [110, 'capped'],
        [700, 'capped'],
      ] as const) {
        const paging = newPaging();
        const outcome = walkToEnd(makeApi(apiShape, makeRows(rowCount, 0)), paging);
        expect([rowCount, beyond, outcome.end, paging.maxOffset]).toEqual([rowCount, beyond, end, 10]);
      }
    }
  });

  test('one key twice on a page is one conversation, not a row that moved', () => {
    const rows = makeRows(80, 0);
    const paging = newPaging();
    const walk = createWalk(paging);
    walk.accept({ rows: [...rows, ...rows.slice(0, 2)], numResults: 82 });
    expect(walk.step()).toEqual({ kind: 'fetch', offset: 1 });
    walk.accept({ rows: [], numResults: 0 });
    expect(walk.step()).toEqual({ kind: 'complete' });
  });
});

describe('rows seen through a larger window', () => {
  const learnPages = (apiShape: Shape): Paging => {
    const paging = newPaging();
    walkToEnd(makeApi({ ...apiShape, maxOffset: 10 }, makeRows(1500, 0.2, 50_000)), paging);
    return paging;
  };

  test('are proved complete by one page when they are all there is', () => {
    const paging = learnPages(plain);
    for (const rowCount of [100, 101, 430, 999, 1000, 1099]) {
      const rows = makeRows(rowCount, 0.2);
      const outcome = walkToEnd(makeApi(plain, rows), paging, rows);
      expect([rowCount, outcome.end, outcome.requests]).toEqual([rowCount, 'complete', 1]);
    }
  });

  test('never make a window complete that holds a row more', () => {
    let completed = 0;
    fc.assert(
      fc.property(
        shape,
        fc.integer({ min: 100, max: 1300 }),
        botShare,
        fc.array(fc.integer({ min: 0, max: 1299 }), { maxLength: 150 }),
        fc.constantFrom('some', 'oldest', 'newest'),
        (apiShape, rowCount, share, missing, what) => {
          const rows = makeRows(rowCount, share);
          const gone = missing.length;
          const seed =
            what === 'some'
              ? rows.filter((_, n) => !missing.includes(n))
              : what === 'oldest'
                ? rows.slice(gone)
                : rows.slice(0, rows.length - gone);
          const { end, seen } = walkToEnd(makeApi(apiShape, rows), learnPages(apiShape), seed);
          if (end !== 'complete') return;
          completed += 1;
          expect(unseen(rows, seen)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
    // Some 118 of 300, give or take 9.
    expect(completed).toBeGreaterThan(50);
  });

  test('are walked in the ordinary way when the proof is refused', () => {
    const paging: Paging = { ...learnPages(plain), maxOffset: null };
    const rows = makeRows(430, 0);
    const outcome = walkToEnd(makeApi({ ...plain, maxOffset: 3 }, rows), paging, rows);
    expect(outcome.end).toBe('capped');
  });
});
