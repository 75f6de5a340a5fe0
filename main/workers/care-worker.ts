// A thread that looks at a cache, or rebuilds one, before anything reads it: both may take as long as the file is large.
import { workerData } from 'node:worker_threads';
import { AppError } from '../../preload/contract/errors.ts';
import { cacheNeedsWriter } from '../store/cache.ts';
import { type CacheThreadData, learnKey, receiveKey } from '../store/cache-key.ts';
import { encryptCache, tidyUp } from '../store/encrypt.ts';
import { type Examination, examine, isInUse, sealFile, type Verdict } from '../store/examine.ts';
import { heldHandlers } from '../store/held-file.ts';
import { toStoreError } from '../store/open.ts';
import { type RebuildOptions, rebuildCache } from '../sync/rebuild.ts';
import { serve } from './rpc.ts';

const createHandlers = () => {
  receiveKey(workerData as CacheThreadData);
  return handlers;
};
const handlers = {
  examine: ({ cachePath, wanted, nowMs }: { cachePath: string; wanted: Examination; nowMs: number }): Verdict => {
    const isShared = isInUse(cachePath);
    // Not closed whole because somebody is at work on it, who has looked at it before.
    if (wanted === 'quick' && isShared) return 'sound';
    const verdict = examine(cachePath, wanted, nowMs);
    if (verdict === 'damaged' || wanted === 'sums' || isShared || cacheNeedsWriter(cachePath)) return verdict;
    // So that it need not be looked through again until it is written to.
    try {
      sealFile(cachePath, nowMs);
    } catch (error) {
      // What stands in it is read here for the first time.
      if (error instanceof AppError && error.details?.isFileDamaged === true) return 'damaged';
      throw error;
    }
    return verdict;
  },
  encrypt: (input: { cachePath: string; key: Uint8Array }): void => {
    learnKey(input.key);
    encryptCache(input.cachePath, input.key);
  },
  /** Unless another program has it open: it may be the one that is at work on what lies there. */
  tidyUp: (input: { cachePath: string }): void => {
    if (!isInUse(input.cachePath)) tidyUp(input.cachePath);
  },
  isInUse: (input: { cachePath: string }): boolean => isInUse(input.cachePath),
  rebuild: (input: RebuildOptions) => rebuildCache(input),
};
export type CareHandlers = typeof handlers & typeof heldHandlers;

serve(createHandlers, (error) => toStoreError(error, 'The cache'), heldHandlers);
