// What a host must supply for the services to run: everything that differs between Electron, the command line, the
// browser host and a test. Owns types only.
import type { Dispatcher } from 'undici';
import type { HostInfo, UpdateState } from '../preload/contract/host.ts';

export type Clock = {
  /** UTC epoch milliseconds, for dates. May jump. */
  nowMs(): number;
  /** Milliseconds that only ever go forward, for deadlines and rates. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

/** Structured fields only: never an API's free text, a header, a query string or a customer's data. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;
export type Log = {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};

/** What a workspace signs in with. A token is used as it is; a client secret signs short-lived tokens of our own. */
export type Credential = { kind: 'token'; token: string } | { kind: 'client-secret'; clientId: string; secret: string };

/** Where a credential was found, for an honest status; never the credential itself. */
export type CredentialSource = 'environment' | 'credentials-directory' | 'keychain';

/**
 * Keeps one secret string for each name: a workspace's id for its sign-in, `cache-key:…` for the key of a cache. `get`
 * answers null when nothing is stored. All three throw AppError with code secret_store_unavailable or secret_store_locked
 * when the store cannot be used.
 */
export type SecretStore = {
  get(workspaceId: string): Promise<string | null>;
  set(workspaceId: string, secret: string): Promise<void>;
  delete(workspaceId: string): Promise<boolean>;
};

/** A process of ours that is handed one message and answers once. See helper/helper.ts. */
export type Helper = {
  send(message: unknown): void;
  onReply(listener: (reply: unknown) => void): void;
  /** It ended, or could not be started or reached. */
  onEnd(listener: () => void): void;
  kill(): void;
};
/** `entry`: the module the process runs. */
export type StartHelper = (entry: URL, env: NodeJS.ProcessEnv) => Helper;

/** Updates of the packaged program. */
export type Updater = {
  get(): UpdateState;
  /** Resolves when it is known whether there is a newer version, not when that one is here. */
  check(): Promise<UpdateState>;
  /** Throws AppError invalid_input unless the state is `ready`. */
  install(): void;
  subscribe(listener: (state: UpdateState) => void): void;
};

/** What a host with a window can do on the machine. Paths are absolute; whoever calls has checked paths and addresses. */
export type Desktop = {
  info: HostInfo;
  /** The system's own dialogs, null when they are cancelled; a host without them leaves them out. */
  dialogs?: {
    chooseFolder(startAt: string | undefined): Promise<string | null>;
    chooseFile(startAt: string | undefined, suggestedName: string): Promise<string | null>;
  };
  /** Throws AppError output_failed when the system has no program for the file. */
  openPath(path: string): Promise<void>;
  showPath(path: string): Promise<void>;
  openExternal(url: string): Promise<void>;
  /** Tells somebody who may be looking elsewhere. Holds no customer's data: it may show on a locked screen. */
  notify(title: string, body: string): void;
  updater?: Updater;
};

export type Ports = {
  /** Absolute path of the folder that holds library.db and workspaces/. */
  dataDir: string;
  secrets: SecretStore;
  /** Environment variables the services may read (credentials for headless runs). */
  env: Readonly<Record<string, string | undefined>>;
  /** Carries proxies, certificate authorities and connect deadlines. Asked once, when something is first sent. */
  http(): Dispatcher | Promise<Dispatcher>;
  /** Left out: a Node process. */
  startHelper?: StartHelper;
  clock: Clock;
  log: Log;
  /** Takes an export's bytes when its target is `-`; a host without a standard output leaves it out. */
  writeStdout?: (bytes: Uint8Array) => Promise<void>;
  /** A host without a window leaves it out. */
  desktop?: Desktop;
  /** The program's, for a host without a window. */
  version?: string;
};
