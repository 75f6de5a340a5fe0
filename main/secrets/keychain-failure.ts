// Turns a keychain failure into an AppError: which of the known situations it is, and the sentence for it. The native
// library gives one error code for everything (GenericFailure), so its text and the stage decide. The strings were
// recorded from @napi-rs/keyring 2.1.2 on Linux; those of macOS and Windows are the systems' own English ones. Imports
// the contract and keyring-call.
import { AppError } from '../../preload/contract/errors.ts';
import type { KeyringReply } from './keyring-call.ts';

export type KeychainFailure = Extract<KeyringReply, { ok: false }>;

type NativeReason =
  | 'no-module'
  | 'no-session-bus'
  | 'no-provider'
  | 'provider-silent'
  | 'no-logon-session'
  | 'no-keychain'
  | 'no-keyring-yet'
  | 'locked'
  | 'other';

type Reason = NativeReason | 'no-answer' | 'ended';

export const headlessWays =
  'For a run without a desktop, set AFTERWORD_TOKEN or AFTERWORD_CLIENT_SECRET, or put a file into $CREDENTIALS_DIRECTORY.';

/** First match wins. */
const patterns: readonly (readonly [RegExp, NativeReason])[] = [
  [/prompt was dismissed|prompt dismissed|object locked|connection closed before prompt completed/i, 'locked'],
  [/no result found|result not returned/i, 'no-keyring-yet'],
  [
    /was not provided by any \.service files|no secret service provider|Secret Service provider found|Failed to execute program \S+ No such file/i,
    'no-provider',
  ],
  [/Did not receive a reply|timed? ?out/i, 'provider-silent'],
  [
    /DBUS_SESSION_BUS_ADDRESS|Failed to connect to socket|DBus error: Address|parse server address|autolaunch/i,
    'no-session-bus',
  ],
  [/user cancell?ed|user interaction is not allowed|passphrase you entered is not correct/i, 'locked'],
  [/keychain could not be found|no keychain is available|not a valid keychain file/i, 'no-keychain'],
  [/ERROR_NO_SUCH_LOGON_SESSION/i, 'no-logon-session'],
];

const findReason = ({ stage, message }: KeychainFailure): NativeReason => {
  if (stage === 'load') return 'no-module';
  return patterns.find(([pattern]) => pattern.test(message))?.[1] ?? 'other';
};

const unlockHint = (platform: NodeJS.Platform): string => {
  if (platform === 'darwin')
    return 'Unlock the login keychain (Keychain Access, or "security unlock-keychain") and try again.';
  if (platform === 'win32') return 'Sign in to Windows and try again.';
  return 'Unlock the login keyring (log in to the desktop, or open it in "Passwords and Keys") with its own password and try again.';
};

const sentences: Record<NativeReason, (platform: NodeJS.Platform) => string> = {
  'no-module': (platform) =>
    `The keychain module for this system (${platform} ${process.arch}) is not installed. Install Afterword again.`,
  'no-session-bus': () =>
    'The system keyring cannot be reached: there is no D-Bus session here. Run Afterword inside a desktop session.',
  'no-provider': () =>
    'This session has no Secret Service to keep a sign-in. Install and start GNOME Keyring, KWallet or KeePassXC.',
  'provider-silent': () =>
    'The system keyring does not answer. Restart it by logging out of the desktop and in again, then try again.',
  'no-logon-session': () =>
    'Windows Credential Manager is not open to this logon. Let the scheduled task run with a stored password, or only while you are signed in.',
  'no-keychain': () => 'This account has no usable login keychain. Make one in Keychain Access and try again.',
  'no-keyring-yet': () =>
    'There is no unlocked keyring to keep a sign-in in. Log in to the desktop once with a password, or make a default keyring in "Passwords and Keys".',
  locked: (platform) => `The keychain is locked, or its password was refused or not given. ${unlockHint(platform)}`,
  other: () => 'The system keychain refused the request. Check that it opens in its own program, then try again.',
};

const lockedReasons: readonly Reason[] = ['locked', 'no-keyring-yet', 'no-answer'];

/** There is none that this run could ask. All others are there, and do not answer, or refuse, now. */
const absentReasons: readonly Reason[] = [
  'no-module',
  'no-session-bus',
  'no-provider',
  'no-logon-session',
  'no-keychain',
];

/**
 * Whether a failure of the keychain says that this run has none: what the program does without one may then be done. A keychain that
 * is there and cannot be used now (locked, silent, a reason that is not known) is not absent.
 */
export const isKeychainAbsent = ({ details }: AppError): boolean =>
  absentReasons.some((reason) => reason === details?.reason);

const build = (reason: Reason, sentence: string, details: Record<string, string | number> = {}): AppError =>
  new AppError(
    lockedReasons.includes(reason) ? 'secret_store_locked' : 'secret_store_unavailable',
    `${sentence} ${headlessWays}`,
    { details: { reason, ...details } },
  );

/**
 * The error for a failure that the native library reported. `secret` is the string the call carried: an unknown message
 * is passed on for support (200 characters) only when it does not hold it.
 */
export const describeFailure = (
  failure: KeychainFailure,
  platform: NodeJS.Platform,
  secret: string | null = null,
): AppError => {
  const reason = findReason(failure);
  const isSafe = secret === null || secret === '' || !failure.message.includes(secret);
  const details: Record<string, string | number> =
    reason === 'other' && isSafe ? { native: failure.message.slice(0, 200) } : {};
  return build(reason, sentences[reason](platform), details);
};

/** The error when the deadline passed: nearly always a password prompt that nobody answers. */
export const describeNoAnswer = (deadlineMs: number, platform: NodeJS.Platform): AppError =>
  build(
    'no-answer',
    `The system keychain did not answer within ${Math.round(deadlineMs / 100) / 10} s; it is probably waiting for its password. ${unlockHint(platform)}`,
    { deadlineMs },
  );

/** The error when the helper process ended without an answer. */
export const describeEnded = (): AppError =>
  build('ended', 'The helper that talks to the system keychain ended unexpectedly. Try again.');
