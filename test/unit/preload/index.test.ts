// The preload script, run over a stand-in for Electron: what a page gets is two functions, and of an event its payload alone.
import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';

type Exposed = {
  call(name: string, input: unknown, ...more: unknown[]): Promise<unknown>;
  on(name: string, listener: (...all: unknown[]) => void): () => void;
};

const electron = vi.hoisted(() => ({ exposed: new Map<string, unknown>(), invoked: [] as unknown[][] }));
const bus = new EventEmitter();
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, value: unknown) => electron.exposed.set(name, value) },
  ipcRenderer: {
    invoke: async (...words: unknown[]) => electron.invoked.push(words),
    on: (channel: string, listener: (...all: unknown[]) => void) => bus.on(channel, listener),
    off: (channel: string, listener: (...all: unknown[]) => void) => bus.off(channel, listener),
  },
}));

test('exposes call and on, and nothing that leads to Electron', async () => {
  await import('../../../preload/index.ts');
  expect([...electron.exposed.keys()]).toEqual(['afterword']);
  const exposed = electron.exposed.get('afterword') as Exposed;
  expect(Object.keys(exposed).toSorted()).toEqual(['call', 'on']);

  // Whatever channel a page would like, it is ours; more words than two do not pass.
  await exposed.call('host.info', {}, 'more');
  expect(electron.invoked).toEqual([['afterword:call', 'host.info', {}]]);

  const heard: unknown[][] = [];
  const end = exposed.on('data.changed', (...all) => heard.push(all));
  // The event's sender is ipcRenderer itself: it must stay behind.
  bus.emit('afterword:event:data.changed', { sender: 'ipcRenderer' }, { topics: [] }, 'more');
  expect(heard).toEqual([[{ topics: [] }]]);
  end();
  bus.emit('afterword:event:data.changed', {}, { topics: [] });
  expect(heard).toHaveLength(1);
  expect(bus.listenerCount('afterword:event:data.changed')).toBe(0);
});
