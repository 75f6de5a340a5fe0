// One call into the operating system's keychain through @napi-rs/keyring. Owns the native module: it is loaded here, on
// the first call, and nowhere else. Runs in the child process of keyring-process.ts, because a call can block its thread
// and its process for as long as a password prompt is open. Imports the native module only.

export type KeyringAction = 'get' | 'set' | 'delete' | 'probe';

export type KeyringCall = {
  action: KeyringAction;
  service: string;
  account: string;
  /** For `set` and `probe`. */
  secret: string | null;
  platform: NodeJS.Platform;
};

/**
 * `value`: the secret or null for get, whether something was deleted for delete, null for set, whether what was written
 * came back for probe. `stage` says where a failure happened: loading the module, opening the store, or the call itself.
 */
export type KeyringReply =
  | { ok: true; value: string | boolean | null }
  | { ok: false; stage: 'load' | 'open' | 'call'; message: string };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Makes the call; answers failures instead of throwing them, with the native message as it is. */
export const callKeyring = async (call: KeyringCall): Promise<KeyringReply> => {
  let stage: 'load' | 'open' | 'call' = 'load';
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    stage = 'open';
    // Without the pin the library falls back to the kernel's key ring, which forgets everything at the next start
    // (keyring-node issue 142). With it, an absent Secret Service throws here.
    const entry =
      call.platform === 'linux'
        ? new AsyncEntry(call.service, call.account, { linux: { store: 'secret-service' } })
        : new AsyncEntry(call.service, call.account);
    stage = 'call';
    switch (call.action) {
      case 'get':
        return { ok: true, value: await entry.getPassword() };
      case 'set':
        await entry.setPassword(call.secret ?? '');
        return { ok: true, value: null };
      case 'delete':
        return { ok: true, value: await entry.deletePassword() };
      case 'probe': {
        await entry.setPassword(call.secret ?? '');
        const found = await entry.getPassword();
        await entry.deletePassword();
        return { ok: true, value: found === call.secret };
      }
    }
  } catch (error) {
    return { ok: false, stage, message: messageOf(error) };
  }
};
