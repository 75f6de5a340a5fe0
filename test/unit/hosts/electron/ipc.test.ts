// Who may call over IPC, and who hears. Frames and words as a hostile page would send them.
import { expect, test } from 'vitest';
import { callChannel, connectIpc, type Invocation, type Target } from '../../../../main/hosts/electron/ipc.ts';
import { isOwnUrl } from '../../../../main/hosts/electron/sender.ts';
import { createGateway } from '../../../../main/hosts/gateway.ts';
import type { Log } from '../../../../main/ports.ts';
import type { EventName } from '../../../../preload/contract/procedures.ts';

const setUp = (answer: unknown = { ok: true, data: [] }) => {
  const asked: { name: unknown; input: unknown }[] = [];
  const logged: string[] = [];
  const keep = (message: string): void => void logged.push(message);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const listeners = new Map<string, (payload: never) => void>();
  const gateway = createGateway(
    {
      call: async (name: unknown, input: unknown) => {
        asked.push({ name, input });
        return answer as never;
      },
      subscribe: (name, listener) => {
        listeners.set(name, listener);
        return () => listeners.delete(name);
      },
    },
    log,
  );
  let handler: (event: Invocation, ...words: unknown[]) => Promise<unknown> = async () => undefined;
  const sent: { channel: string; payload: unknown }[] = [];
  const target = {
    id: 7,
    isDestroyed: () => false,
    mainFrame: { url: 'app://bundle/', parent: null },
    send: (channel: string, payload: unknown) => void sent.push({ channel, payload }),
  } satisfies Target;
  const ipcMain = {
    handle(channel: string, listener: typeof handler) {
      expect(channel).toBe(callChannel);
      handler = listener;
    },
  };
  connectIpc(ipcMain as never, gateway, () => [target], log);
  const invoke = (event: Partial<Invocation>, ...words: unknown[]) =>
    handler({ senderFrame: target.mainFrame, sender: { id: 7 }, ...event }, ...words);
  const emit = (name: EventName, payload: unknown): void => listeners.get(name)?.(payload as never);
  return { invoke, asked, logged, sent, target, emit };
};

test('our page is answered', async () => {
  const { invoke, asked } = setUp();
  expect(await invoke({}, 'workspaces.list', {})).toEqual({ ok: true, data: [] });
  expect(asked).toEqual([{ name: 'workspaces.list', input: {} }]);
});

test.each<[string, Partial<Invocation>]>([
  ['a frame that is gone', { senderFrame: null }],
  [
    'a frame inside the page',
    { senderFrame: { url: 'app://bundle/', parent: { url: 'app://bundle/', parent: null } } },
  ],
  ['another address', { senderFrame: { url: 'https://bundle/', parent: null } }],
  ['another host of the scheme', { senderFrame: { url: 'app://bundle.example.com/', parent: null } }],
  ['a name in front of the host', { senderFrame: { url: 'app://bundle@evil/', parent: null } }],
  ['a user name', { senderFrame: { url: 'app://user@bundle/', parent: null } }],
  ['a port', { senderFrame: { url: 'app://bundle:1/', parent: null } }],
  ['a file', { senderFrame: { url: 'file:///app://bundle/', parent: null } }],
  ['an empty page', { senderFrame: { url: 'about:blank', parent: null } }],
  ['no address', { senderFrame: { url: '', parent: null } }],
  ['another window', { sender: { id: 8 } }],
])('%s is refused, and nothing runs', async (_what, event) => {
  const { invoke, asked, logged } = setUp();
  expect(await invoke(event, 'workspaces.list', {})).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  expect(asked).toEqual([]);
  expect(logged).toEqual(['call refused']);
});

test.each<[string, unknown[]]>([
  ['no words', []],
  ['one word', ['workspaces.list']],
  ['too many words', ['workspaces.list', {}, {}]],
  ['a name that is no text', [{ toString: () => 'workspaces.list' }, {}]],
  ['a name of the prototype', ['constructor', {}]],
  ['__proto__', ['__proto__', {}]],
  ['an unknown name', ['workspaces.drop', {}]],
  ['an input that is too large', ['search.run', { query: 'x'.repeat(300_000) }]],
])('%s is refused, and nothing runs', async (_what, words) => {
  const { invoke, asked } = setUp();
  expect(await invoke({}, ...words)).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  expect(asked).toEqual([]);
});

test('an input with a cycle is refused', async () => {
  const { invoke, asked } = setUp();
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  expect(await invoke({}, 'search.run', cycle)).toMatchObject({ ok: false });
  expect(asked).toEqual([]);
});

test('an answer that is not what the contract says does not reach the page, nor do its extra fields', async () => {
  const wrong = setUp({ ok: true, data: [{ id: 1, phone: '555-0177' }] });
  const answer = await wrong.invoke({}, 'workspaces.list', {});
  expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
  expect(JSON.stringify([answer, wrong.logged])).not.toContain('555-0177');
  const extra = setUp({ ok: true, data: { conversations: 3, linked: 3, names: ['Avery Example'] } });
  expect(await extra.invoke({}, 'forget.count', { customer: 'x' })).toEqual({
    ok: true,
    data: { conversations: 3, linked: 3 },
  });
});

test('events go to our page only, as the contract has them', () => {
  const { emit, sent, target } = setUp();
  emit('data.changed', { topics: ['reports'], phone: '555-0177' });
  expect(sent).toEqual([{ channel: 'afterword:event:data.changed', payload: { topics: ['reports'] } }]);
  target.mainFrame.url = 'https://example.com/';
  emit('data.changed', { topics: ['reports'] });
  expect(sent).toHaveLength(1);
});

test('only app://bundle/ is our address', () => {
  expect(['app://bundle/', 'app://bundle/index.html#/search'].map(isOwnUrl)).toEqual([true, true]);
  expect(['app:bundle', 'app:///bundle', 'APP://other/', 'x', 'javascript:app://bundle/'].some(isOwnUrl)).toBe(false);
});
