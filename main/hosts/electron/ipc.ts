// The contract over Electron's IPC: who asks is checked here, what is asked in ../gateway.ts. Imports hosts only; Electron's
// parts are handed in.
import type { EventName } from '../../../preload/contract/procedures.ts';
import type { Log } from '../../ports.ts';
import { type Envelope, type Gateway, refuse } from '../gateway.ts';
import { type Frame, isOwnFrame } from './sender.ts';

export const callChannel = 'afterword:call';
const eventChannel = (name: EventName): string => `afterword:event:${name}`;

/** What is read of Electron's IpcMainInvokeEvent. */
export type Invocation = { senderFrame: Frame | null; sender: { id: number } };
export type IpcMain = {
  handle(channel: string, listener: (event: Invocation, ...words: unknown[]) => Promise<Envelope>): void;
};
/** What is used of Electron's WebContents. */
export type Target = {
  id: number;
  isDestroyed(): boolean;
  mainFrame: Frame;
  send(channel: string, payload: unknown): void;
};

const refused = refuse('invalid_input', 'This window may not use Afterword.');

/** `targets` gives the web contents of our windows, at each call. */
export const connectIpc = (
  ipcMain: IpcMain,
  gateway: Gateway,
  targets: () => readonly Target[],
  log: Log,
): (() => void) => {
  ipcMain.handle(callChannel, async (event, ...words) => {
    const isOurs = targets().some((target) => target.id === event.sender.id) && isOwnFrame(event.senderFrame);
    if (!isOurs || words.length !== 2) {
      log.error('call refused', { reason: isOurs ? 'words' : 'sender' });
      return refused;
    }
    const [name, input] = words;
    return gateway.call(name, input);
  });
  return gateway.onEvent((name, payload) => {
    for (const target of targets()) {
      if (!target.isDestroyed() && isOwnFrame(target.mainFrame)) target.send(eventChannel(name), payload);
    }
  });
};
