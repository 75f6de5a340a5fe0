// A key on its way to a thread that is started before the key is there: the thread reads its modules while the keychain is asked.
// It opens no file before the key, or the word that there is none, has come. Imports the keys of the store.
import { type CacheThreadData, KEY_BYTES, learnKey, receiveKey } from '../store/cache-key.ts';

/** What such a thread is started with. */
export type BoxedThreadData = { cachePath: string; keyBox: SharedArrayBuffer };

const FLAG_BYTES = 4;
const [WAITING, PLAIN, KEYED] = [0, 1, 2];

export const createKeyBox = (): SharedArrayBuffer => new SharedArrayBuffer(FLAG_BYTES + KEY_BYTES);

export const fillKeyBox = (box: SharedArrayBuffer, key: Uint8Array | null): void => {
  if (key !== null) new Uint8Array(box, FLAG_BYTES).set(key);
  const flag = new Int32Array(box, 0, 1);
  Atomics.store(flag, 0, key === null ? PLAIN : KEYED);
  Atomics.notify(flag, 0);
};

/** In the thread, first of all: waits for the key, which is then in no memory that is shared. */
export const awaitKey = (data: CacheThreadData | BoxedThreadData): void => {
  if ('cacheKey' in data) {
    receiveKey(data);
    return;
  }
  const flag = new Int32Array(data.keyBox, 0, 1);
  Atomics.wait(flag, 0, WAITING);
  const bytes = new Uint8Array(data.keyBox, FLAG_BYTES);
  if (Atomics.load(flag, 0) === KEYED) learnKey(bytes);
  bytes.fill(0);
};
