// Whether a message or a frame is our own page. Imports options only.
import { pageHost, scheme } from './options.ts';

/** What is read of Electron's WebFrameMain. */
export type Frame = { url: string; parent: unknown };

/** Whether an address is the page of this program. Not URL.origin: Node gives `null` for schemes it does not know. */
export const isOwnUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return (
    url !== null &&
    url.protocol === `${scheme}:` &&
    url.hostname === pageHost &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  );
};

/** Null after a navigation or when the frame is gone: hostile, like a frame inside the page and any other address. */
export const isOwnFrame = (frame: Frame | null): boolean =>
  frame !== null && frame.parent === null && isOwnUrl(frame.url);
