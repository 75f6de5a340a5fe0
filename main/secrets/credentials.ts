// Finds what a workspace signs in with: environment, credentials directory, keychain, in that order, so that a headless
// run never waits for a keychain it does not need. Owns the form in which the keychain keeps a credential. Imports the
// contract, ports and zod.
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../preload/contract/errors.ts';
import type { Credential, CredentialSource, SecretStore } from '../ports.ts';

const maxFileBytes = 16 * 1024;

const credentialSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('token'), token: z.string().min(1) }),
  z.object({ kind: z.literal('client-secret'), clientId: z.string().min(1), secret: z.string().min(1) }),
]);

/** The string that the keychain keeps. */
export const encodeCredential = (credential: Credential): string => JSON.stringify(credential);

/** The credential in a string from the keychain; null when it is none of ours. Never says what the string held. */
export const decodeCredential = (stored: string): Credential | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stored);
  } catch {
    // Not JSON. The error is dropped on purpose: its text quotes the input.
    return null;
  }
  const result = credentialSchema.safeParse(parsed);
  return result.success ? result.data : null;
};

export type FindCredentialInput = {
  env: Readonly<Record<string, string | undefined>>;
  workspaceId: string;
  workspaceName: string;
  /** Needed with a client secret from the environment or a file; the keychain keeps its own. */
  clientId: string | null;
  secrets: SecretStore;
};

export type FoundCredential = { credential: Credential; source: CredentialSource };

const refuse = (message: string): never => {
  throw new AppError('auth_missing', message);
};

/** Checks one value before it can reach a header. `origin` names where it came from, never what it is. */
const readValue = (raw: string, origin: string): string => {
  const value = raw.replace(/(?:\r?\n)+$/, '');
  if (value.trim() === '') return refuse(`${origin} is empty. Put the token or the client secret into it.`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    return refuse(
      `${origin} holds a line break or another control character. It must hold the bare value on one line.`,
    );
  }
  return value.trim();
};

const toCredential = (kind: Credential['kind'], raw: string, origin: string, clientId: string | null): Credential => {
  const value = readValue(raw, origin);
  if (kind === 'token') return { kind, token: value };
  if (clientId === null || clientId === '') {
    return refuse(
      `${origin} holds a client secret, but this workspace has no client id. Connect it again with --client-id, or use a token.`,
    );
  }
  return { kind, clientId, secret: value };
};

const fromEnvironment = ({ env, clientId }: FindCredentialInput): Credential | null => {
  if (env.AFTERWORD_TOKEN) return toCredential('token', env.AFTERWORD_TOKEN, 'AFTERWORD_TOKEN', clientId);
  if (env.AFTERWORD_CLIENT_SECRET) {
    return toCredential('client-secret', env.AFTERWORD_CLIENT_SECRET, 'AFTERWORD_CLIENT_SECRET', clientId);
  }
  return null;
};

/**
 * Why a credential file must not be used; null when it may. The owner must be the user or root. Its group may read it
 * only when root owns it: systemd keeps credentials as root's, mode 0400 or 0440, the group bits being the mask of the
 * access list that admits the service's user (systemd.exec, LoadCredential=). Others may never.
 */
export const findFileFault = (
  file: { isFile: boolean; sizeBytes: number; mode: number; uid: number },
  /** The user's id; null on Windows, where the folder's access list protects the file. */
  ownUid: number | null,
): string | null => {
  if (!file.isFile) return 'is not a regular file';
  if (file.sizeBytes > maxFileBytes) return `is larger than ${maxFileBytes / 1024} KiB`;
  if (ownUid === null) return null;
  if (file.uid !== ownUid && file.uid !== 0) return 'belongs to another user';
  const forbiddenBits = file.uid === 0 ? 0o027 : 0o077;
  if ((file.mode & forbiddenBits) !== 0) return 'can be opened by other users; make it mode 0600';
  return null;
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

/** The text of a credential file; null when there is none. Throws auth_missing for one that must not be used. */
export const readCredentialFile = async (path: string): Promise<string | null> => {
  const unusable = (fault: string): never => refuse(`The credential file ${path} ${fault}. It was not used.`);
  let file: FileHandle | undefined;
  try {
    if ((await lstat(path)).isSymbolicLink()) return unusable('is a symbolic link');
    // NOFOLLOW closes the gap after lstat, NONBLOCK keeps a pipe from stopping the run; Windows has neither.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    file = await open(path, flags);
    const stats = await file.stat();
    const fault = findFileFault(
      { isFile: stats.isFile(), sizeBytes: stats.size, mode: stats.mode, uid: stats.uid },
      process.geteuid?.() ?? null,
    );
    if (fault !== null) return unusable(fault);
    return await file.readFile('utf8');
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = codeOf(error);
    // ENOTDIR: $CREDENTIALS_DIRECTORY itself is a file.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return unusable(`cannot be read (${code})`);
  } finally {
    await file?.close();
  }
};

const fromDirectory = async (input: FindCredentialInput): Promise<Credential | null> => {
  const directory = input.env.CREDENTIALS_DIRECTORY;
  if (!directory) return null;
  // A name that is no file name has no file of its own; it must not lead out of the directory either.
  const suffixes = /[/\\\0]/.test(input.workspaceName) ? [''] : [`.${input.workspaceName}`, ''];
  for (const suffix of suffixes) {
    for (const kind of ['token', 'client-secret'] as const) {
      const path = join(directory, `afterword-${kind}${suffix}`);
      const text = await readCredentialFile(path);
      if (text !== null) return toCredential(kind, text, `The credential file ${path}`, input.clientId);
    }
  }
  return null;
};

/**
 * The credential of a workspace and where it was found: AFTERWORD_TOKEN, AFTERWORD_CLIENT_SECRET, then in
 * $CREDENTIALS_DIRECTORY `afterword-token.<name>`, `afterword-client-secret.<name>`, `afterword-token`,
 * `afterword-client-secret`, then the keychain. An empty variable counts as unset. Throws auth_missing when there is none
 * or the first one found cannot be used (later ones are then not tried: a run must not quietly sign in as someone else),
 * and what the keychain throws.
 */
export const findCredential = async (input: FindCredentialInput): Promise<FoundCredential> => {
  const environment = fromEnvironment(input);
  if (environment !== null) return { credential: environment, source: 'environment' };

  const directory = await fromDirectory(input);
  if (directory !== null) return { credential: directory, source: 'credentials-directory' };

  const stored = await input.secrets.get(input.workspaceId);
  if (stored === null) {
    return refuse(
      `There is no sign-in for workspace "${input.workspaceName}". Give one in AFTERWORD_TOKEN, in AFTERWORD_CLIENT_SECRET, in a file afterword-token or afterword-client-secret in $CREDENTIALS_DIRECTORY, or keep one in the keychain with "afterword connect".`,
    );
  }
  const credential = decodeCredential(stored);
  if (credential === null) {
    return refuse(
      `The keychain's entry for workspace "${input.workspaceName}" cannot be read. Connect the workspace again with "afterword connect".`,
    );
  }
  return { credential, source: 'keychain' };
};
