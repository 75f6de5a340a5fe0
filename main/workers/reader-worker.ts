// The thread that reads the pages of a sync: parses, decodes, hashes and packs them while the writer writes the one before.
// It touches no file. What it read goes to the writer over a port of their own; the caller gets keys and times only.
import type { MessagePort } from 'node:worker_threads';
import { workerData } from 'node:worker_threads';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { textOfBody } from '../kore/page.ts';
import { type PageOutline, type ReadPage, readPage } from '../sync/read-page.ts';
import { createGivingWay, type SharedAsking, standBehind } from './right-of-way.ts';
import { serve } from './rpc.ts';

export type HandedPage = { pageId: number; page: ReadPage };
export type DecodedPage = PageOutline & { pageId: number };

const createHandlers = () => {
  const { toWriter, asking } = workerData as { toWriter: MessagePort; asking: SharedAsking };
  const way = createGivingWay(asking);
  standBehind();
  return {
    /** Reads a page and hands it to the writer under this number, before it answers. Throws AppError: see readPage. */
    read: (input: { pageId: number; endpoint: Endpoint; body: Uint8Array }): PageOutline => {
      way.beginPage();
      way.pause();
      const { outline, page } = readPage(input.endpoint, textOfBody(input.body));
      const handed: HandedPage = { pageId: input.pageId, page };
      const { raw, rawBounds, packed, hashes } = page;
      toWriter.postMessage(
        handed,
        [raw, rawBounds, packed, hashes].map(({ buffer }) => buffer as ArrayBuffer),
      );
      return outline;
    },
  };
};
export type ReaderHandlers = ReturnType<typeof createHandlers>;

serve(createHandlers, (error) => error);
