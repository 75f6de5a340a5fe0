// Pure: walks the pages of one window and says when the window is whole. Nothing the API says about itself is trusted:
// the unit of `offset` is found by probing, `numResults` is at most a hint, row order means nothing. A window is whole
// when paging ended on a short page and as many different rows were seen as the pages counted: rows that shifted from
// page to page while they were read show up as a shortfall, and the window is walked again.

/** The documented most that `offset` may be, and `limit`. */
export const MAX_OFFSET = 10;
export const PAGE_SIZE = 100;
const MAX_PASSES = 3;

/** What has been learned of an endpoint's paging in this run. Shared by its windows and written by their walks. */
export type Paging = {
  /** What `offset` counts; null until a full page has been followed by another. */
  unit: 'pages' | 'rows' | null;
  pageSize: number;
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
  /** Rows counted by the pages of this pass. */
  let counted = 0;
  let firstPageKeys = new Set<string>();
  let checksNumResults = false;
  let next: WalkStep = { kind: 'fetch', offset: 0 };
  let isProof = false;
  if (seed.length >= paging.pageSize && paging.unit === 'pages' && !paging.isPerSet) {
    const proofPage = Math.floor(seed.length / paging.pageSize);
    if (proofPage <= (paging.maxOffset ?? MAX_OFFSET)) {
      isProof = true;
      next = { kind: 'fetch', offset: proofPage };
    }
  }

  const startPass = (): void => {
    pageIndex = 0;
    counted = 0;
    next = { kind: 'fetch', offset: 0 };
  };

  const finish = (): void => {
    if (seen.size >= counted) {
      next = { kind: 'complete' };
    } else if (pass < MAX_PASSES) {
      pass += 1;
      startPass();
    } else {
      next = { kind: 'unstable' };
    }
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

  const acceptProof = (page: WalkPage, offset: number): void => {
    isProof = false;
    const total = offset * paging.pageSize + page.rows.length;
    if (page.rows.length < paging.pageSize && !paging.isPerSet && seen.size >= total) next = { kind: 'complete' };
    else startPass();
  };

  /** True when the page fetched at offset 1 shows that offset counts rows: it repeats all but the first page's first. */
  const provesRowUnit = (page: WalkPage): boolean => {
    const repeated = page.rows.filter((row) => firstPageKeys.has(row.key)).length;
    return page.rows.length >= paging.pageSize - 1 && repeated >= page.rows.length * 0.9;
  };

  return {
    step: () => next,
    isPassStart: () => next.kind === 'fetch' && next.offset === 0,
    seen: () => seen,
    refuse() {
      const offset = next.kind === 'fetch' ? next.offset : 0;
      if (isProof) {
        isProof = false;
        startPass();
        return;
      }
      if (paging.unit === 'rows' && offset > MAX_OFFSET) {
        paging.maxOffset = MAX_OFFSET;
        next = { kind: 'fetch', offset: MAX_OFFSET };
      } else {
        paging.maxOffset = Math.max(0, offset - 1);
        next = { kind: 'capped' };
      }
    },
    accept(page) {
      const offset = next.kind === 'fetch' ? next.offset : 0;
      const size = page.rows.length;
      const news = page.rows.filter((row) => !seen.has(row.key)).length;
      for (const row of page.rows) seen.set(row.key, row);
      if (size > paging.pageSize) paging.isPerSet = true;
      if (isProof) return acceptProof(page, offset);

      if (checksNumResults) {
        checksNumResults = false;
        if (news === 0) {
          paging.trustsNumResults = false;
          return finish();
        }
        // The server gives less than it was asked for: what looked like a short page was a full one.
        paging.pageSize = firstPageKeys.size;
      }

      if (pageIndex === 0) {
        firstPageKeys = new Set(page.rows.map((row) => row.key));
        if (size > 0 && size < paging.pageSize && paging.trustsNumResults && (page.numResults ?? 0) > size) {
          checksNumResults = true;
          counted = size;
          pageIndex = 1;
          next = { kind: 'fetch', offset: 1 };
          return;
        }
      } else if (offset === 1 && paging.unit !== 'rows') {
        // Learned once, and doubted ever after: a page that repeats the first would otherwise pass as an end.
        const countsRows = provesRowUnit(page);
        paging.unit = countsRows ? 'rows' : 'pages';
        if (countsRows) {
          // This page was only the probe: rows 1..100, of which the first page held all but one.
          goOn();
          return;
        }
      }

      const isCappedRowPage =
        paging.unit === 'rows' && paging.maxOffset !== null && offset === paging.maxOffset && pageIndex > 0;
      counted = isCappedRowPage ? (paging.isPerSet ? seen.size : offset + size) : counted + size;
      pageIndex += 1;
      if (size < paging.pageSize) finish();
      else if (isCappedRowPage) next = { kind: 'capped' };
      else goOn();
    },
  };
};
