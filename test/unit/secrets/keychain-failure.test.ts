import { execFileSync } from 'node:child_process';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createKeychain } from '../../../main/secrets/keychain.ts';
import {
  describeEnded,
  describeFailure,
  describeNoAnswer,
  isKeychainAbsent,
  type KeychainFailure,
} from '../../../main/secrets/keychain-failure.ts';

const open = (message: string): KeychainFailure => ({ ok: false, stage: 'open', message });
const call = (message: string): KeychainFailure => ({ ok: false, stage: 'call', message });

// As @napi-rs/keyring 2.1.2 said them on Debian 12 (gnome-keyring 42.1, libdbus 1.14.10).
const recordedOnLinux: [string, KeychainFailure, string, string][] = [
  [
    'no session bus',
    open(
      'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time, set your DBUS_SESSION_BUS_ADDRESS instead',
    ),
    'secret_store_unavailable',
    'no-session-bus',
  ],
  [
    'nothing at the address',
    open('Platform failure: DBus error: Failed to connect to socket /run/user/1000/bus: No such file or directory'),
    'secret_store_unavailable',
    'no-session-bus',
  ],
  [
    'not an address',
    open('Platform failure: DBus error: Address does not contain a colon'),
    'secret_store_unavailable',
    'no-session-bus',
  ],
  [
    'a bus that is switched off by its address (disabled:)',
    open(
      'Platform failure: DBus error: Could not parse server address: Unknown address type (examples of valid types are "tcp" and on UNIX "unix")',
    ),
    'secret_store_unavailable',
    'no-session-bus',
  ],
  [
    'a provider whose program is gone',
    open('Platform failure: DBus error: Failed to execute program org.freedesktop.secrets: No such file or directory'),
    'secret_store_unavailable',
    'no-provider',
  ],
  [
    'a provider that does not start',
    open('Platform failure: DBus error: Process org.freedesktop.secrets exited with status 1'),
    'secret_store_unavailable',
    'other',
  ],
  [
    'no provider',
    open('Platform failure: DBus error: The name org.freedesktop.secrets was not provided by any .service files'),
    'secret_store_unavailable',
    'no-provider',
  ],
  [
    'stopped provider',
    open(
      'Platform failure: DBus error: Did not receive a reply. Possible causes include: the remote application did not send a reply, the message bus security policy blocked the reply, the reply timeout expired, or the network connection was broken.',
    ),
    'secret_store_unavailable',
    'provider-silent',
  ],
  [
    'locked, dismissed or wrong password',
    call("Couldn't access platform storage: Secret Service: unlock prompt was dismissed"),
    'secret_store_locked',
    'locked',
  ],
  [
    'no keyring yet',
    call("Couldn't access platform storage: Secret Service: no result found"),
    'secret_store_locked',
    'no-keyring-yet',
  ],
];

// Not recorded: the systems' own English texts for errSecAuthFailed, errSecInteractionNotAllowed, errSecUserCanceled and
// errSecNoSuchKeychain, and keyring-rs' text for the one Windows code it calls missing storage.
const expectedElsewhere: [NodeJS.Platform, string, string, string][] = [
  ['darwin', 'The user name or passphrase you entered is not correct.', 'secret_store_locked', 'locked'],
  ['darwin', 'User interaction is not allowed.', 'secret_store_locked', 'locked'],
  ['darwin', 'User canceled the operation.', 'secret_store_locked', 'locked'],
  ['darwin', 'The specified keychain could not be found.', 'secret_store_unavailable', 'no-keychain'],
  ['win32', 'Windows ERROR_NO_SUCH_LOGON_SESSION', 'secret_store_unavailable', 'no-logon-session'],
];

const waysWithoutDesktop = /AFTERWORD_TOKEN.*AFTERWORD_CLIENT_SECRET.*\$CREDENTIALS_DIRECTORY/;

