// Events for pages as server-sent events: one direction is all that is needed, it is plain HTTP with the same checks as a
// call, and an id on each event lets a page that lost its connection have what it missed. Imports Node only.
import type { ServerResponse } from 'node:http';

/** A page away for longer reads everything anew instead: see renderer/bridge/http-transport.ts. */
const kept = 256;
/** Keeps a connection from looking dead, and finds the ones that are. */
const heartbeatMs = 15_000;
/** A page that takes nothing for this long in bytes is cut off; it comes back and asks for what it missed. */
const maxBehindBytes = 4 * 1024 * 1024;

export type EventStream = {
  send(name: string, payload: unknown): void;
  /** Answers a request with the stream; `lastId` is the last event that the page has seen, null for a new page. */
  open(response: ServerResponse, lastId: string | null): void;
  close(): void;
};

export const createEventStream = (epoch: string): EventStream => {
  const responses = new Set<ServerResponse>();
  const recent: { number: number; text: string }[] = [];
  let last = 0;
  let isFirst = true;

  const write = (response: ServerResponse, text: string): void => {
    if (response.writableLength > maxBehindBytes) response.destroy();
    else response.write(text);
  };
  const beat = setInterval(() => {
    for (const response of responses) write(response, ': still here\n\n');
  }, heartbeatMs);
  beat.unref();

  return {
    send(name, payload) {
      last += 1;
      const text = `id: ${epoch}-${last}\nevent: ${name}\ndata: ${JSON.stringify(payload)}\n\n`;
      recent.push({ number: last, text });
      if (recent.length > kept) recent.shift();
      for (const response of responses) write(response, text);
    },
    open(response, lastId) {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      const [seenEpoch, seenText = ''] = lastId?.split('-') ?? [];
      const seen = Number(seenText);
      const oldest = recent[0]?.number ?? last + 1;
      const isWhole = seenEpoch === epoch && Number.isInteger(seen) && seen >= oldest - 1 && seen <= last;
      // `again`: events were missed that nobody has any more. The id is where the page stands from now on.
      const hello = lastId === null || isWhole ? 'hello' : 'again';
      // What the program found when it started, such as a damaged file, was said before any page was there to hear it.
      const isFromStart = isFirst && lastId === null;
      isFirst = false;
      const position = lastId !== null && isWhole ? seen : last;
      response.write(`id: ${epoch}-${position}\nevent: ${hello}\ndata: null\n\n`);
      for (const { number, text } of recent) if (isFromStart || number > position) response.write(text);
      responses.add(response);
      response.on('close', () => responses.delete(response));
    },
    close() {
      clearInterval(beat);
      for (const response of responses) response.end();
    },
  };
};
