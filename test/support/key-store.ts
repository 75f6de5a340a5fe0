// A keychain in memory: what is put in is there, it can be locked, and it says what it was asked.
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
