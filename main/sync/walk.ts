// Pure: walks the pages of one window and says when the window is whole. Nothing the API says about itself is trusted:
// the unit of `offset` is found by probing, `numResults` is at most a hint, row order means nothing, and a short page is
// the last only if the server has given longer ones. A window is whole when paging ended on a short page and as many
// different rows were seen as the pages counted: rows that shifted from page to page while they were read show up as a
// shortfall, and the window is walked again.

/** The documented most that `offset` may be, and `limit`. */
export const MAX_OFFSET = 10;
const PAGE_SIZE = 100;
const MAX_PASSES = 3;

/** What has been learned of an endpoint's paging in this run. Shared by its windows and written by their walks. */
export type Paging = {
  /** What `offset` counts; null until a full page has been followed by another. */
  unit: 'pages' | 'rows' | null;
  pageSize: number;
  /** Most rows, and most bot-only or most agent rows, ever seen on one page: the server gives at least so many. */
  longestPage: number;
  longestSet: number;
  /** Largest offset the server takes; null while none is known (rows only: pages are held to the documented most). */
  maxOffset: number | null;
  /** A page held more rows than asked for: `limit` applies to bot-only and agent rows apart. */
  isPerSet: boolean;
  /** False once numResults promised rows that did not exist. */
  trustsNumResults: boolean;
};

export const newPaging = (): Paging => ({
  unit: null,
  pageSize: PAGE_SIZE,
  longestPage: 0,
  longestSet: 0,
  maxOffset: null,
  isPerSet: false,
  trustsNumResults: true,
});

export type SeenRow = { key: string; startedAtS: number | null; isBotOnly: boolean };
export type WalkPage = { rows: readonly SeenRow[]; numResults: number | null };

export type WalkStep =
  | { kind: 'fetch'; offset: number }
  /** All rows were seen. */
  | { kind: 'complete' }
  /** More rows than the pages can reach: split the window. */
  | { kind: 'capped' }
  /** Rows kept moving between pages: split the window, for one page cannot shift. */
  | { kind: 'unstable' };

export type Walk = {
  step(): WalkStep;
  /** Takes the page fetched for the last step. */
  accept(page: WalkPage): void;
  /** The server refused the last step's offset (not the first page's). */
  refuse(): void;
  /** Every different row seen so far, those handed in as seed included. */
  seen(): ReadonlyMap<string, SeenRow>;
  /** True at the first page of a pass. */
  isPassStart(): boolean;
};

/**
 * `seed`: rows of this window already seen through a larger window that was capped. When they are all there is, one
 * page that ends the count where the seed ends proves it.
 */
