// The operating system's keychain as a SecretStore. Owns the deadline, the size limit and the child process each call is
// made in; may import the contract, ports and its own room. Loads nothing native itself.
//
// Why a child process: a call blocks inside the native library while the system asks for a password, opening the store
// blocks the calling thread on a dead session bus, and neither can be cancelled. Measured with Node 24: with a prompt
// nobody answers, process.exit() waits for the blocked call, on a pool thread and in a worker alike, so a scheduled run
// would never end. A process can be killed.
import { randomUUID } from 'node:crypto';
import { AppError } from '../../preload/contract/errors.ts';
import { askHelper, HelperEnded } from '../helper/helper.ts';
import type { SecretStore, StartHelper } from '../ports.ts';
import { describeEnded, describeFailure, describeNoAnswer } from './keychain-failure.ts';
import type { KeyringAction, KeyringCall, KeyringReply } from './keyring-call.ts';

/** Windows keeps at most 2560 bytes, 1280 UTF-16 units; a round number below it holds everywhere. */
const maxSecretChars = 1000;

export type KeychainStatus = 'available' | 'locked' | 'unavailable';

export type Keychain = SecretStore & {
  /** Writes, reads and deletes a throw-away entry: reading alone answers "nothing stored" even on a locked keyring. */
  status(): Promise<KeychainStatus>;
};

export type KeychainOptions = {
  /** The name all entries are filed under. */
  service?: string;
  /** How long one call may take, prompt included. */
  deadlineMs?: number;
  platform?: NodeJS.Platform;
  /** Left out: a forked Node process. */
  startHelper?: StartHelper | undefined;
};

const callInHelper = async (
  call: KeyringCall,
  deadlineMs: number,
  start: StartHelper | undefined,
): Promise<KeyringReply> => {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(describeNoAnswer(deadlineMs, call.platform)), deadlineMs);
  try {
    const entry = new URL('./keyring-process.ts', import.meta.url);
    return (await askHelper(entry, call, { start, signal: deadline.signal })) as KeyringReply;
  } catch (error) {
    throw error instanceof HelperEnded ? describeEnded() : error;
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Keeps one secret for each workspace id in the login keychain (macOS), Credential Manager (Windows) or the Secret
 * Service (Linux). Throws AppError: secret_store_locked (locked, prompt dismissed or unanswered, wrong password),
 * secret_store_unavailable (no store), invalid_input (more than 1000 characters). Each call takes about 50 ms more than
 * the keychain itself, for its process.
 */
export const createKeychain = (options: KeychainOptions = {}): Keychain => {
  const { service = 'afterword', deadlineMs = 15_000, platform = process.platform, startHelper } = options;

  const call = async (
    action: KeyringAction,
    account: string,
    secret: string | null = null,
  ): Promise<string | boolean | null> => {
    const reply = await callInHelper({ action, service, account, secret, platform }, deadlineMs, startHelper);
    if (!reply.ok) throw describeFailure(reply, platform, secret);
    return reply.value;
  };

  return {
    async get(workspaceId) {
      const value = await call('get', workspaceId);
      return typeof value === 'string' ? value : null;
    },
    async set(workspaceId, secret) {
      if (secret.length > maxSecretChars) {
        throw new AppError(
          'invalid_input',
          `The sign-in is ${secret.length} characters long; the keychain keeps at most ${maxSecretChars}. Use a client id and secret instead of a long token, or give the token in AFTERWORD_TOKEN.`,
          { details: { length: secret.length, limit: maxSecretChars } },
        );
      }
      await call('set', workspaceId, secret);
    },
    async delete(workspaceId) {
      return (await call('delete', workspaceId)) === true;
    },
    async status() {
      try {
        return (await call('probe', `status-probe-${randomUUID()}`, randomUUID())) === true
          ? 'available'
          : 'unavailable';
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return error.code === 'secret_store_locked' ? 'locked' : 'unavailable';
      }
    },
  };
};
