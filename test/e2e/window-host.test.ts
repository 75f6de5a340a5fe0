// The browser host's door: who is let in, what is answered, what a hostile page or program gets. Over real HTTP.

import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTempFolder } from '../support/temp-dir.ts';
import { openWindowHost, type WindowHost } from '../support/window-host.ts';

const folder = makeTempFolder();
const page = join(folder.path, 'page');
mkdirSync(join(page, 'assets'), { recursive: true });
writeFileSync(join(page, 'index.html'), '<script nonce="AFTERWORD_CSP_NONCE" src="./assets/a.js"></script>');
writeFileSync(join(page, 'assets/a.js'), '1;');
writeFileSync(join(page, 'assets/notes.txt'), 'not part of a page');
writeFileSync(join(folder.path, 'secret.js'), 'outside');

let host: WindowHost;
let session: string;
beforeAll(async () => {
  host = await openWindowHost({ page });
  session = await host.openSession();
});
afterAll(async () => {
  await host.close();
  folder.remove();
});

const json = { 'content-type': 'application/json' };
const ours = () => ({ ...json, 'x-afterword-session': session });
const call = (name: string, body = '{}', headers: Record<string, string> = ours()) =>
  host.request(`/call/${name}`, { method: 'POST', headers, body });

/** fetch sets Host and Origin by itself; this sends what it is told. */
const raw = (path: string, headers: Record<string, string>, method = 'POST'): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(`${host.origin}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end(method === 'POST' ? '{}' : undefined);
  });

describe('a key', () => {
  test('opens one session and no second one', async () => {
    const key = new URL(host.issueAddress()).hash.slice(1);
    expect(key).toMatch(/^[\w-]{43}$/);
    const redeem = () => host.request('/session', { method: 'POST', headers: json, body: JSON.stringify(key) });
    expect((await redeem()).status).toBe(200);
    expect((await redeem()).status).toBe(403);
  });

  test.each(['""', '"x"', '{}', 'null', 'not json', '[]'])('cannot be %s', async (body) => {
    expect((await host.request('/session', { method: 'POST', headers: json, body })).status).toBe(403);
  });
});

describe('a call', () => {
  test('of our page is answered', async () => {
    const response = await call('workspaces.list');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: true, data: [] });
  });

  test.each([
    ['without a session', json],
    ['with a made-up session', { ...json, 'x-afterword-session': 'A'.repeat(43) }],
  ])('%s is refused with a coded envelope', async (_what, headers) => {
    const response = await call('workspaces.list', '{}', headers);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  });

  test('under another name for this computer is refused: a foreign name may resolve to 127.0.0.1', async () => {
    const { port } = new URL(host.origin);
    for (const name of [
      `localhost:${port}`,
      `attacker.example.com:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port}.example.com`,
    ])
      expect(await raw('/call/workspaces.list', { ...ours(), host: name }), name).toBe(403);
    expect(await raw('/call/workspaces.list', { ...ours(), host: `127.0.0.1:${port}` })).toBe(200);
  });

  test('from another page is refused, even with our session', async () => {
    for (const origin of [
      'https://attacker.example.com',
      'null',
      'http://127.0.0.1:1',
      host.origin.replace('http', 'https'),
    ])
      expect(await raw('/call/workspaces.list', { ...ours(), origin }), origin).toBe(403);
    expect(await raw('/call/workspaces.list', { ...ours(), 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await raw('/call/workspaces.list', { ...ours(), origin: host.origin })).toBe(200);
  });

  test('is not announced to other pages: no preflight is answered and no CORS header sent', async () => {
    expect(await raw('/call/workspaces.list', { 'access-control-request-method': 'POST' }, 'OPTIONS')).toBe(405);
    const response = await call('workspaces.list');
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('as a form is refused: a form needs no preflight', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await call('workspaces.list', '{}', { ...ours(), 'content-type': type })).status).toBe(415);
  });

  test('that is too large is cut off', async () => {
    const response = await call('search.run', JSON.stringify({ query: 'x'.repeat(300_000) }));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  });

  test.each(['constructor', '__proto__', 'toString', 'workspaces.list/', 'workspaces.list%00', ''])(
    'of “%s” is refused',
    async (name) => {
      const response = await call(name);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
    },
  );

  test('with its session in the address, in a cookie or twice is refused', async () => {
    expect(await raw(`/call/workspaces.list?session=${session}`, json)).toBe(401);
    expect(await raw('/call/workspaces.list', { ...json, cookie: `x-afterword-session=${session}` })).toBe(401);
    expect(await raw('/call/workspaces.list', { ...json, 'x-afterword-session': ['x', session] as never })).toBe(401);
    expect(await raw(`/events?session=${session}`, {}, 'GET')).toBe(401);
  });

  test('by GET is refused: a link must change nothing', async () => {
    expect((await host.request('/call/workspaces.list', { headers: ours() })).status).toBe(405);
  });
});

describe('the page', () => {
  test('has a policy with a nonce of its own in each answer', async () => {
    const [first, second] = await Promise.all([host.request('/'), host.request('/')]);
    const policy = first.headers.get('content-security-policy') ?? '';
    const nonce = /script-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1];
    expect(await first.text()).toContain(`nonce="${nonce}"`);
    expect(second.headers.get('content-security-policy')).not.toBe(policy);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.headers.get('set-cookie')).toBeNull();
  });

  test('has its files, and no others', async () => {
    expect((await host.request('/assets/a.js')).headers.get('content-type')).toMatch(/^text\/javascript/);
    expect((await host.request('/assets/notes.txt')).status).toBe(404);
  });

  test('is not left by any path', async () => {
    const { port } = new URL(host.origin);
    const paths = [
      '/../secret.js',
      '/assets/../../secret.js',
      '/..%2fsecret.js',
      '/%2e%2e/secret.js',
      '/..\\secret.js',
      '/assets/..%5c..%5csecret.js',
      '//secret.js',
      '/etc/passwd',
      'http://127.0.0.1:1/assets/a.js',
    ];
    for (const path of paths) {
      // A socket: every client of HTTP tidies a path before sending it.
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () =>
          socket.end(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`),
        );
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk.toString();
        });
        socket.once('end', () => resolve(text));
        socket.once('error', reject);
      });
      expect(answer, path).toMatch(/^HTTP\/1\.1 (404|400|403)/);
      expect(answer, path).not.toContain('outside');
    }
  });
});