export const createWalk = (paging: Paging, seed: readonly SeenRow[] = []): Walk => {
  const seen = new Map<string, SeenRow>(seed.map((row) => [row.key, row]));
  let pass = 1;
  let pageIndex = 0;
  /** Rows counted by the pages of this pass, and the different ones among them. */
  let counted = 0;
  let passKeys = new Set<string>();
  let passPageSize = paging.pageSize;
  let firstPage: readonly SeenRow[] = [];
  /** The short page that the next one is to prove the last. */
  let doubted: { size: number; fill: number; isPromisedMore: boolean } | null = null;
  /** Rows (of the larger set, in per-set paging) of a page that was short and yet not the last. */
  let unfinishedFill: number | null = null;
  let next: WalkStep = { kind: 'fetch', offset: 0 };
  let isProof = false;
  // Two half pages, one of each set, look like a full page of both: then the proof would count wrongly.
  const isJointPage = paging.longestSet * 2 > paging.pageSize && !paging.isPerSet;
  if (seed.length >= paging.pageSize && paging.unit === 'pages' && isJointPage) {
    const proofPage = Math.floor(seed.length / paging.pageSize);
    if (proofPage <= (paging.maxOffset ?? MAX_OFFSET)) {
      isProof = true;
      next = { kind: 'fetch', offset: proofPage };
    }
  }

  const startPass = (): void => {
    pageIndex = 0;
    counted = 0;
    passKeys = new Set();
    passPageSize = paging.pageSize;
    doubted = null;
    next = { kind: 'fetch', offset: 0 };
  };

  const walkAgain = (): void => {
    pass += 1;
    if (pass <= MAX_PASSES) startPass();
    else next = { kind: 'unstable' };
  };

  const finish = (): void => {
    if (seen.size >= counted) next = { kind: 'complete' };
    else walkAgain();
  };

  const goOn = (): void => {
    const lastOffset = next.kind === 'fetch' ? next.offset : 0;
    if (paging.unit !== 'rows') {
      next = pageIndex <= (paging.maxOffset ?? MAX_OFFSET) ? { kind: 'fetch', offset: pageIndex } : { kind: 'capped' };
      return;
    }
    const offset = pageIndex * paging.pageSize;
    if (paging.maxOffset === null || offset <= paging.maxOffset) next = { kind: 'fetch', offset };
    else next = lastOffset < paging.maxOffset ? { kind: 'fetch', offset: paging.maxOffset } : { kind: 'capped' };
  };

  /** Asks for what would follow a page that looks like the last: `size` rows, `largest` of them of one set. */
  const doubt = (offset: number, size: number, largest: number, isPromisedMore: boolean): void => {
    const maxOffset = paging.maxOffset ?? (paging.unit === 'rows' ? Number.POSITIVE_INFINITY : MAX_OFFSET);
    const following = Math.min(maxOffset, paging.unit === 'rows' ? offset + largest : offset + 1);
    if (following > offset) {
      doubted = { size, fill: paging.isPerSet ? largest : size, isPromisedMore };
      next = { kind: 'fetch', offset: following };
    } else next = { kind: 'capped' };
  };

  const acceptProof = (page: WalkPage, offset: number): void => {
    isProof = false;
    const total = offset * paging.pageSize + page.rows.length;
    if (page.rows.length < paging.pageSize && !paging.isPerSet && seen.size >= total) next = { kind: 'complete' };
    else startPass();
  };

  /**
   * The page at offset 1 against the first one: when offset counts rows, it lacks the first row (of each set) and repeats
   * all others; when it counts pages, it repeats at most what a row that came in between has shifted. Only a full first
   * page proves rows: a short one may be half a page of one set.
   */
  const learnUnit = (keys: ReadonlySet<string>): void => {
    const missing = firstPage.filter((row) => !keys.has(row.key));
    const firstSize = new Set(firstPage.map((row) => row.key)).size;
    const countsRows = keys.size > 0 && keys.size >= firstSize - 2 && missing.length <= firstPage.length * 0.1 + 1;
    if (!countsRows && (keys.size > 0 || firstSize > 2)) paging.unit = 'pages';
    if (!countsRows) return;
    if (firstPage.length >= paging.pageSize) paging.unit = 'rows';
    if (missing.some((row) => row.isBotOnly) && missing.some((row) => !row.isBotOnly)) paging.isPerSet = true;
  };

  /** The probe that proves rows also shows whether the sets are paged apart. */
  const isKnownJoint = (): boolean => paging.unit === 'rows' && !paging.isPerSet;

  return {
    step: () => next,
    isPassStart: () => next.kind === 'fetch' && next.offset === 0,
    seen: () => seen,
    refuse() {
      const offset = next.kind === 'fetch' ? next.offset : 0;
      if (isProof) {
        isProof = false;
        startPass();
      } else if (paging.unit === 'rows' && offset > MAX_OFFSET) {
        paging.maxOffset = MAX_OFFSET;
        next = { kind: 'fetch', offset: MAX_OFFSET };
      } else {
        paging.maxOffset = Math.max(0, offset - 1);
        next = { kind: 'capped' };
      }
    },
    accept(page) {
      const askedOffset = next.kind === 'fetch' ? next.offset : 0;
      const size = page.rows.length;
      const keys = new Set(page.rows.map((row) => row.key));
      const repeated = [...keys].filter((key) => passKeys.has(key)).length;
      const bots = page.rows.filter((row) => row.isBotOnly).length;
      const largest = Math.max(bots, size - bots);
      const wasPerSet = paging.isPerSet;
      for (const row of page.rows) seen.set(row.key, row);
      for (const key of keys) passKeys.add(key);
      const isLongest = size >= paging.longestPage || (largest >= paging.longestSet && !isKnownJoint());
      paging.longestPage = Math.max(paging.longestPage, size);
      paging.longestSet = Math.max(paging.longestSet, largest);
      if (size > paging.pageSize) paging.isPerSet = true;
      if (isProof) return acceptProof(page, askedOffset);
      // Another window has found out meanwhile how long a page is: what this pass counted was cut otherwise.
      if (paging.pageSize !== passPageSize) return startPass();

      // Learned once, and doubted ever after: a page that repeats the first would otherwise pass as an end.
      const wasRows = paging.unit === 'rows';
      if (pageIndex === 0) firstPage = page.rows;
      else if (askedOffset === 1 && !wasRows) learnUnit(keys);
      const isProbe = !wasRows && paging.unit === 'rows';

      if (doubted) {
        const { size: doubtedSize, fill: doubtedFill, isPromisedMore } = doubted;
        doubted = null;
        if (repeated < keys.size || size >= doubtedSize) {
          // Either a row came in between, or the server gives less than it was asked for: walked again, the same fill
          // tells.
          unfinishedFill = doubtedFill;
          return walkAgain();
        }
        if (isPromisedMore) paging.trustsNumResults = false;
        return finish();
      }
      // The sets are paged apart: pages that seemed full may have been two halves.
      if (pageIndex > 0 && paging.isPerSet && !wasPerSet) return startPass();
      if (isProbe) return goOn();

      const fill = paging.isPerSet ? largest : size;
      if (fill > 0 && fill < paging.pageSize && fill === unfinishedFill) {
        paging.pageSize = fill;
        unfinishedFill = null;
        passPageSize = fill;
        // What was learned explains the passes so far.
        pass = 1;
        if (pageIndex > 0) return startPass();
      }

      // A server that answers a large offset as if it were the largest it takes repeats what was seen: far more than the
      // row that the probe saw and a few that moved.
      const isClamped = paging.unit === 'rows' && askedOffset > MAX_OFFSET && repeated > Math.max(keys.size / 2, 5);
      if (isClamped) paging.maxOffset = MAX_OFFSET;
      const offset = isClamped ? MAX_OFFSET : askedOffset;
      const isCappedRowPage =
        paging.unit === 'rows' && paging.maxOffset !== null && offset === paging.maxOffset && pageIndex > 0;
      counted = isCappedRowPage ? (paging.isPerSet ? seen.size : offset + keys.size) : counted + keys.size;
      const isPromisedMore = pageIndex === 0 && paging.trustsNumResults && (page.numResults ?? 0) > size;
      pageIndex += 1;
      if (fill >= paging.pageSize) {
        if (isCappedRowPage) next = { kind: 'capped' };
        else goOn();
      } else if (size > 0 && (isLongest || isPromisedMore || size >= paging.pageSize)) {
        doubt(offset, size, largest, isPromisedMore);
      } else finish();
    },
  };
};
