// What a page may never do, whatever runs in it.
import { expect, test } from 'vitest';
import { guardContents, guardSession } from '../../../../main/hosts/electron/guards.ts';
import { FakeContents, FakeSession } from '../../../support/fake-electron.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const openSession = (isPackaged = true): FakeSession => {
  const session = new FakeSession();
  guardSession(session as never, log, isPackaged);
  return session;
};
type Answer = <T>(value: T) => void;

test('every permission is refused but copying, and that is our page’s alone', () => {
  const session = openSession();
  const ours = new FakeContents();
  const foreign = new FakeContents();
  foreign.mainFrame.url = 'https://example.com/';
  const request = (contents: FakeContents, permission: string): boolean => {
    let given = true;
    const answer: Answer = (value) => {
      given = value as boolean;
    };
    session.permissionRequest?.(contents as never, permission as never, answer as never);
    return given;
  };
  const check = (contents: FakeContents | null, permission: string): unknown =>
    session.permissionCheck?.(contents as never, permission as never);
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'fileSystem',
    'hid',
    'openExternal',
    'unknown',
  ]) {
    expect(request(ours, permission), permission).toBe(false);
    expect(check(ours, permission), permission).toBe(false);
  }
  expect([request(ours, 'clipboard-sanitized-write'), check(ours, 'clipboard-sanitized-write')]).toEqual([true, true]);
  expect([request(foreign, 'clipboard-sanitized-write'), check(foreign, 'clipboard-sanitized-write')]).toEqual([
    false,
    false,
  ]);
  expect(check(null, 'clipboard-sanitized-write')).toBe(false);
  expect(session.device?.()).toBe(false);
});

test('a screen is not handed out, and a download does not begin', () => {
  const session = openSession();
  let streams: unknown = 'unanswered';
  session.display?.(
    {} as never,
    ((value: unknown) => {
      streams = value;
    }) as never,
  );
  expect(streams).toEqual({});
  let isPrevented = false;
  session.emit('will-download', {
    preventDefault: () => {
      isPrevented = true;
    },
  });
  expect(isPrevented).toBe(true);
});

test.each<[string, boolean]>([
  ['app://bundle/index.html', true],
  ['data:image/png;base64,AA==', true],
  ['https://example.com/', false],
  ['http://127.0.0.1:1/', false],
  ['wss://example.com/', false],
  ['file:///etc/passwd', false],
  ['data:text/html,x', false],
  ['devtools://devtools/bundled/x.js', false],
  ['ftp://example.com/', false],
])('a request for %s leaves the window: %s', (url, isAllowed) => {
  const session = openSession();
  let answered: unknown = null;
  session.beforeRequest?.(
    { url } as never,
    ((value: unknown) => {
      answered = value;
    }) as never,
  );
  expect(answered).toEqual({ cancel: !isAllowed });
});

test('the page stays where it is, opens no window and takes no web view', () => {
  const contents = new FakeContents();
  guardContents(contents as never, log);
  const go = (event: string, url: string): boolean => {
    let isPrevented = false;
    contents.emit(event, {
      url,
      preventDefault: () => {
        isPrevented = true;
      },
    });
    return isPrevented;
  };
  for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
    for (const url of [
      'https://example.com/',
      'file:///etc/passwd',
      'app://other/',
      'javascript:1',
      'data:text/html,x',
      'not an address',
    ])
      expect(go(event, url), `${event} ${url}`).toBe(true);
    expect(go(event, 'app://bundle/'), event).toBe(false);
  }
  expect(go('will-attach-webview', '')).toBe(true);
  expect(contents.openHandler?.({ url: 'app://bundle/' } as never)).toEqual({ action: 'deny' });
});