describe('events', () => {
  const read = async (lastId: string | null, until: (text: string) => boolean): Promise<string> => {
    const response = await host.request('/events', {
      headers: { 'x-afterword-session': session, ...(lastId === null ? {} : { 'last-event-id': lastId }) },
    });
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString('utf8');
      if (until(text)) break;
    }
    return text;
  };
  const idIn = (text: string): string => /^id: (.+)$/m.exec(text)?.[1] ?? '';

  test('need a session', async () => {
    expect((await host.request('/events')).status).toBe(401);
  });

  test('that were missed are sent again, each once, and in order', async () => {
    const before = idIn(await read(null, (text) => text.includes('hello')));
    host.app.emit('data.changed', { topics: ['reports'] });
    host.app.emit('data.changed', { topics: ['coverage'] });
    const text = await read(before, (sofar) => sofar.includes('coverage'));
    expect(text.match(/"topics":\["(\w+)"\]/g)).toEqual(['"topics":["reports"]', '"topics":["coverage"]']);
  });

  test('too old to be known are said to be lost', async () => {
    const before = idIn(await read(null, (text) => text.includes('hello')));
    for (let count = 0; count < 300; count += 1) host.app.emit('data.changed', { topics: ['reports'] });
    expect(await read(before, (text) => text.includes('\n\n'))).toContain('event: again');
    expect(await read('another-run-7', (text) => text.includes('\n\n'))).toContain('event: again');
  });

  test('that the contract does not know are kept back', async () => {
    const before = idIn(await read(null, (text) => text.includes('hello')));
    host.app.emit('data.changed', { topics: ['reports'], customer: 'Avery Example' } as never);
    host.app.emit('data.changed', { topics: ['nonsense'] } as never);
    host.app.emit('data.changed', { topics: ['schedules'] });
    const text = await read(before, (sofar) => sofar.includes('schedules'));
    expect(text).not.toMatch(/customer|Avery|nonsense/);
  });
});
