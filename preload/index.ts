// Gives the page two functions and nothing else: call a procedure, hear an event. No logic: the main process parses
// every input and checks every sender. May import electron and the contract's types.
import { contextBridge, ipcRenderer } from 'electron';
import type { EventName } from './contract/procedures.ts';

contextBridge.exposeInMainWorld('afterword', {
  call: (name: string, input: unknown): Promise<unknown> => ipcRenderer.invoke('afterword:call', name, input),
  on: (name: EventName, listener: (payload: unknown) => void): (() => void) => {
    // The event object is left behind: its sender would hand the page the whole of ipcRenderer.
    const forward = (_event: unknown, payload: unknown): void => listener(payload);
    ipcRenderer.on(`afterword:event:${name}`, forward);
    return () => {
      ipcRenderer.off(`afterword:event:${name}`, forward);
    };
  },
});
