// A keychain in memory: what is put in is there, it can be locked, and it says what it was asked. And none at all.
import type { SecretStore } from '../../main/ports.ts';
import { AppError } from '../../preload/contract/errors.ts';

export type KeyStore = SecretStore & {
  kept: Map<string, string>;
  asked: string[];
  isLocked: boolean;
};

export const createKeyStore = (): KeyStore => {
  const refuse = (): void => {
    if (store.isLocked) throw new AppError('secret_store_locked', 'The keychain is locked. Unlock it and try again.');
  };
  const store: KeyStore = {
    kept: new Map(),
    asked: [],
    isLocked: false,
    async get(id) {
      store.asked.push(`get ${id}`);
      refuse();
      return store.kept.get(id) ?? null;
    },
    async set(id, secret) {
      store.asked.push(`set ${id}`);
      refuse();
      store.kept.set(id, secret);
    },
    async delete(id) {
      store.asked.push(`delete ${id}`);
      refuse();
      return store.kept.delete(id);
    },
  };
  return store;
};

/** As where there is none: nothing is stored, nothing can be kept. */
export const noKeychain: SecretStore = {
  get: async () => null,
  set: async () => {
    throw new AppError('secret_store_unavailable', 'There is no keychain here.', {
      details: { reason: 'no-provider' },
    });
  },
  delete: async () => false,
};
