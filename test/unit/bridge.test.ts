// The page's bridge over the real app, without a window: the contract holds over a transport that copies everything.
import { afterEach, expect, test } from 'vitest';
import { createBridge } from '../../renderer/bridge/bridge.ts';
import { openTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
afterEach(() => app.close());

const openBridge = () => {
  app = openTestApp({ token: 'a.b.c' });
  return createBridge({
    call: async (name, input) => structuredClone(await app.app.call(name as 'workspaces.list', input as undefined)),
    on: (name, listener) => app.app.subscribe(name, (payload) => listener(structuredClone(payload))),
  });
};

test('answers, coded failures and events cross it', async () => {
  const bridge = openBridge();
  expect(await bridge.call('workspaces.list', {})).toEqual([]);
  await expect(bridge.call('coverage.get', { workspace: 'nowhere' })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('nowhere'),
  });
  const heard: unknown[] = [];
  const end = bridge.on('data.changed', (event) => heard.push(event));
  await bridge.call('sample.connect', { seed: 1, days: 1, conversations: 10 });
  end();
  await bridge.call('sample.connect', { seed: 1, days: 1, conversations: 10 });
  expect(heard).toEqual([{ topics: ['workspaces'] }]);
});

test('an input that is not what the contract says is refused before anything runs', async () => {
  const bridge = openBridge();
  await expect(bridge.call('sample.connect', { seed: 1, days: -1, conversations: 10 })).rejects.toMatchObject({
    code: 'invalid_input',
  });
  await expect(bridge.call('constructor' as 'workspaces.list', {})).rejects.toMatchObject({ code: 'invalid_input' });
});