describe('keychain failures', () => {
  test.each(recordedOnLinux)('%s', (_name, failure, code, reason) => {
    const error = describeFailure(failure, 'linux');
    expect(error).toMatchObject({ code, details: { reason } });
    expect(error.message).toMatch(waysWithoutDesktop);
    // The sentence is ours; the library's words are not for users.
    expect(error.message).not.toContain(failure.message);
  });

  test.each(expectedElsewhere)('%s: %s', (platform, message, code, reason) => {
    expect(describeFailure(call(`Couldn't access platform storage: ${message}`), platform)).toMatchObject({
      code,
      details: { reason },
    });
  });

  test('each sentence says what to do', () => {
    const sentence = (failure: KeychainFailure, platform: NodeJS.Platform): string =>
      describeFailure(failure, platform).message;
    const dismissed = call("Couldn't access platform storage: Secret Service: unlock prompt was dismissed");
    expect(sentence(dismissed, 'linux')).toMatch(/Unlock the login keyring/);
    expect(sentence(dismissed, 'darwin')).toMatch(/Unlock the login keychain/);
    expect(sentence(dismissed, 'win32')).toMatch(/Sign in to Windows/);
    expect(sentence(open('was not provided by any .service files'), 'linux')).toMatch(
      /Install and start GNOME Keyring/,
    );
    expect(sentence({ ok: false, stage: 'load', message: 'Cannot find native binding' }, 'linux')).toMatch(
      /Install Afterword again/,
    );
  });

  test('only one that is known not to be there is absent: what is done without a keychain is done then alone', () => {
    const reasonsOf = (isAbsent: boolean): string[] =>
      recordedOnLinux
        .filter(([, failure]) => isKeychainAbsent(describeFailure(failure, 'linux')) === isAbsent)
        .map(([, , , reason]) => reason);
    expect(new Set(reasonsOf(true))).toEqual(new Set(['no-session-bus', 'no-provider']));
    expect(new Set(reasonsOf(false))).toEqual(new Set(['provider-silent', 'locked', 'no-keyring-yet', 'other']));
    const noModule = describeFailure({ ok: false, stage: 'load', message: 'Cannot find native binding' }, 'linux');
    expect(isKeychainAbsent(noModule)).toBe(true);
    for (const error of [describeNoAnswer(1500, 'linux'), describeEnded()]) expect(isKeychainAbsent(error)).toBe(false);
  });

  test('an unanswered call is a locked store and names its deadline', () => {
    const error = describeNoAnswer(1500, 'linux');
    expect(error.code).toBe('secret_store_locked');
    expect(error.message).toMatch(/within 1\.5 s/);
    expect(error.message).toMatch(waysWithoutDesktop);
    expect(describeEnded().code).toBe('secret_store_unavailable');
  });

  test('an unknown failure keeps the native text for support, but never with the secret in it', () => {
    const harmless = describeFailure(call('Something new'), 'linux', 'canary-secret');
    expect(harmless).toMatchObject({
      code: 'secret_store_unavailable',
      details: { reason: 'other', native: 'Something new' },
    });
    const leaking = describeFailure(call('Cannot keep canary-secret'), 'linux', 'canary-secret');
    expect(leaking.code).toBe('secret_store_unavailable');
    expect(inspect(leaking, { depth: 10, showHidden: true })).not.toContain('canary-secret');
  });
});

describe('createKeychain', () => {
  test('refuses more than 1000 characters without a call, and does not repeat them', async () => {
    // With a deadline this short any call would end as secret_store_locked.
    const keychain = createKeychain({ deadlineMs: 0 });
    const secret = 'canary'.repeat(167);
    expect(secret).toHaveLength(1002);
    const error: unknown = await keychain.set('ws-1', secret).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'invalid_input', details: { length: 1002, limit: 1000 } });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  test('making one loads no native module', () => {
    const moduleUrl = new URL('../../../main/secrets/keychain.ts', import.meta.url).href;
    const callUrl = new URL('../../../main/secrets/keyring-call.ts', import.meta.url).href;
    const script = `
      const loaded = () => process.report.getReport().sharedObjects.some((path) => /keyring.*\\.node$/.test(path));
      const { createKeychain } = await import(${JSON.stringify(moduleUrl)});
      createKeychain();
      const before = loaded();
      const { callKeyring } = await import(${JSON.stringify(callUrl)});
      const between = loaded();
      await callKeyring({ action: 'get', service: 'afterword-test', account: 'none', secret: null, platform: process.platform });
      console.log(JSON.stringify([before, between, loaded()]));
      process.exit(0);`;
    // Without an address of a session bus the call itself fails at once and reaches nobody's keyring.
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' },
    });
    expect(JSON.parse(output)).toEqual([false, false, true]);
  });
});
